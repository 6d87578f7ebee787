/** Properties of the model over random repositories: order does not matter, doubt and absence give nothing, the next moment is right. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Loaded } from '../../src/model/loaded.ts';
import { indexModel, type Standing, standing } from '../../src/model/standing.ts';
import type { Resolution } from '../../src/model/validate.ts';
import { afterPass, mistake, repository, resolved, type Written } from '../support/model-builder.ts';
import {
  anyBlock,
  anyOrder,
  anyWorld,
  MOMENTS,
  moment,
  type World,
  withHistory,
  worldWithoutTwins,
} from '../support/random-repositories.ts';

const RUNS = 200;
/** Standings of everybody, at one moment. */
function standings(resolution: Resolution, at: number): Readonly<Record<string, Standing>> {
  const index = indexModel(resolution.model);
  return Object.fromEntries([...resolution.model.users.keys()].map((key) => [key, standing(index, key, at)]));
}

function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, part: unknown) => (name === 'origin' || name === 'through' ? undefined : part)),
  );
}

/** What somebody may do at any of the moments, without the reasons. */
function allowedAtAll(resolution: Resolution): Readonly<Record<string, string>> {
  const index = indexModel(resolution.model);
  const one = (key: string, at: number) => {
    const { mayLogIn, maySendMail, token, expires } = standing(index, key, at);
    return [mayLogIn, maySendMail, token].map(({ allowed }) => (allowed ? '1' : '0')).join('') + String(expires);
  };
  return Object.fromEntries(
    [...resolution.model.users.keys()].map((key) => [key, MOMENTS.map((at) => one(key, at)).join(' ')]),
  );
}

function shuffled<T>(items: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}

describe('The order of files and entries does not matter', () => {
  test('the same entries at the same lines, listed in any order, give the same bytes', () => {
    const mistakes = fc.array(fc.constantFrom(mistake('user', 'bo'), mistake('user', null)), { maxLength: 2 });
    const loaded = fc
      .tuple(anyWorld, mistakes)
      .map(([world, some]) => repository({ ...world, 'users/1.yaml': [...(world['users/1.yaml'] ?? []), ...some] }));
    const reordered = loaded.chain((original) =>
      fc.record({
        original: fc.constant(original),
        files: shuffled(original.files.map((file) => ({ ...file, entries: [...file.entries].reverse() }))),
      }),
    );
    const property = fc.property(withHistory(reordered), moment, ({ world: { original, files }, remembered }, at) => {
      const other: Loaded = { ...original, files };
      const one = resolved(original, { remembered, at });
      const two = resolved(other, { remembered: [...remembered].reverse(), at });
      expect(bytes(two)).toBe(bytes(one));
    });
    fc.assert(property, { numRuns: RUNS });
  });

  test('entries that change places within and between files leave everybody their standing', () => {
    const moved = anyWorld.chain((world) =>
      fc.record({
        before: fc.constant(world),
        users: shuffled([...(world['users/1.yaml'] ?? []), ...(world['users/2.yaml'] ?? [])]),
        institutions: shuffled([...(world['institutions/1.yaml'] ?? []), ...(world['institutions/2.yaml'] ?? [])]),
        list: shuffled(world['blocked-users.yaml'] ?? []),
        cut: fc.nat({ max: 4 }),
      }),
    );
    const property = fc.property(
      withHistory(moved),
      moment,
      ({ world: { before, users, institutions, list, cut }, remembered }, at) => {
        const after: World = {
          ...before,
          'users/1.yaml': users.slice(0, cut),
          'users/2.yaml': users.slice(cut),
          'institutions/1.yaml': institutions.slice(cut),
          'institutions/2.yaml': institutions.slice(0, cut),
          'blocked-users.yaml': list,
        };
        const everybody = (world: World) => withoutPlaces(standings(resolved(repository(world), { remembered }), at));
        expect(everybody(after)).toEqual(everybody(before));
      },
    );
    fc.assert(property, { numRuns: RUNS });
  });
});

function bytes({ model, diagnostics, heldEntries, remember }: Resolution): string {
  const maps = { institutions: [...model.institutions], users: [...model.users], files: [...remember.files].sort() };
  return JSON.stringify([model, maps, diagnostics, heldEntries, remember]);
}

