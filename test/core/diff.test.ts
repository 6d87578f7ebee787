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
const FUTURE = '2027-01-01T00:00:00.000Z';

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
    expect(shown(started)).toEqual([['lift'], 'no longer holds: person-blocked for a test']);
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
    expect(inShort(result)).toEqual(['disable anna takes block']);
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
});

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
