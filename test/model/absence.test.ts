/** Absence neither takes nor gives: of an entry, of a file, of a field; and what is held keeps its last good document. */
import { describe, expect, test } from 'vitest';
import type { Resolution } from '../../src/model/validate.ts';
import {
  afterPass,
  block,
  type Files,
  institution,
  may,
  mistake,
  repository,
  resolved,
  standingIn,
  startsAt,
  TODAY,
  user,
} from '../support/model-builder.ts';

const CBS = { 'institutions/cbs.yaml': [institution('cbs')] };
const ANNA = { ...CBS, 'users/a.yaml': [user('anna', { ends: '2026-12-31' })] };
const LIST = 'blocked-users.yaml';

function step(before: Files, after: Files, at = TODAY): Resolution {
  return resolved(repository(after), { remembered: afterPass(repository(before)), at });
}

function fixes(resolution: Resolution): readonly string[] {
  return resolution.diagnostics.map(({ message, fix }) => `${message} => ${fix ?? ''}`);
}

describe('Y1: a person who is no longer declared', () => {
  test('keeps the last good document, is reported with the lines to write, and gains nothing', () => {
    const resolution = step(ANNA, CBS);
    expect(resolution.model.users.get('anna')?.condition).toBe('vanished');
    expect(may(resolution, 'anna')).toBe('LMT');
    expect(resolution.heldEntries).toMatchObject([
      {
        kind: 'user',
        key: 'anna',
        label: 'Anna Jensen (anna)',
        condition: 'vanished',
        text: 'Anna Jensen (anna) is no longer declared. Access stays as it was and nothing new is given. If they left, write this again, closed.',
      },
    ]);
    expect(resolution.heldEntries[0]?.fix).toContain('state: closed\nends: 2026-12-31');
  });

  test('still ends, and is still reached by blocks', () => {
    const resolution = step(ANNA, { ...CBS, [LIST]: [block('blocked-user', 'anna', { from: '2026-08-01' })] });
    expect(may(resolution, 'anna', startsAt('2026-08-01'))).toBe('---');
    expect(may(step(ANNA, CBS), 'anna', startsAt('2027-01-01'))).toBe('---');
  });

  test('is not reported when closed', () => {
    const closed = { ...CBS, 'users/a.yaml': [user('anna', { state: 'closed' })] };
    const resolution = step(closed, CBS);
    expect(resolution.heldEntries).toEqual([]);
    expect(may(resolution, 'anna')).toBe('---');
  });

  test('an institution that nobody needs goes in silence, one that somebody needs is reported', () => {
    expect(step(CBS, {}).heldEntries).toEqual([]);
    expect(step(ANNA, { 'users/a.yaml': ANNA['users/a.yaml'] }).heldEntries[0]).toMatchObject({
      kind: 'institution',
      condition: 'vanished',
      text: 'CBS (`cbs`) is no longer declared, but people still belong to it. Their access stays as it was.',
    });
  });
});

describe('P4: a block that left the files', () => {
  const blocked = (fields: Parameters<typeof block>[2]) => ({
    ...ANNA,
    [LIST]: [block('blocked-user', 'anna', fields)],
  });

  test.each([
    ['the entry is gone', { ...ANNA, [LIST]: [] }],
    ['the file is gone', ANNA],
  ])('%s: it stays in force and is reported with the whole entry to write', (_how, after) => {
    const resolution = step(blocked({ from: '2026-03-01', reason: 'Sold: his "password"' }), after);
    expect(may(resolution, 'anna')).toBe('---');
    expect(resolution.heldEntries).toMatchObject([
      {
        kind: 'blocked-user',
        key: 'anna@2026-03-01',
        condition: 'vanished',
        text: 'The block of anna from 2026-03-01 is gone from the file and stays in force. To lift it, write it again with `lifted`.',
        fix: '- user: anna\n  reason: \'Sold: his "password"\'\n  from: 2026-03-01\n  lifted: 2026-06-15',
      },
    ]);
  });

  test('one that has not begun yet begins, and would be lifted on its first day', () => {
    const resolution = step(blocked({ from: '2026-08-01' }), ANNA);
    expect(may(resolution, 'anna', startsAt('2026-08-01'))).toBe('---');
    expect(resolution.heldEntries[0]?.fix).toContain('lifted: 2026-08-01');
  });

  test('its own `until` and `lifted` still end it; then it is no longer reported', () => {
    const until = step(blocked({ from: '2026-03-01', until: '2026-06-30' }), ANNA);
    expect(may(until, 'anna', startsAt('2026-06-30'))).toBe('---');
    expect(may(until, 'anna', startsAt('2026-07-01'))).toBe('LMT');
    expect(until.heldEntries).toHaveLength(1);
    expect(step(blocked({ from: '2026-03-01', until: '2026-05-31' }), ANNA).heldEntries).toEqual([]);
    expect(step(blocked({ from: '2026-03-01', lifted: '2026-06-15' }), ANNA).heldEntries).toEqual([]);
    expect(step(blocked({ from: '2026-03-01', lifted: '2026-06-16' }), ANNA).heldEntries).toHaveLength(1);
  });

  test('lifting it by its entry ends it', () => {
    const resolution = step(blocked({ from: '2026-03-01' }), blocked({ from: '2026-03-01', lifted: '2026-06-15' }));
    expect(may(resolution, 'anna')).toBe('LMT');
    expect(resolution.heldEntries).toEqual([]);
  });

  test('P8: a pass whose clock ran a year ahead makes nobody forget it', () => {
    const remembered = afterPass(repository(blocked({ from: '2026-03-01', until: '2026-06-30' })));
    const misled = afterPass(repository(ANNA), { remembered, at: startsAt('2027-06-15') });
    expect(may(resolved(repository(ANNA), { remembered: misled }), 'anna')).toBe('---');
  });

  test('every block list emptied at once lifts nobody', () => {
    const people = ['anna', 'bo', 'carl'];
    const users = { ...CBS, 'users/a.yaml': people.map((name) => user(name)) };
    const lists = {
      'blocked-institutions.yaml': [block('blocked-institution', 'cbs', { from: '2026-02-01' })],
      [LIST]: people.map((name) => block('blocked-user', name, { from: '2026-02-01' })),
      'mail-blocks.yaml': people.map((name) => block('mail-block', name, { from: '2026-02-01' })),
    };
    const resolution = step({ ...users, ...lists }, users);
    expect(people.map((name) => may(resolution, name))).toEqual(['---', '---', '---']);
    expect(resolution.heldEntries).toHaveLength(7);
  });
});

