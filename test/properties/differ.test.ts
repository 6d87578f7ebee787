/** A diff that remembers says of every reading what one says that remembers nothing, whatever names, marks and values move where. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Observed } from '../../src/core/change.ts';
import { diff, differ } from '../../src/core/diff.ts';
import type { LedgerRow } from '../../src/core/ports.ts';
import { desired, found, NOW, observation, row, TRAITS, unmarked } from '../support/reconciliation.ts';

const RUNS = 300;
const STEPS = 10;

/** The last of them is wanted and in no row; the one before is in no document. */
const KEYS = ['anna', 'bo', 'carl', 'dora', 'emil', 'fie'];
const WANTED = KEYS.filter((key) => key !== 'emil').map((key) => desired(key));
const ROWS: readonly LedgerRow[] = KEYS.slice(0, -1).map((key) => row(key));

/** One account with its name, its mark and its state as they come. */
interface Touch {
  readonly place: number;
  readonly name: string;
  readonly mark: string | null;
  readonly enabled: boolean;
  readonly mail: string;
}

const anyTouch: fc.Arbitrary<Touch> = fc.record({
  place: fc.nat({ max: KEYS.length - 1 }),
  name: fc.constantFrom(...KEYS),
  mark: fc.option(fc.constantFrom(...KEYS)),
  enabled: fc.boolean(),
  mail: fc.constantFrom('one@example.org', 'other@example.org'),
});

/** `without` leaves an account out, so that more than contents differ; so does another ledger. */
const anyStep = fc.record({
  touches: fc.array(anyTouch, { maxLength: 3 }),
  without: fc.option(fc.nat({ max: KEYS.length - 1 }), { freq: 6 }),
  ledger: fc.constantFrom(ROWS, ROWS, ROWS, ROWS.slice(1)),
});

function touched(thing: Observed, { name, mark, enabled, mail }: Touch): Observed {
  const address = { ...thing.address, key: name };
  const marked = { markedKey: mark, attempt: mark === null ? null : thing.attempt };
  return { ...thing, ...marked, address, enabled, attributes: { ...thing.attributes, mail } };
}

test('a diff that remembers and one that does not come to the same, step after step', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 2, maxLength: STEPS }), (steps) => {
      const lasting = differ();
      let things: readonly Observed[] = KEYS.map((key) => (key === 'fie' ? unmarked(key) : found(key)));
      for (const { touches, without, ledger } of steps) {
        for (const touch of touches) {
          things = things.map((thing, place) => (place === touch.place ? touched(thing, touch) : thing));
        }
        const observed = things.filter((_, place) => place !== without);
        const nobody: ReadonlySet<string> = new Set();
        const input = { desired: WANTED, observation: observation(observed), ledger, traits: TRAITS, at: NOW };
        const asked = { ...input, doubtful: nobody, unsettled: nobody };
        expect(lasting(asked)).toEqual(diff(asked));
      }
    }),
    { numRuns: RUNS },
  );
});
