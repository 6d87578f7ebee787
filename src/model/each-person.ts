/** One answer about each person of a model: asked again, the very same for everybody about whom nothing changed. */
import { type Circumstances, circumstancesOf, type Surroundings, surveyor } from './circumstances.ts';
import type { Entry, Instant, User } from './document.ts';
import type { Model } from './model.ts';
import type { Moment } from './moment.ts';
import { eachAnew, eachResult, lastResult } from './reuse.ts';

/**
 * Answers come in the order of the model, and the list is the very same one where all of them are.
 * @param work depends on nothing but its arguments
 * @param lasting false: it is hardly ever asked again, so that nothing need be kept of each person
 */
export function eachPerson<R>(
  work: (circumstances: Circumstances, moment: Moment) => R,
  lasting: boolean,
): (model: Model, at: Instant) => readonly R[] {
  const survey = surveyor();
  const people = lastResult((users: Model['users']) => [...users.values()]);
  const one = {
    keyOf: ({ key }: Entry<User>) => key,
    factsOf: (entry: Entry<User>, surroundings: Surroundings) => circumstancesOf(entry, surroundings),
    work,
  };
  const each = lasting ? eachResult(one) : eachAnew(one);
  return (model, at) => each(people(model.users), survey(model), at);
}
