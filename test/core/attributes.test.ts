import { describe, expect, test } from 'vitest';
import { desired, diffOf, found, inShort, reason, row } from '../support/reconciliation.ts';

const BLOCKED = [reason('person-blocked')];
const PAST = '2026-01-01T00:00:00.000Z';
const FUTURE = '2027-01-01T00:00:00.000Z';

describe('values', () => {
  const shown = (wanted: Parameters<typeof desired>[1], is: Parameters<typeof found>[1], known = row('anna')) =>
    diffOf([desired('anna', wanted)], [found('anna', is)], [known]);

  test('declared anew are written, with what stood before', () => {
    const result = shown({ attributes: { displayName: 'Anna Holm' } }, {});
    expect(inShort(result)).toEqual(['update anna neither update']);
    expect(result.changes[0]).toMatchObject({
      before: { attributes: { displayName: 'Anna Jensen' } },
      after: { attributes: { displayName: 'Anna Holm' } },
      cause: { kind: 'declared' },
    });
  });

  test('T1: a new phone number is a class of its own, and with another value counts in both', () => {
    expect(inShort(shown({ attributes: { mobile: '+4520999999' } }, {}))).toEqual(['update anna neither phone']);
    expect(inShort(shown({ attributes: { mobile: '+4520999999', displayName: 'Anna Holm' } }, {}))).toEqual([
      'update anna neither phone+update',
    ]);
  });

  test('changed by hand are put back and called drift', () => {
    const result = shown({}, { attributes: { displayName: 'A. Jensen' } });
    expect(result.changes).toMatchObject([
      { cause: { kind: 'drift' }, after: { attributes: { displayName: 'Anna Jensen' } } },
    ]);
  });

  test('changed by hand are only reported where the configuration says so', () => {
    expect(inShort(shown({}, { attributes: { company: 'Elsewhere' } }))).toEqual(['(drift)']);
    // Declared anew is no drift.
    expect(inShort(shown({ attributes: { company: 'DTU' } }, {}))).toEqual(['update anna neither update']);
  });

  test('that are as wanted already are accepted into the ledger without a write', () => {
    const result = shown({ attributes: { mobile: '+4520999999' } }, { attributes: { mobile: '+4520999999' } });
    expect(result).toEqual({
      changes: [],
      notices: [],
      accepted: [row('anna', { attributes: { mobile: '+4520999999' } })],
    });
  });

  test('that are absent are set, and set ones are cleared', () => {
    expect(shown({}, { attributes: { mobile: null } }).changes).toMatchObject([
      { before: { attributes: { mobile: null } }, after: { attributes: { mobile: '+4520123456' } } },
    ]);
    expect(shown({ attributes: { company: null } }, {}).changes).toMatchObject([
      { after: { attributes: { company: null } } },
    ]);
  });

  test('an earlier end takes, a later one gives, each only where it makes a difference today', () => {
    const ends = (accountExpires: string) => ({ attributes: { accountExpires } });
    expect(inShort(shown(ends(PAST), {}))).toEqual(['update anna takes disable+update']);
    expect(inShort(shown(ends(FUTURE), {}))).toEqual(['update anna neither update']);
    expect(inShort(shown(ends(FUTURE), ends(PAST), row('anna', ends(PAST))))).toEqual([
      'update anna gives enable+update',
    ]);
  });

  test('an end that somebody set earlier by hand is not loosened, and is said', () => {
    const result = shown({}, { attributes: { accountExpires: FUTURE } });
    expect(inShort(result)).toEqual(['(restricted-by-hand)']);
  });

  test('an end that Muster itself set is loosened, but not for a held or vanished person', () => {
    const was = { attributes: { accountExpires: FUTURE } };
    expect(inShort(shown({}, was, row('anna', was)))).toEqual(['update anna neither update']);
    expect(inShort(shown({ mayGain: false }, was, row('anna', was)))).toEqual([]);
  });

  test('an end is tightened for a held or vanished person, too', () => {
    expect(inShort(shown({ mayGain: false, attributes: { accountExpires: PAST } }, {}))).toEqual([
      'update anna takes disable+update',
    ]);
  });

  test('a later end gives nothing to somebody who should be shut out: the disable comes first', () => {
    const was = { attributes: { accountExpires: PAST } };
    const result = shown({ reasons: BLOCKED, attributes: { accountExpires: FUTURE } }, was, row('anna', was));
    expect(inShort(result)).toEqual(['disable anna neither block', 'update anna neither update']);
  });
});
