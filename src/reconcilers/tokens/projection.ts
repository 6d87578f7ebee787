/** Projection: the tokens that people should have, one for each person of the model. */
import type { Desired } from '../../core/change.ts';
import type { Circumstances } from '../../model/circumstances.ts';
import type { Instant } from '../../model/document.ts';
import { eachPerson } from '../../model/each-person.ts';
import type { Model } from '../../model/model.ts';
import type { Moment } from '../../model/moment.ts';
import { personLabel } from '../../model/restrictions.ts';
import { mayGain, standingIn } from '../../model/standing.ts';

export const TOKENS = 'tokens';
export const TOKEN = 'token';
/** The one attribute of a token: the number that passcodes are sent to, E.164. */
export const PHONE = 'phone';

/** @param lasting false: it is hardly ever asked again, so that nothing need be kept of each person */
export function projector(lasting: boolean): (model: Model, at: Instant) => readonly Desired[] {
  return eachPerson(desiredOf, lasting);
}

function desiredOf(circumstances: Circumstances, moment: Moment): Desired {
  const [entry] = circumstances;
  const { key, document, knownSince, origin } = entry;
  return {
    address: { system: TOKENS, kind: TOKEN, key },
    person: { key, label: personLabel(document) },
    verdict: standingIn(circumstances, moment).token,
    attributes: { [PHONE]: document.phone },
    mayGain: mayGain(entry),
    knownSince,
    origin,
    entry,
    blueprint: { username: document.username },
  };
}
