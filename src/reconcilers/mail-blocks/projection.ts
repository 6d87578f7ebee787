/** Projection: who may send mail, one permission for each person of the model. */
import type { Desired } from '../../core/change.ts';
import type { Circumstances } from '../../model/circumstances.ts';
import { fold, type Instant } from '../../model/document.ts';
import { eachPerson } from '../../model/each-person.ts';
import type { Model } from '../../model/model.ts';
import type { Moment } from '../../model/moment.ts';
import { personLabel } from '../../model/restrictions.ts';
import { mayGain, standingIn } from '../../model/standing.ts';

export const MAIL = 'mail';
export const MAIL_PERMISSION = 'mail-permission';

/** Unlike the handle of any other system's thing, and the same whatever becomes of the list. */
export function handleOf(key: string): string {
  return `${MAIL}:${key}`;
}

/** The reverse of `handleOf`. */
export function keyOf(handle: string): string {
  return handle.slice(MAIL.length + 1);
}

/** @param lasting false: it is hardly ever asked again, so that nothing need be kept of each person */
export function projector(lasting: boolean): (model: Model, at: Instant) => readonly Desired[] {
  return eachPerson(desiredOf, lasting);
}

function desiredOf(circumstances: Circumstances, moment: Moment): Desired {
  const [entry] = circumstances;
  const { key, document, knownSince, origin } = entry;
  return {
    address: { system: MAIL, kind: MAIL_PERMISSION, key },
    person: { key, label: personLabel(document) },
    verdict: standingIn(circumstances, moment).maySendMail,
    attributes: {},
    mayGain: mayGain(entry),
    knownSince,
    origin,
    entry,
    blueprint: { email: fold(document.email) },
  };
}
