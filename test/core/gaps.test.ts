/** Every reason for which a system is not as the repository says. */
import { describe, expect, test } from 'vitest';
import type { Observed } from '../../src/core/change.ts';
import { GAP_REASONS, isExplained } from '../../src/core/gap-reasons.ts';
import { gapsIn } from '../../src/core/gaps.ts';
import type { LedgerRow, Observation } from '../../src/core/ports.ts';
import {
  cause,
  desired,
  found,
  NOW,
  observation,
  reason,
  row,
  TRAITS,
  unmarked,
  type Wanted,
} from '../support/reconciliation.ts';

interface Given {
  readonly wanted?: Wanted;
  readonly account?: Observed | null;
  readonly ledger?: LedgerRow | null;
  readonly around?: Partial<Observation>;
  readonly unsettled?: boolean;
}

function gaps({ wanted = {}, account = found('anna'), ledger = row('anna'), around, unsettled }: Given) {
  const found = gapsIn({
    desired: [desired('anna', wanted)],
    observation: observation(account === null ? [] : [account], around),
    ledger: ledger === null ? [] : [ledger],
    traits: TRAITS,
    at: NOW,
    unsettled: new Set(unsettled === true ? ['anna'] : []),
  });
  return found.map((gap) => [gap.reason, gap.attribute].filter((part) => part !== null).join(' '));
}

const NEW_PHONE = { mobile: '+4528000000' };
const BLOCKED: Wanted = { reasons: [reason('person-blocked')] };
const OFF = row('anna', { enabled: false, disabledFor: cause('closed') });

describe('there is no gap', () => {
  test.each<[string, Given]>([
    ['where everything is as the repository says', {}],
    ['where who may not log in has no account', { wanted: BLOCKED, account: null, ledger: null }],
    [
      'where who may not log in is shut out',
      { wanted: BLOCKED, account: found('anna', { enabled: false }), ledger: OFF },
    ],
    [
      'where who is shut out has an account that is not taken over, and is off',
      {
        wanted: BLOCKED,
        account: unmarked('anna', { enabled: false }),
        ledger: null,
      },
    ],
  ])('%s', (_where, given) => {
    expect(gaps(given)).toEqual([]);
  });
});

describe('the repository itself says why', () => {
  test.each<[string, Given, readonly string[]]>([
    ['nobody has made it yet', { account: null, ledger: null }, ['to-make']],
    ['it has to be given back', { account: found('anna', { enabled: false }), ledger: OFF }, ['to-give']],
    ['it has to be taken', { wanted: BLOCKED }, ['to-take']],
    ['a value was changed in it', { wanted: { attributes: NEW_PHONE } }, ['to-write mobile']],
    ['it is not taken over yet', { account: unmarked('anna'), ledger: null }, ['to-adopt']],
    ['a write has no answer yet', { unsettled: true, account: null }, ['unsettled']],
  ])('%s', (_why, given, expected) => {
    const result = gaps(given);
    expect(result).toEqual(expected);
    expect(result.every((one) => isExplained(named(one)))).toBe(true);
  });
});

describe('it is a question to people', () => {
  test.each<[string, Given, readonly string[]]>([
    [
      'a value differs in what nobody has taken over',
      { account: unmarked('anna', { attributes: NEW_PHONE }), ledger: null },
      ['to-adopt', 'differs mobile'],
    ],
    ['a value was changed by hand', { account: found('anna', { attributes: NEW_PHONE }) }, ['changed-by-hand mobile']],
    [
      'access was cut short by hand',
      { account: found('anna', { attributes: { accountExpires: '2026-07-01T00:00:00Z' } }) },
      ['restricted-by-hand accountExpires'],
    ],
    ['it was switched off by hand', { account: found('anna', { enabled: false }) }, ['off-by-hand']],
    [
      'who is shut out has one on that is not taken over',
      { wanted: BLOCKED, account: unmarked('anna'), ledger: null },
      ['to-adopt', 'on-not-ours'],
    ],
    [
      'it is marked by somebody else',
      { account: unmarked('anna', { ownership: 'foreign' }), ledger: null },
      ['foreign'],
    ],
    [
      'the one of that name lies elsewhere',
      { account: null, ledger: null, around: { elsewhere: [unmarked('anna', { managed: false })] } },
      ['foreign'],
    ],
    [
      'it is protected, and not as it should be',
      { wanted: BLOCKED, account: found('anna', { protectedBecause: 'is an administrator' }) },
      ['protected'],
    ],
    ['it was moved away', { account: null, around: { elsewhere: [found('anna', { managed: false })] } }, ['moved']],
    ['it was deleted', { account: null, around: { gone: ['guid-anna'] } }, ['gone']],
    [
      'it was deleted, and another one of that name made',
      { account: unmarked('anna', { handle: 'another' }), around: { gone: ['guid-anna'] } },
      ['gone'],
    ],
    [
      "it can't be made",
      { account: null, ledger: null, around: { conflicts: [{ key: 'anna', text: 'taken', next: 'look' }] } },
      ['conflict'],
    ],
  ])('%s', (_why, given, expected) => {
    const result = gaps(given);
    expect(result).toEqual(expected);
    expect(result.some((one) => !isExplained(named(one)))).toBe(true);
  });
});

function named(gap: string) {
  const [first] = gap.split(' ');
  const found = GAP_REASONS.find((one) => one === first);
  if (found === undefined) throw new Error(`no reason is called ${first}`);
  return found;
}
