/** Properties of the pure core: the order of what goes in shows nowhere, nobody's things are touched, nothing is lost or given at the gate. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply } from '../../src/core/apply.ts';
import { type Change, canonicalJson, effortOf, fingerprint } from '../../src/core/change.ts';
import { type Diff, diff } from '../../src/core/diff.ts';
import type { Limits } from '../../src/core/limits.ts';
import { applyPartsWith, done } from '../support/apply-parts.ts';
import { silent, unwilling } from '../support/faulty-reconciler.ts';
import { gateOver } from '../support/gate-builder.ts';
import { anyWorld, type World } from '../support/random-worlds.ts';
import { DAY_MS, NOW, observation, TRAITS } from '../support/reconciliation.ts';

const RUNS = 1000;
function diffIn(world: World): Diff {
  const { observed, elsewhere, gone } = world;
  return diff({
    desired: world.desired,
    observation: observation(observed, { elsewhere, gone }),
    ledger: world.ledger,
    traits: TRAITS,
    at: NOW,
    doubtful: new Set(world.doubtful),
    unsettled: new Set(),
  });
}

const shuffledWith = (seed: number) => {
  let state = seed;
  return <T>(all: readonly T[]): readonly T[] =>
    all
      .map((one) => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        return { one, place: state };
      })
      .toSorted((a, b) => a.place - b.place)
      .map(({ one }) => one);
};

describe('a diff', () => {
  test('of the same input has the same bytes, whatever the order in which it comes', () => {
    fc.assert(
      fc.property(anyWorld, fc.nat(), (world, seed) => {
        const shuffle = shuffledWith(seed);
        const other: World = {
          desired: shuffle(world.desired),
          observed: shuffle(world.observed),
          elsewhere: shuffle(world.elsewhere),
          ledger: shuffle(world.ledger),
          gone: shuffle(world.gone),
          doubtful: world.doubtful,
        };
        const plain = ({ changes, notices }: Diff) => JSON.stringify({ changes, notices });
        expect(plain(diffIn(other))).toBe(plain(diffIn(world)));
      }),
      { numRuns: RUNS },
    );
  });

  test('never touches what is protected, and what is not ours only to shut somebody out', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const things = new Map([...world.observed, ...world.elsewhere].map((one) => [one.handle, one]));
        const rows = new Set(world.ledger.map(({ handle }) => handle));
        for (const change of diffIn(world).changes) {
          if (change.kind === 'create') continue;
          const thing = things.get(change.handle);
          expect(thing?.protectedBecause).toBeNull();
          expect(rows).toContain(change.handle);
          if (thing?.markedKey !== change.address.key)
            expect(change).toMatchObject({ kind: 'disable', classes: ['block'] });
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('gives nothing to somebody whose standing forbids it, nor to somebody in doubt, nor what was taken by hand', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const wanted = new Map(world.desired.map((one) => [one.address.key, one]));
        const rows = new Map(world.ledger.map((one) => [one.handle, one]));
        for (const change of diffIn(world).changes) {
          const { verdict, mayGain } = wanted.get(change.address.key) ?? {
            verdict: { allowed: false },
            mayGain: false,
          };
          if (change.effect === 'gives' || change.kind === 'enable' || change.kind === 'create') {
            expect([verdict.allowed, mayGain]).toEqual([true, true]);
          }
          if (change.kind === 'enable') expect(rows.get(change.handle)?.disabledFor).not.toBeNull();
          if (change.kind === 'disable') expect(verdict.allowed).toBe(false);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('names at least one class for every change, and an effect that the person would feel', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        for (const change of diffIn(world).changes) {
          expect(change.classes.length).toBeGreaterThan(0);
          expect(new Set(change.classes).size).toBe(change.classes.length);
          if (change.effect === 'gives') expect(change.classes).not.toEqual(['update']);
          if (change.effect === 'takes') expect(change.classes).not.toEqual(['update']);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the gate', () => {
  const anyGated = fc.record({
    world: anyWorld,
    paused: fc.constantFrom(null, null, { by: 'ops', reason: 'x' }),
    storeLost: fc.constantFrom(false, false, true),
    patient: fc.boolean(),
    approvedNth: fc.nat(5),
    troubledNth: fc.nat(5),
    limit: fc.nat(3),
  });

  test('lets every change out exactly once, and never one of a class over its limit without approval', () => {
    fc.assert(
      fc.property(anyGated, ({ world, paused, storeLost, patient, approvedNth, troubledNth, limit }) => {
        const { changes } = diffIn(world);
        const approved = changes[approvedNth];
        const troubled = changes[troubledNth];
        const small = { people: limit };
        const block = { people: limit, perDay: limit, institutions: 1, institutionPeople: limit };
        const gated = gateOver(changes, {
          paused,
          storeLost,
          patient,
          limits: {
            always: 0,
            disable: small,
            enable: small,
            create: small,
            update: small,
            phone: small,
            due: small,
            block,
            lift: block,
          },
          approvals: approved === undefined ? [] : [approvalOf(approved)],
          tracks:
            troubled === undefined
              ? new Map()
              : new Map([
                  [effortOf(troubled), { fingerprint: '', applied: limit + 1, failures: limit, lastFailedAt: NOW }],
                ]),
        });
        const out = [
          ...gated.approved.changes.map(({ change }) => change),
          ...gated.holds.flatMap((hold) => hold.changes),
        ];
        expect(out).toHaveLength(changes.length);
        expect(new Set(out)).toEqual(new Set(changes));
        const free = gated.approved.changes.flatMap((one) => (one.approved ? [] : [one.change]));
        for (const name of ['disable', 'enable', 'create', 'update', 'phone', 'due'] as const) {
          expect(peopleIn(free.filter(({ classes }) => classes.includes(name)))).toBeLessThanOrEqual(limit);
        }
        if (storeLost) expect(gated.approved.changes).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

function approvalOf(change: Change) {
  return {
    digest: '',
    fingerprints: [fingerprint(change)],
    people: [change.person.key],
    by: 'ops',
    reason: 'x',
    at: NOW,
    expires: NOW + DAY_MS,
  };
}

function peopleIn(changes: readonly Change[]): number {
  return new Set(changes.map(({ person }) => person.key)).size;
}

test('digests are of the content, whatever the order of its fields', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean(), fc.constant(null))), (content) => {
      const turned = Object.fromEntries(Object.entries(content).toReversed());
      expect(canonicalJson(turned)).toBe(canonicalJson(content));
      expect(JSON.parse(canonicalJson(content))).toEqual({ ...content });
    }),
    { numRuns: RUNS },
  );
});

test('apply takes before it gives, and gives nothing to anybody who could not be disabled, whatever fails', async () => {
  const fates = fc.array(fc.constantFrom('done', 'done', 'refused', 'silent'), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(anyWorld, fates, fc.integer({ min: 1, max: 4 }), async (world, fate, concurrency) => {
      const { approved } = gateOver(diffIn(world).changes, { limits: generous(100) });
      const tried: Change[] = [];
      const failed = new Set<string>();
      const { parts, recorded } = applyPartsWith(
        async (change) => {
          const outcome = fate[tried.length % fate.length];
          tried.push(change);
          if (outcome !== 'done') failed.add(`${change.kind} ${change.handle}`);
          if (outcome === 'refused') throw unwilling();
          if (outcome === 'silent') throw silent('unanswered');
          return done(change);
        },
        { concurrency },
      );
      const applied = await apply(approved, parts);
      expect(applied.map(({ change }) => change)).toEqual(approved.changes.map(({ change }) => change));
      const ranks = tried.map(({ effect }) => ['takes', 'neither', 'gives'].indexOf(effect));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      for (const change of tried) {
        if (change.kind !== 'disable') expect(failed).not.toContain(`disable ${change.handle}`);
      }
      expect(recorded.intended.length).toBe(approved.changes.length);
      expect(new Set(recorded.settled.map(({ intent }) => intent.id)).size).toBe(recorded.settled.length);
    }),
    { numRuns: 300 },
  );
});

/** Limits that hold nothing. */
function generous(people: number): Limits {
  const block = { people, perDay: people, institutions: people, institutionPeople: people };
  return { always: people, disable: {}, enable: {}, create: {}, update: {}, phone: {}, due: {}, block, lift: block };
}
