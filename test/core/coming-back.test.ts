import { describe, expect, test } from 'vitest';
import { groupsReadLate } from '../../src/core/coming-back.ts';
import { NO_MANDATE } from '../../src/core/mandate.ts';
import type { Away } from '../../src/core/ports.ts';
import { rowAfter } from '../../src/core/record.ts';
import { recover } from '../../src/core/recover.ts';
import {
  cause,
  DAY_MS,
  desired,
  diffOf,
  found,
  HOUR_MS,
  inShort,
  NOW,
  reason,
  row,
  TRAITS_WITHOUT_RECIPIENTS,
} from '../support/reconciliation.ts';

const WHO = { company: 'CBS', displayName: 'Anna Jensen' };
const AWAY: Away = { since: NOW - 29 * DAY_MS, institution: 'cbs', who: WHO, groups: ['Project X'] };
const off = (away?: Away, kind = 'closed') =>
  row('anna', { enabled: false, disabledFor: cause(kind), ...(away === undefined ? {} : { away }) });
const OFF = found('anna', { enabled: false });

describe('somebody who leaves', () => {
  test.each([
    ['closed', { since: null }],
    ['closed', { since: null, knownSince: NOW - HOUR_MS }],
    // A day that is long over may have been written a moment ago.
    ['ended', { since: NOW - 300 * DAY_MS }],
  ] as const)('%s: since when it was taken, who they were and what they had is kept (%j)', (kind, more) => {
    const wanted = desired('anna', { reasons: [reason(kind, more)], attributes: { displayName: 'Somebody Else' } });
    const [change] = diffOf([wanted], [found('anna')], [row('anna')]).changes;
    expect(change).toMatchObject({ kind: 'disable', leave: { since: NOW, institution: 'cbs' } });
    if (change?.kind !== 'disable') throw new Error('nothing was taken');
    const written = { handle: 'guid-anna', state: { enabled: false, attributes: {} }, groups: ['Project X'] };
    const kept = rowAfter(change, written, row('anna'));
    expect(kept.away).toEqual({ since: NOW, institution: 'cbs', who: WHO, groups: ['Project X'] });
    // A block that comes later, or details that change, do not make them leave anew.
    const later = rowAfter({ ...change, leave: { since: NOW + DAY_MS, institution: 'dtu', who: {} } }, written, kept);
    expect(later.away).toEqual(kept.away);
  });

  test.each(['person-blocked', 'institution-blocked', 'operator-blocked', 'not-started'] as const)(
    '%s: nobody left, and nothing is kept',
    (kind) => {
      const { changes } = diffOf([desired('anna', { reasons: [reason(kind)] })], [found('anna')], [row('anna')]);
      expect(changes).toHaveLength(1);
      expect(changes[0]).not.toHaveProperty('leave');
    },
  );

  test.each([
    ['lately, and the groups could not be read', {}, [['Project Y']]],
    ['lately, and they are read', { groups: ['Project X'] }, []],
    ['some days ago', { since: NOW - 2 * DAY_MS }, []],
  ] as const)(
    'who left %s: the groups are read late only where a broken connection kept them',
    async (_, more, read) => {
      const away: Away = { ...AWAY, since: NOW - HOUR_MS, groups: null, ...more };
      const reader = { groups: () => Promise.resolve(['Project Y']) };
      const late = await groupsReadLate([row('carl'), off(away)], reader, NOW);
      expect(late.map((one) => one.away?.groups)).toEqual(read);
      expect(late.every(({ handle }) => handle === 'guid-anna')).toBe(true);
      const broken = { groups: () => Promise.reject(new Error('the connection is closed')) };
      expect(await groupsReadLate([off(away)], broken, NOW)).toEqual([]);
      expect(await groupsReadLate([off(away)], {}, NOW)).toEqual([]);
    },
  );

  test('who was blocked before is away from the moment of closing', () => {
    const wanted = desired('anna', { reasons: [reason('person-blocked'), reason('closed', { since: null })] });
    const { accepted, changes } = diffOf([wanted], [OFF], [off(undefined, 'person-blocked')]);
    expect(changes).toEqual([]);
    expect(accepted).toMatchObject([{ away: { since: NOW, institution: 'cbs', groups: null } }]);
    expect(diffOf([wanted], [OFF], accepted).accepted).toEqual([]);
  });

  test('who was disabled by hand before has left as well, is listed, and is given nothing by that', () => {
    const wanted = desired('anna', { reasons: [reason('closed', { since: null })] });
    const { accepted, changes } = diffOf([wanted], [OFF], [row('anna')]);
    expect(accepted).toMatchObject([{ away: { since: NOW, institution: 'cbs', who: WHO }, disabledFor: null }]);
    expect(changes).toEqual([]);
    expect(inShort(diffOf([desired('anna')], [OFF], accepted))).toEqual(['(disabled-by-hand)']);
  });
});

