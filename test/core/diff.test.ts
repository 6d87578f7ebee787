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
  TRAITS_WITHOUT_RECIPIENTS,
  unmarked,
} from '../support/reconciliation.ts';

const BLOCKED = [reason('person-blocked')];
const PAST = '2026-01-01T00:00:00.000Z';

describe('somebody without a row in the ledger', () => {
  test('gets an account when they may log in', () => {
    const result = diffOf([desired('anna')], [], []);
    expect(inShort(result)).toEqual(['create anna gives create']);
    expect(result.changes[0]).toMatchObject({ handle: null, after: { enabled: true }, cause: { kind: 'declared' } });
  });

  test.each([
    ['blocked', desired('anna', { reasons: BLOCKED })],
    ['closed', desired('anna', { reasons: [reason('closed')] })],
    ['not started', desired('anna', { reasons: [reason('not-started')] })],
    ['ended', desired('anna', { reasons: [reason('ended')] })],
    ['held or vanished', desired('anna', { mayGain: false })],
  ])('gets nothing while %s', (_, wanted) => {
    expect(inShort(diffOf([wanted], [], []))).toEqual([]);
  });

  test('counts as due only when start and document were known before the day came', () => {
    const over = ended('not-started', { endedAt: NOW - HOUR_MS, knownSince: NOW - DAY_MS });
    const classes = (knownSince: number | null) =>
      diffOf([desired('anna', { ended: [over], knownSince })], [], []).changes.map((change) => change.classes);
    expect(classes(NOW - DAY_MS)).toEqual([['create', 'due']]);
    // Declared today, at an institution whose block ended long ago: nobody could have foreseen this account.
    expect(classes(null)).toEqual([['create']]);
    expect(classes(NOW - HOUR_MS / 2)).toEqual([['create']]);
  });

  test('P7: is held as "exists, not ours" where an unmarked account has the name', () => {
    const result = diffOf([desired('anna')], [unmarked('anna')], []);
    expect(inShort(result)).toEqual(['(exists-not-ours)']);
    expect(result.notices[0]?.next).toContain('muster adopt anna');
  });

  test('P7: is held also where that account lies outside the managed units', () => {
    const elsewhere = [unmarked('anna', { location: 'CN=anna,OU=Staff,DC=example,DC=org' })];
    expect(inShort(diffOf([desired('anna')], [], [], { observation: { elsewhere } }))).toEqual(['(exists-not-ours)']);
  });

  test('is left to a person where somebody else marked the account', () => {
    const foreign = found('anna', { ownership: 'foreign', attempt: null, markedKey: null });
    expect(inShort(diffOf([desired('anna')], [foreign], []))).toEqual(['(foreign)']);
  });

  test('P7: is left to a person where the account bears our mark and the ledger does not know it', () => {
    const result = diffOf([desired('anna')], [found('anna', { ownership: 'foreign' })], []);
    expect(inShort(result)).toEqual(['(unknown-mark)']);
    expect(result.notices[0]?.next).toContain('ledger rebuild');
  });

  test('raises an alarm when blocked while an account that is not ours lets them in', () => {
    const wanted = [desired('anna', { reasons: BLOCKED })];
    expect(inShort(diffOf(wanted, [unmarked('anna')], []))).toEqual(['(exists-not-ours, urgent)']);
    expect(inShort(diffOf(wanted, [unmarked('anna', { enabled: false })], []))).toEqual(['(exists-not-ours)']);
    const expired = unmarked('anna', { attributes: { accountExpires: PAST } });
    expect(inShort(diffOf(wanted, [expired], []))).toEqual(['(exists-not-ours)']);
  });

  test('gets no second account while one that bears their mark is called otherwise', () => {
    const renamed = found('anna2', { markedKey: 'anna', ownership: 'foreign' });
    const { changes } = diffOf([desired('anna')], [renamed], []);
    expect(changes).toEqual([]);
  });

  test('D8: gets nothing while another account holds their log-on name, and is told what to free', () => {
    const conflicts = [{ key: 'anna', text: 'held by CN=other', next: 'Free it.' }];
    const result = diffOf([desired('anna')], [], [], { observation: { conflicts } });
    expect(result).toMatchObject({
      changes: [],
      notices: [{ kind: 'conflict', text: 'held by CN=other', next: 'Free it.' }],
    });
  });

  test('gets nothing where nobody is named to seal the password to, and says so', () => {
    const result = diffOf([desired('anna')], [], [], { traits: TRAITS_WITHOUT_RECIPIENTS });
    expect(inShort(result)).toEqual(['(create-refused)']);
    expect(result.notices[0]?.text).toContain('credentials.recipients');
  });
});

