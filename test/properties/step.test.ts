/** Properties of the step between random revisions: nobody gets or loses access by it unseen, and nobody is named who does not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexModel, mayGain, standing } from '../../src/model/standing.ts';
import { stepOf } from '../../src/model/step.ts';
import { type Side, sidesOf } from '../../src/model/step-sides.ts';
import { repository, ZONE } from '../support/model-builder.ts';
import {
  anyOrder,
  anyWorld,
  MOMENTS,
  moment,
  type World,
  withHistory,
  worldWithoutTwins,
} from '../support/random-repositories.ts';

const RUNS = 300;

/** What everybody may do at each moment from one on, as the standing says. */
function allowedIn({ model }: Side, at: number): ReadonlyMap<string, readonly boolean[]> {
  const index = indexModel(model);
  const moments = [at, ...MOMENTS.filter((one) => one > at)];
  const rights = (key: string) =>
    moments.flatMap((one) => {
      const { mayLogIn, maySendMail } = standing(index, key, one);
      return [mayLogIn.allowed, maySendMail.allowed];
    });
  return new Map([...model.users.keys()].map((key) => [key, rights(key)]));
}

function stepBetweenWorlds(before: World, after: World, options: Parameters<typeof sidesOf>[2]) {
  const [base, head] = [repository(before), repository(after)];
  const sides = sidesOf(base, head, options);
  return { sides, step: stepOf(base, head, options, sides) };
}

describe('the step between two revisions', () => {
  test('names exactly the people who get or lose access, at any time from now on', () => {
    const before = withHistory(anyWorld);
    const orders = fc.array(anyOrder, { maxLength: 2 });
    fc.assert(
      fc.property(before, anyWorld, orders, moment, ({ world, remembered }, after, operatorBlocks, at) => {
        const options = { timeZone: ZONE, at, remembered, operatorBlocks };
        const { sides, step } = stepBetweenWorlds(world, after, options);
        const [was, is] = [allowedIn(sides.before, at), allowedIn(sides.after, at)];
        const gaining = new Set(step.items.flatMap((item) => item.gaining));
        const losing = new Set(step.items.flatMap((item) => item.losing));
        for (const [key, now] of is) {
          const entry = sides.after.model.users.get(key);
          const formerly = was.get(key) ?? now.map(() => false);
          const gains = entry !== undefined && mayGain(entry) && now.some((allowed, n) => allowed && !formerly[n]);
          const loses = now.some((allowed, n) => !allowed && formerly[n] === true);
          expect({ key, gains: gaining.has(key), loses: losing.has(key) }).toEqual({ key, gains, loses });
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('an item that names somebody says that it gives or takes', () => {
    fc.assert(
      fc.property(withHistory(anyWorld), anyWorld, moment, ({ world, remembered }, after, at) => {
        const { step } = stepBetweenWorlds(world, after, { timeZone: ZONE, at, remembered });
        for (const { effect, gaining, losing } of step.items) {
          if (gaining.length > 0) expect(effect).toBe('gives');
          else if (losing.length > 0) expect(effect).toBe('takes');
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('is nothing where both say the same, wherever it stands', () => {
    fc.assert(
      fc.property(worldWithoutTwins, moment, (world, at) => {
        const elsewhere = Object.fromEntries(
          Object.entries(world).map(([path, entries]) => [path.replace('/1.yaml', '/moved/1.yaml'), entries]),
        );
        expect(stepBetweenWorlds(world, elsewhere, { timeZone: ZONE, at }).step.items).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