describe('somebody who comes back', () => {
  const back = (away: Away, wanted = {}) => diffOf([desired('anna', wanted)], [OFF], [off(away)]).changes;

  test('within 30 days to the same institution: as it was, and the plan says with what', () => {
    const [change, ...more] = back(AWAY);
    expect(more).toEqual([]);
    expect(change).not.toHaveProperty('anew');
    expect(change?.cause.text).toBe(
      'what took it away is over (it was: closed for a test); is back, in the groups of before (Project X)',
    );
  });

  test.each([
    ['after 30 days', { ...AWAY, since: NOW - 30 * DAY_MS }, {}, 'after more than 30 days away'],
    ['from another institution', AWAY, { institution: 'dtu' }, 'from another institution (was with cbs)'],
    [
      'under another name',
      AWAY,
      { attributes: { displayName: 'Nora Newcomer' } },
      'otherwise than they went (displayName was Anna Jensen)',
    ],
  ])('%s: anew, with another password and without the groups', (_, away, wanted, why) => {
    const change = back(away, wanted).find(({ kind }) => kind === 'enable');
    expect(change).toMatchObject({ kind: 'enable', anew: true, effect: 'gives' });
    expect(change?.cause.text).toContain(
      `; is back ${why}: gets a new initial password, and is taken out of every group (was in Project X)`,
    );
  });

  test.each([
    [null, 'is taken out of every group'],
    [[], 'is taken out of every group (was in none)'],
    [['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'], '(was in A, B, C, D, E, F and 2 more)'],
  ])('the groups %j are told in few words', (groups, words) => {
    expect(back({ ...AWAY, groups }, { institution: 'dtu' })[0]?.cause.text).toContain(words);
  });

  test('with an operator’s block lifted meanwhile, still anew: what was taken first does not matter', () => {
    const late = { ...AWAY, since: NOW - 40 * DAY_MS };
    const [change] = diffOf([desired('anna')], [OFF], [off(late, 'operator-blocked')]).changes;
    expect(change).toMatchObject({ kind: 'enable', anew: true, classes: ['lift'] });
  });

  test('is there again once the account is enabled, by Muster or by hand', () => {
    const [change] = back(AWAY);
    if (change === undefined) throw new Error('nothing was to be done');
    const written = { handle: 'guid-anna', state: { enabled: true, attributes: {} } };
    expect(rowAfter(change, written, off(AWAY))).not.toHaveProperty('away');
    const { accepted } = diffOf([desired('anna')], [found('anna')], [off(AWAY)]);
    expect(accepted).toHaveLength(1);
    expect(accepted[0]).not.toHaveProperty('away');
  });

  test('A1: with a lost answer, an account that is enabled but bears another attempt was not given anew by this one', () => {
    const [change] = back(AWAY, { institution: 'dtu' });
    if (change === undefined) throw new Error('nothing was to be done');
    const intent = { id: 'i', runId: 'r', attempt: 'a1', server: 'dc1', change, at: NOW, approved: false };
    const judged = (attempt: string) =>
      recover(
        [{ ...intent, mandate: NO_MANDATE }],
        { server: 'dc1', found: [found('anna', { attempt })], proven: true, doubtful: false, at: NOW },
        new Map(),
      ).resolved.map(({ outcome }) => outcome.status);
    expect(judged('a1')).toEqual(['applied']);
    expect(judged('before')).toEqual(['failed']);
  });
});

test('coming back is held like any other giving', () => {
  expect(inShort(diffOf([desired('anna')], [OFF], [off(AWAY)]))).toEqual(['enable anna gives enable']);
});

test('whoever needs a new password that can be sealed to nobody is told of, and stays out', () => {
  const late = { ...AWAY, since: NOW - 40 * DAY_MS };
  const { changes, notices } = diffOf([desired('anna')], [OFF], [off(late)], { traits: TRAITS_WITHOUT_RECIPIENTS });
  expect(changes).toEqual([]);
  expect(notices).toMatchObject([{ kind: 'create-refused', text: expect.stringContaining('credentials.recipients') }]);
});