describe('an account that is no longer where it was', () => {
  test('D7: moved out of the managed units is only blocked, and is said', () => {
    const elsewhere = [found('anna', { location: 'CN=anna,OU=Gone,DC=example,DC=org' })];
    const moved = (wanted: Parameters<typeof desired>[1]) =>
      inShort(diffOf([desired('anna', wanted)], [], [row('anna')], { observation: { elsewhere } }));
    expect(moved({})).toEqual(['(moved)']);
    expect(moved({ attributes: { mobile: '+4520999999' } })).toEqual(['(moved)']);
    expect(moved({ reasons: BLOCKED })).toEqual(['disable anna takes block', '(moved)']);
    expect(moved({ reasons: [reason('ended')] })).toEqual(['(moved)']);
  });

  test('D15: moved and protected raises an alarm when it should be blocked', () => {
    const elsewhere = [found('anna', { protectedBecause: 'adminCount is 1' })];
    const result = diffOf([desired('anna', { reasons: BLOCKED })], [], [row('anna')], { observation: { elsewhere } });
    expect(inShort(result)).toEqual(['(moved)', '(protected, urgent)']);
  });

  test('D7: deleted is not made again by itself', () => {
    const result = diffOf([desired('anna')], [], [row('anna')], { observation: { gone: ['guid-anna'] } });
    expect(inShort(result)).toEqual(['(gone)']);
    expect(result.accepted).toEqual([row('anna', { goneAt: NOW })]);
    const later = diffOf([desired('anna')], [], [row('anna', { goneAt: NOW - DAY_MS })]);
    expect(inShort(later)).toEqual(['(gone)']);
    expect(later.accepted).toEqual([]);
  });

  test('deleted and closed needs nobody’s attention', () => {
    const wanted = desired('anna', { reasons: [reason('closed')] });
    expect(inShort(diffOf([wanted], [], [row('anna')], { observation: { gone: ['guid-anna'] } }))).toEqual([]);
  });

  test('D7: deleted and made again by hand under the same name is not ours', () => {
    const again = unmarked('anna', { handle: 'guid-new' });
    const result = diffOf([desired('anna', { reasons: BLOCKED })], [again], [row('anna')], {
      observation: { gone: ['guid-anna'] },
    });
    expect(inShort(result)).toEqual(['(exists-not-ours, urgent)']);
  });

  test('deleted and restored under its own handle is ours again', () => {
    const back = found('anna', { ownership: 'foreign' });
    const before = row('anna', { goneAt: NOW - DAY_MS });
    const result = diffOf([desired('anna')], [back], [before]);
    expect(result).toEqual({ changes: [], notices: [], accepted: [row('anna')] });
    // As anything else that somebody disabled, it stays so.
    expect(
      inShort(diffOf([desired('anna')], [found('anna', { enabled: false, ownership: 'foreign' })], [before])),
    ).toEqual(['(disabled-by-hand)']);
  });

  test('restored without its mark stays a stranger', () => {
    const result = diffOf([desired('anna')], [unmarked('anna')], [row('anna', { goneAt: NOW - DAY_MS })]);
    expect(inShort(result)).toEqual(['(exists-not-ours)']);
  });

  test('the row of the deleted account gives way to that of the one which took its place', () => {
    const rows = [row('anna', { handle: 'guid-new' }), row('anna', { goneAt: NOW - DAY_MS })];
    const here = [found('anna', { handle: 'guid-new' })];
    expect(diffOf([desired('anna')], here, rows)).toEqual({ changes: [], notices: [], accepted: [] });
    // Also before anybody noted that the old one is gone.
    const unnoted = [row('anna', { handle: 'guid-new' }), row('anna')];
    expect(inShort(diffOf([desired('anna')], here, unnoted, { observation: { gone: ['guid-anna'] } }))).toEqual([]);
  });
});

describe('nobody’s', () => {
  test('an account of ours that no document speaks of is left alone, and said', () => {
    expect(inShort(diffOf([], [found('anna')], [row('anna')]))).toEqual(['(undeclared)']);
    expect(inShort(diffOf([], [], [row('anna', { goneAt: LONG_AGO })]))).toEqual([]);
  });

  test('a mark of ours that nobody knows is left alone, and said', () => {
    expect(inShort(diffOf([], [found('anna', { ownership: 'foreign' })], []))).toEqual(['(unknown-mark)']);
  });

  test('unmarked and foreign accounts that nobody declared are not even mentioned', () => {
    const foreign = found('carl', { ownership: 'foreign', attempt: null, markedKey: null });
    expect(diffOf([], [unmarked('berit'), foreign], [])).toEqual({ changes: [], notices: [], accepted: [] });
  });
});

test('changes come in their total order, whatever the order of what went in', () => {
  const wanted = [
    desired('dora'),
    desired('carl', { attributes: { displayName: 'Carl' } }),
    desired('berit', { reasons: BLOCKED }),
    desired('anna'),
  ];
  const here = [found('berit'), found('carl'), found('anna', { enabled: false })];
  const rows = [row('carl'), row('berit'), row('anna', { enabled: false, disabledFor: cause('person-blocked') })];
  const order = [
    'disable berit takes block',
    'update carl neither update',
    'create dora gives create',
    'enable anna gives lift',
  ];
  expect(inShort(diffOf(wanted, here, rows))).toEqual(order);
  expect(diffOf(wanted.toReversed(), here.toReversed(), rows.toReversed())).toEqual(diffOf(wanted, here, rows));
});