describe('Y1: an optional field that left an otherwise good entry', () => {
  test('`ends` and `starts` hold the entry, and `none` says it is meant', () => {
    const before = { ...CBS, 'users/a.yaml': [user('anna', { starts: '2026-01-01', ends: '2026-12-31' })] };
    const after = { ...CBS, 'users/a.yaml': [user('anna', { phone: '+4520777777' })] };
    const resolution = step(before, after);
    expect(fixes(resolution)).toEqual([
      '`ends` was 2026-12-31 and is gone. If access should have no end, write "ends: none". => ends: 2026-12-31',
      '`starts` was 2026-01-01 and is gone. If access should begin at once, write "starts: none". => starts: 2026-01-01',
    ]);
    const held = resolution.model.users.get('anna');
    expect(held).toMatchObject({ condition: 'held', document: { ends: '2026-12-31' } });
    expect(held?.document.phone).not.toBe('+4520777777');
    expect(standingIn(resolution, 'anna').expires).toBe(startsAt('2027-01-01'));
    const meant = step(before, { ...CBS, 'users/a.yaml': [user('anna', {}, ['starts', 'ends'])] });
    expect(meant.diagnostics).toEqual([]);
    expect(standingIn(meant, 'anna').expires).toBeNull();
  });

  test('a block without its `until` is held and still ends on that day', () => {
    const before = { ...ANNA, [LIST]: [block('blocked-user', 'anna', { from: '2026-06-01', until: '2026-06-30' })] };
    const after = { ...ANNA, [LIST]: [block('blocked-user', 'anna', { from: '2026-06-01' })] };
    const resolution = step(before, after);
    expect(fixes(resolution)).toEqual([
      '`until` was 2026-06-30 and is gone. If the block should have no end, write "until: none". => until: 2026-06-30',
    ]);
    expect(may(resolution, 'anna', startsAt('2026-07-01'))).toBe('LMT');
    const meant = step(before, { ...ANNA, [LIST]: [block('blocked-user', 'anna', { from: '2026-06-01' }, ['until'])] });
    expect(may(meant, 'anna', startsAt('2026-07-01'))).toBe('---');
  });

  test('an institution without its `partOf` still belongs to it', () => {
    const people = { 'users/a.yaml': [user('anna', { institution: 'low' })] };
    const blocked = { 'blocked-institutions.yaml': [block('blocked-institution', 'top', { from: '2026-02-01' })] };
    const before = { ...people, ...blocked, 'institutions/a.yaml': [institution('top'), institution('low', 'top')] };
    const resolution = step(before, { ...before, 'institutions/a.yaml': [institution('top'), institution('low')] });
    expect(fixes(resolution)).toEqual([
      '`partOf` was top and is gone. If it should belong to no other institution, write "partOf: none". => partOf: top',
    ]);
    expect(may(resolution, 'anna')).toBe('---');
    const meant = step(before, {
      ...before,
      'institutions/a.yaml': [institution('top'), institution('low', null, ['partOf'])],
    });
    expect(may(meant, 'anna')).toBe('LMT');
  });

  test('a closing in the same entry is not delayed by it', () => {
    const resolution = step(ANNA, { ...CBS, 'users/a.yaml': [user('anna', { state: 'closed' })] });
    expect(resolution.model.users.get('anna')?.condition).toBe('held');
    expect(may(resolution, 'anna')).toBe('---');
  });
});

