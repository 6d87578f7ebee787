/** Random worlds for the pure core: people as wanted, accounts as found here and elsewhere, and what the ledger says of them. */
import fc from 'fast-check';
import type { Desired, Observed } from '../../src/core/change.ts';
import type { LedgerRow } from '../../src/core/ports.ts';
import type { Ended, Reason, ReasonKind } from '../../src/model/standing.ts';
import { cause, DAY_MS, desired, ended, found, LONG_AGO, NOW, reason, row } from './reconciliation.ts';

const KEYS = ['anna', 'berit', 'carl', 'dora'];
const EXPIRIES = ['never', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'];

const attributes = fc.record({
  accountExpires: fc.constantFrom(...EXPIRIES),
  mobile: fc.constantFrom('+4526111111', '+4526222222', null),
  company: fc.constantFrom('CBS', 'DTU'),
  displayName: fc.constantFrom('Anna Jensen', 'Ida Jensen'),
});
const kinds = fc.constantFrom<ReasonKind>(
  'not-started',
  'ended',
  'closed',
  'person-blocked',
  'institution-blocked',
  'operator-blocked',
);
const moment = fc.constantFrom(null, LONG_AGO, NOW - DAY_MS, NOW);
const reasons = fc.array(
  fc.tuple(kinds, moment, moment).map(([kind, since, knownSince]): Reason => reason(kind, { since, knownSince })),
  { maxLength: 2 },
);
const overs = fc.array(
  fc.tuple(kinds, moment).map(([kind, knownSince]): Ended => ended(kind, { knownSince })),
  { maxLength: 2 },
);

const anyDesired = (key: string): fc.Arbitrary<Desired> =>
  fc
    .record({ reasons, ended: overs, attributes, mayGain: fc.boolean(), knownSince: moment })
    .map((wanted) => desired(key, wanted));

/** An account that some row may speak of: under its own name or another, with or without a mark, ours or not. */
const anyObserved = (key: string): fc.Arbitrary<Observed> =>
  fc
    .record({
      enabled: fc.boolean(),
      attributes,
      ownership: fc.constantFrom('ours' as const, 'unmarked' as const, 'foreign' as const),
      marked: fc.boolean(),
      protectedBecause: fc.constantFrom(null, null, null, 'adminCount is 1'),
      name: fc.constantFrom(key, key, `${key}-old`),
    })
    .map(({ marked, name, ...more }) => {
      const ours = more.ownership === 'ours' || (more.ownership === 'foreign' && marked);
      const mark = ours ? { attempt: `attempt-${key}`, markedKey: key } : { attempt: null, markedKey: null };
      return found(name, { ...more, ...mark, handle: `guid-${key}` });
    });

const anyRow = (key: string): fc.Arbitrary<LedgerRow> =>
  fc
    .record({
      enabled: fc.boolean(),
      attributes,
      disabledFor: fc.option(kinds),
      goneAt: fc.constantFrom(null, null, LONG_AGO),
    })
    .map(({ disabledFor, enabled, ...more }) =>
      row(key, {
        ...more,
        enabled: enabled || disabledFor === null,
        disabledFor: disabledFor === null ? null : cause(disabledFor),
      }),
    );

export interface World {
  readonly desired: readonly Desired[];
  readonly observed: readonly Observed[];
  readonly elsewhere: readonly Observed[];
  readonly ledger: readonly LedgerRow[];
  readonly gone: readonly string[];
  readonly doubtful: readonly string[];
}

function perKey<T>(make: (key: string) => fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> {
  return fc
    .tuple(...KEYS.map((key) => fc.option(make(key), { freq: 3 })))
    .map((all) => all.filter((one) => one !== null));
}

export const anyWorld: fc.Arbitrary<World> = fc
  .record({
    desired: perKey(anyDesired),
    things: perKey((key) => fc.tuple(anyObserved(key), fc.constantFrom('here', 'here', 'here', 'elsewhere', 'gone'))),
    ledger: perKey(anyRow),
    doubtful: fc.subarray(KEYS, { maxLength: 1 }),
  })
  .map(({ things, ...world }) => {
    const at = (place: string) => things.flatMap(([thing, where]) => (where === place ? [thing] : []));
    return { ...world, observed: at('here'), elsewhere: at('elsewhere'), gone: at('gone').map(({ handle }) => handle) };
  });
