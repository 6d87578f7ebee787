import { describe, expect, test } from 'vitest';
import {
  cause,
  DAY_MS,
  desired,
  diffOf,
  ended,
  found,
  HOUR_MS,
  inShort,
  LONG_AGO,
  NOW,
  reason,
  row,
  unmarked,
} from '../support/reconciliation.ts';

const BLOCKED = [reason('person-blocked')];
const PAST = '2026-01-01T00:00:00.000Z';

describe('an account of ours', () => {
  test('as it should be: nothing', () => {
    expect(diffOf([desired('anna')], [found('anna')], [row('anna')])).toEqual({
      changes: [],
      notices: [],
      accepted: [],
    });
  });

  test.each([
    ['person-blocked', 'block'],
    ['institution-blocked', 'block'],
    ['operator-blocked', 'block'],
    ['closed', 'block'],
    ['ended', 'disable'],
    ['not-started', 'disable'],
  ] as const)('is disabled for %s, which counts as %s', (kind, expected) => {
    const result = diffOf([desired('anna', { reasons: [reason(kind)] })], [found('anna')], [row('anna')]);
    expect(inShort(result)).toEqual([`disable anna takes ${expected}`]);
    expect(result.changes[0]?.cause.kind).toBe(kind);
  });

  test('is disabled as due when the end had been written down before it came', () => {
    const end = reason('ended', { since: NOW - HOUR_MS, knownSince: NOW - DAY_MS });
    expect(inShort(diffOf([desired('anna', { reasons: [end] })], [found('anna')], [row('anna')]))).toEqual([
      'disable anna takes due',
    ]);
  });

  test('names the weightiest of several reasons as the cause, in the words of all', () => {
    const reasons = [reason('ended'), reason('institution-blocked'), reason('closed')];
    const [change] = diffOf([desired('anna', { reasons })], [found('anna')], [row('anna')]).changes;
    expect(change?.cause).toMatchObject({ kind: 'institution-blocked', institutions: ['cbs'] });
    expect(change?.cause.text).toBe('ended for a test; institution-blocked for a test; closed for a test');
  });

  test('takes nothing from a person when it had expired anyway, and is disabled all the same', () => {
    const expired = { accountExpires: PAST };
    const wanted = desired('anna', { reasons: BLOCKED, attributes: expired });
    const result = diffOf([wanted], [found('anna', { attributes: expired })], [row('anna', { attributes: expired })]);
    expect(inShort(result)).toEqual(['disable anna neither block']);
  });

  test('D17: hand-enabled while blocked is disabled again', () => {
    const wanted = desired('anna', { reasons: BLOCKED });
    const before = row('anna', { enabled: false, disabledFor: cause('person-blocked') });
    expect(inShort(diffOf([wanted], [found('anna')], [before]))).toEqual(['disable anna takes block']);
  });

  test('D17: hand-disabled stays disabled, and is said', () => {
    const result = diffOf([desired('anna')], [found('anna', { enabled: false })], [row('anna')]);
    expect(inShort(result)).toEqual(['(disabled-by-hand)']);
  });

  test('hand-disabled while blocked is left alone without a word, for it is as it should be', () => {
    const wanted = desired('anna', { reasons: BLOCKED });
    expect(inShort(diffOf([wanted], [found('anna', { enabled: false })], [row('anna')]))).toEqual([]);
  });

  test.each([
    ['person-blocked', 'lift'],
    ['institution-blocked', 'lift'],
    ['operator-blocked', 'lift'],
    ['closed', 'enable'],
    ['ended', 'enable'],
  ])('is given back what Muster took for %s, which counts as %s', (kind, expected) => {
    const before = row('anna', { enabled: false, disabledFor: cause(kind, ['cbs']) });
    const result = diffOf([desired('anna')], [found('anna', { enabled: false })], [before]);
    expect(inShort(result)).toEqual([`enable anna gives ${expected}`]);
    expect(result.changes[0]?.cause.institutions).toEqual(['cbs']);
  });

  test('is not given back to a held or vanished person', () => {
    const before = row('anna', { enabled: false, disabledFor: cause('person-blocked') });
    const wanted = desired('anna', { mayGain: false });
    expect(inShort(diffOf([wanted], [found('anna', { enabled: false })], [before]))).toEqual([]);
  });

  test('given back as due names the end of what it was disabled for, not an older one', () => {
    const before = row('anna', { enabled: false, disabledFor: cause('person-blocked') });
    const started = ended('not-started', { endedAt: NOW - 2 * HOUR_MS, knownSince: LONG_AGO });
    const lifted = ended('person-blocked', { endedAt: NOW - HOUR_MS, knownSince: NOW - DAY_MS });
    const shown = (...over: (typeof started)[]) => {
      const [change] = diffOf(
        [desired('anna', { ended: over })],
        [found('anna', { enabled: false })],
        [before],
      ).changes;
      return [change?.classes, change?.cause.text];
    };
    expect(shown(lifted, started)).toEqual([['due'], 'person-blocked is over']);
    // An operator's block that was taken back leaves no end behind; that the person once started explains nothing.
    expect(shown(started)).toEqual([['lift'], 'what took it away is over (it was: person-blocked for a test)']);
  });

  test('given back because the document was written anew is not due, whatever ended before', () => {
    const before = row('anna', { enabled: false, disabledFor: cause('ended') });
    const over = ended('ended', { knownSince: LONG_AGO });
    const wanted = desired('anna', { ended: [over], knownSince: null });
    expect(inShort(diffOf([wanted], [found('anna', { enabled: false })], [before]))).toEqual([
      'enable anna gives enable',
    ]);
  });

  test('enabled by somebody else when it may be: the record of our disable ends with it', () => {
    const before = row('anna', { enabled: false, disabledFor: cause('person-blocked') });
    const result = diffOf([desired('anna')], [found('anna')], [before]);
    expect(result).toEqual({ changes: [], notices: [], accepted: [row('anna')] });
  });

  test('D15: protected is never changed, and raises an alarm when it should be blocked', () => {
    const guarded = found('anna', { protectedBecause: 'adminCount is 1' });
    const quiet = diffOf([desired('anna', { attributes: { mobile: '+4520999999' } })], [guarded], [row('anna')]);
    expect(inShort(quiet)).toEqual(['(protected)']);
    const loud = diffOf([desired('anna', { reasons: BLOCKED })], [guarded], [row('anna')]);
    expect(inShort(loud)).toEqual(['(protected, urgent)']);
    expect(loud.notices[0]?.next).toBe('Disable the account by hand now.');
  });

  test('whose mark was taken away is only ever blocked', () => {
    const bare = unmarked('anna');
    expect(inShort(diffOf([desired('anna', { reasons: BLOCKED })], [bare], [row('anna')]))).toEqual([
      'disable anna takes block',
      '(exists-not-ours, urgent)',
    ]);
    expect(inShort(diffOf([desired('anna', { reasons: [reason('ended')] })], [bare], [row('anna')]))).toEqual([
      '(exists-not-ours, urgent)',
    ]);
    const changed = desired('anna', { attributes: { mobile: '+4520999999' } });
    expect(inShort(diffOf([changed], [bare], [row('anna')]))).toEqual(['(exists-not-ours)']);
  });

  test('renamed is still theirs, by its handle', () => {
    const renamed = found('anna-old', { handle: 'guid-anna', markedKey: 'anna' });
    const result = diffOf([desired('anna', { reasons: BLOCKED })], [renamed], [row('anna')]);
    expect(inShort(result)).toEqual(['disable anna takes block', '(renamed)']);
    expect(result.changes[0]?.handle).toBe('guid-anna');
  });

  test('that somebody renamed to another person is not that person’s', () => {
    const renamed = found('berit', { handle: 'guid-anna', markedKey: 'anna' });
    const wanted = [desired('anna'), desired('berit', { reasons: BLOCKED })];
    const { changes } = diffOf(wanted, [renamed], [row('anna')]);
    expect(changes).toEqual([]);
  });

  test('gets no change at all while the outcome of an earlier write is unknown', () => {
    const wanted = desired('anna', { reasons: BLOCKED });
    expect(inShort(diffOf([wanted], [found('anna')], [row('anna')], { unsettled: new Set(['anna']) }))).toEqual([
      '(unsettled)',
    ]);
  });

  test('P8: every change of a person whose clocks disagree is marked as dated', () => {
    const wanted = desired('anna', { reasons: [reason('ended')], attributes: { mobile: '+4520999999' } });
    const { changes } = diffOf([wanted], [found('anna')], [row('anna')], { doubtful: new Set(['anna']) });
    expect(changes.map((change) => change.dated)).toEqual([true, true]);
  });

  test('P8: is not given back what was taken for a block that, by all clocks, has yet to begin', () => {
    const { text } = reason('person-blocked');
    const before = row('anna', { enabled: false, disabledFor: { ...cause('person-blocked'), text } });
    const dated = (ahead: readonly string[]) =>
      diffOf([desired('anna', { ahead })], [found('anna', { enabled: false })], [before]).changes.map(
        (one) => one.dated,
      );
    expect(dated([text])).toEqual([true]);
    expect(dated(['another block'])).toEqual([false]);
  });
});
