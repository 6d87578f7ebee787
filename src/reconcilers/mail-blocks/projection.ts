/** Projection: who may send mail, one permission for each person of the model. */
import type { Desired } from '../../core/change.ts';
import { type Circumstances, circumstancesOf, type Surroundings, surveyor } from '../../model/circumstances.ts';
import { type Entry, fold, type Instant, type User } from '../../model/document.ts';
import type { Model } from '../../model/model.ts';
import type { Moment } from '../../model/moment.ts';
import { personLabel } from '../../model/restrictions.ts';
import { eachAnew, eachResult, lastResult } from '../../model/reuse.ts';
import { standingIn } from '../../model/standing.ts';

export const MAIL = 'mail';
export const MAIL_PERMISSION = 'mail-permission';

/** Unlike the handle of any other system's thing, and the same whatever becomes of the list. */
export function handleOf(key: string): string {
  return `${MAIL}:${key}`;
}

/**
 * Asked again, it gives the very same permissions for everybody about whom nothing changed.
 * @param lasting false: it is hardly ever asked again, so that nothing need be kept of each person
 */
export function projector(lasting: boolean): (model: Model, at: Instant) => readonly Desired[] {
  const survey = surveyor();
  const people = lastResult((users: Model['users']) => [...users.values()]);
  const one = {
    keyOf: ({ key }: Entry<User>) => key,
    factsOf: (entry: Entry<User>, surroundings: Surroundings) => circumstancesOf(entry, surroundings),
    work: desiredOf,
  };
  const each = lasting ? eachResult(one) : eachAnew(one);
  return (model, at) => each(people(model.users), survey(model), at);
}

function desiredOf(circumstances: Circumstances, moment: Moment): Desired {
  const [entry] = circumstances;
  const { key, document, knownSince, origin, condition, rivals } = entry;
  return {
    address: { system: MAIL, kind: MAIL_PERMISSION, key },
    person: { key, label: personLabel(document) },
    verdict: standingIn(circumstances, moment).maySendMail,
    attributes: {},
    mayGain: condition === 'declared' && rivals.length === 0,
    knownSince,
    origin,
    blueprint: { email: fold(document.email) },
  };
}
