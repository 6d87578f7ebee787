/** Who has access at a moment: asked again, the very same answers for everybody about whom nothing changed. */
import { type Circumstances, circumstancesOf, type Surroundings, surveyor } from '../../model/circumstances.ts';
import type { Entry, Instant, User } from '../../model/document.ts';
import type { Model } from '../../model/model.ts';
import type { Moment } from '../../model/moment.ts';
import { eachAnew, eachResult, lastResult } from '../../model/reuse.ts';
import { standingIn } from '../../model/standing.ts';

export interface Access {
  readonly entry: Entry<User>;
  readonly allowed: boolean;
}

/** @param lasting false: it is hardly ever asked again, so that nothing need be kept of each person */
export function accessTeller(lasting: boolean): (model: Model, at: Instant) => readonly Access[] {
  const survey = surveyor();
  const people = lastResult((users: Model['users']) => [...users.values()]);
  const one = {
    keyOf: ({ key }: Entry<User>) => key,
    factsOf: (entry: Entry<User>, surroundings: Surroundings) => circumstancesOf(entry, surroundings),
    work: accessOf,
  };
  const each = lasting ? eachResult(one) : eachAnew(one);
  return (model, at) => each(people(model.users), survey(model), at);
}

function accessOf(circumstances: Circumstances, moment: Moment): Access {
  const [entry] = circumstances;
  return { entry, allowed: standingIn(circumstances, moment).mayLogIn.allowed };
}