describe('Y7: blocks only take', () => {
  test('one more block, of anybody, in a file or by an operator, gives nobody anything at any moment', () => {
    const more = fc.oneof(anyBlock('blocked-user'), anyBlock('blocked-institution'), anyBlock('mail-block'));
    const property = fc.property(
      withHistory(anyWorld),
      more,
      fc.option(anyOrder),
      ({ world, remembered }, added, order) => {
        const path = added.kind === 'mail-block' ? 'mail-blocks.yaml' : `${added.kind}s.yaml`;
        const before = allowedAtAll(resolved(repository(world), { remembered }));
        const operatorBlocks = order === null ? [] : [order];
        const longer = repository({ ...world, [path]: [...(world[path] ?? []), added] });
        const after = allowedAtAll(resolved(longer, { remembered, operatorBlocks }));
        for (const [key, was] of Object.entries(before)) expect(given(was, after[key] ?? '')).toBe(false);
      },
    );
    fc.assert(property, { numRuns: RUNS });
  });
});

/** Whether anything allowed now was not before, at the same moment. */
function given(before: string, after: string): boolean {
  return [...after].some((sign, nth) => sign === '1' && before[nth] === '0');
}

describe('P4, Y1: absence', () => {
  const thinned = worldWithoutTwins.chain((world) =>
    fc.record({
      before: fc.constant(world),
      after: fc.record(
        Object.fromEntries(
          Object.entries(world).map(([path, entries]) => [path, fc.option(fc.subarray([...entries]))]),
        ),
      ),
    }),
  );
  /** A file that is gone is not there at all. */
  const present = (world: Readonly<Record<string, readonly Written[] | null>>) =>
    Object.fromEntries(
      Object.entries(world).flatMap(([path, entries]) => (entries === null ? [] : [[path, entries] as const])),
    );

  test('whatever leaves the files, nobody who may gain has gained', () => {
    const property = fc.property(withHistory(thinned), ({ world: { before, after }, remembered }) => {
      const first = resolved(repository(before), { remembered });
      const memory = afterPass(repository(before), { remembered });
      const second = resolved(repository(present(after)), { remembered: memory });
      const was = allowedAtAll(first);
      for (const [key, now] of Object.entries(allowedAtAll(second))) {
        if (second.model.users.get(key)?.condition === 'declared') expect(given(was[key] ?? '', now)).toBe(false);
      }
    });
    fc.assert(property, { numRuns: RUNS });
  });

  test('where all was good, whatever leaves the files leaves everybody the same standing at all moments', () => {
    const property = fc.property(thinned, ({ before, after }) => {
      const first = resolved(repository(before));
      fc.pre(first.diagnostics.every(({ severity }) => severity === 'warning'));
      const second = resolved(repository(present(after)), { remembered: afterPass(repository(before)) });
      expect(allowedAtAll(second)).toEqual(allowedAtAll(first));
    });
    fc.assert(property, { numRuns: RUNS });
  });

  test('a second pass over the same files has nothing new to remember', () => {
    const property = fc.property(withHistory(anyWorld), ({ world, remembered }) => {
      const once = afterPass(repository(world), { remembered });
      expect(resolved(repository(world), { remembered: once }).remember.entries).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS });
  });
});

test('Y9: a standing stays as it is until its next moment, and changes there', () => {
  const orders = fc.array(anyOrder, { maxLength: 2 });
  const property = fc.property(
    withHistory(anyWorld),
    orders,
    moment,
    fc.double({ min: 0, max: 1, noNaN: true }),
    ({ world, remembered }, operatorBlocks, at, part) => {
      const resolution = resolved(repository(world), { remembered, operatorBlocks });
      const index = indexModel(resolution.model);
      for (const key of resolution.model.users.keys()) {
        const now = standing(index, key, at);
        const next = now.nextDue ?? Math.max(...MOMENTS) + 1;
        const between = [at, Math.floor(at + (next - 1 - at) * part), next - 1, ...MOMENTS].filter(
          (one) => one >= at && one < next,
        );
        for (const one of between) expect(standing(index, key, one)).toEqual(now);
        if (now.nextDue !== null)
          expect({ ...standing(index, key, now.nextDue), nextDue: null }).not.toEqual({ ...now, nextDue: null });
      }
    },
  );
  fc.assert(property, { numRuns: RUNS });
});