describe('What was lifted stays lifted', () => {
  const lifted = (day: string, none: readonly string[] = []) => [
    block('blocked-user', 'anna', { from: '2026-03-01', ...(day === '' ? {} : { lifted: day }) }, none),
  ];
  const again = (after: readonly ReturnType<typeof block>[], before = '2026-05-01') =>
    step({ ...ANNA, [LIST]: lifted(before) }, { ...ANNA, [LIST]: after });

  test('when the line is gone', () => {
    const resolution = again(lifted(''));
    expect(fixes(resolution)).toEqual([
      '`lifted` was 2026-05-01 and is gone. What was lifted stays so. To block again, write a new entry with a new `from`. => lifted: 2026-05-01',
    ]);
    expect(may(resolution, 'anna')).toBe('LMT');
  });

  test('when it says `none`, or a day to come', () => {
    for (const after of [lifted('', ['lifted']), lifted('2026-09-01')]) {
      const resolution = again(after);
      expect(fixes(resolution)).toEqual([
        'This block was lifted on 2026-05-01 and stays lifted. To block again, write a new entry with a new `from`. => lifted: 2026-05-01',
      ]);
      expect(may(resolution, 'anna')).toBe('LMT');
    }
  });

  test('a lift to come may be moved or called off, for that gives nothing', () => {
    expect(may(again(lifted('', ['lifted']), '2026-08-01'), 'anna', startsAt('2026-08-01'))).toBe('---');
    expect(may(again(lifted('2026-07-01'), '2026-08-01'), 'anna', startsAt('2026-07-01'))).toBe('LMT');
  });

  test('a new entry from another day blocks again', () => {
    const resolution = again([...lifted('2026-05-01'), block('blocked-user', 'anna', { from: '2026-06-01' })]);
    expect(may(resolution, 'anna')).toBe('---');
  });
});

describe('Y6: one mistake among good entries', () => {
  const before = { ...CBS, 'users/a.yaml': [user('anna'), user('bo')] };

  test('holds its own entry, which keeps its last good document', () => {
    const resolution = step(before, {
      ...CBS,
      'users/a.yaml': [mistake('user', 'anna'), user('bo', { state: 'closed' })],
    });
    expect(resolution.model.users.get('anna')?.condition).toBe('held');
    expect(['anna', 'bo'].map((key) => may(resolution, key))).toEqual(['LMT', '---']);
    expect(resolution.heldEntries).toMatchObject([
      {
        key: 'anna',
        condition: 'held',
        text: 'There is a mistake at users/a.yaml:1; until it is mended, this counts as it last was.',
      },
    ]);
  });

  test('whose name cannot be read holds what is missing from its file, as held and not as vanished', () => {
    const resolution = step(before, { ...CBS, 'users/a.yaml': [mistake('user', null), user('bo')] });
    expect(resolution.model.users.get('anna')?.condition).toBe('held');
    expect(resolution.model.users.get('bo')?.condition).toBe('declared');
  });

  test('a file that cannot be read holds all it held, and a new block beside it goes on', () => {
    const after = {
      ...CBS,
      'users/a.yaml': 'unreadable',
      [LIST]: [block('blocked-user', 'bo', { from: '2026-06-01' })],
    } as const;
    const resolution = step(before, after);
    expect([...resolution.model.users.values()].map(({ condition }) => condition)).toEqual(['held', 'held']);
    expect(['anna', 'bo'].map((key) => may(resolution, key))).toEqual(['LMT', '---']);
  });

  test('one bad file of 5,000 holds its one person, over three broken revisions in a row', () => {
    const name = (nth: number) => `users/u${nth}.yaml`;
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, nth) => [
        name(nth),
        [user(`u${nth}`, { phone: `+4530${String(nth).padStart(6, '0')}` })],
      ]),
    );
    let remembered = afterPass(repository({ ...CBS, ...many }));
    for (const broken of ['unreadable', [mistake('user', null)], [mistake('user', 'u7')]] as const) {
      const files = { ...CBS, ...many, [name(7)]: broken };
      const resolution = resolved(repository(files), { remembered });
      expect(resolution.heldEntries.map(({ key, condition }) => `${key} ${condition}`)).toEqual(['u7 held']);
      expect(may(resolution, 'u7')).toBe('LMT');
      remembered = afterPass(repository(files), { remembered });
    }
  });
});
