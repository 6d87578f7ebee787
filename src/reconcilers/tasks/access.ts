/** Who has access at a moment. */
import type { Circumstances } from '../../model/circumstances.ts';
import type { Entry, Instant, User } from '../../model/document.ts';
import { eachPerson } from '../../model/each-person.ts';
import type { Model } from '../../model/model.ts';
import type { Moment } from '../../model/moment.ts';
import { standingIn } from '../../model/standing.ts';

export interface Access {
  readonly entry: Entry<User>;
  readonly allowed: boolean;
}

/** @param lasting false: it is hardly ever asked again, so that nothing need be kept of each person */
export function accessTeller(lasting: boolean): (model: Model, at: Instant) => readonly Access[] {
  return eachPerson(accessOf, lasting);
}

function accessOf(circumstances: Circumstances, moment: Moment): Access {
  const [entry] = circumstances;
  return { entry, allowed: standingIn(circumstances, moment).mayLogIn.allowed };
}
