/** Twins: one identity with several readings. The most restrictive counts, nothing else changes, every place is named. */
import { describe, expect, test } from 'vitest';
import { place } from '../../src/diagnostic.ts';
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
  user,
} from '../support/model-builder.ts';

const CBS = { 'institutions/cbs.yaml': [institution('cbs'), institution('dtu')] };
const BEFORE = { ...CBS, 'users/a.yaml': [user('ajensen', { phone: '+4520111111' })] };

function step(before: Files, after: Files): Resolution {
  return resolved(repository(after), { remembered: afterPass(repository(before)) });
}

function placesOf(resolution: Resolution): readonly string[] {
  return resolution.diagnostics.map(place);
}

describe('Y4: twins of a known person', () => {
  const twin = (fields: Parameters<typeof user>[1], username = 'ajensen') =>
    step(BEFORE, { ...BEFORE, 'users/b.yaml': [user(username, fields)] });

  test('a twin that is closed closes', () => {
    expect(may(twin({ state: 'closed' }), 'ajensen')).toBe('---');
  });

  test('a twin with an end ends, one that starts later starts later', () => {
    const { expires } = standingIn(twin({ ends: '2026-12-31' }), 'ajensen');
    expect(expires).toBe(startsAt('2027-01-01'));
    expect(may(twin({ starts: '2026-07-01' }), 'ajensen')).toBe('---');
  });

  test('a twin in a blocked institution is blocked', () => {
    const blocked = { 'blocked-institutions.yaml': [block('blocked-institution', 'dtu', { from: '2026-01-01' })] };
    const resolution = step(BEFORE, {
      ...BEFORE,
      ...blocked,
      'users/b.yaml': [user('ajensen', { institution: 'dtu' })],
    });
    expect(may(resolution, 'ajensen')).toBe('---');
  });

  test('a twin with another phone or address changes neither', () => {
    const entry = twin({ phone: '+4520999999', email: 'mallory@example.org' }).model.users.get('ajensen');
    expect(entry).toMatchObject({
      condition: 'held',
      document: { phone: '+4520111111', email: 'ajensen@example.org' },
      origin: { file: 'users/a.yaml' },
    });
  });

  test('a twin gives nothing that the last good document took', () => {
    const closed = { ...CBS, 'users/a.yaml': [user('ajensen', { state: 'closed' })] };
    const resolution = step(closed, {
      ...CBS,
      'users/a.yaml': [user('ajensen')],
      'users/b.yaml': [user('ajensen', { ends: '2030-01-01' })],
    });
    expect(may(resolution, 'ajensen')).toBe('---');
  });

  test.each([
    ['by case', 'AJensen'],
    ['by Unicode form', 'ajensen'.normalize('NFD')],
    ['by an outer space', ' ajensen'],
  ])('a twin %s is a twin, named at both places', (_how, username) => {
    const resolution = twin({ state: 'closed' }, username);
    expect(placesOf(resolution)).toEqual(['users/a.yaml:1', 'users/b.yaml:1']);
    expect(resolution.diagnostics.map(({ message }) => message)).toEqual([
      'The user `ajensen` stands here and also at users/b.yaml:1. Until only one is left, the stricter of them counts and nothing else changes.',
      'The user `ajensen` stands here and also at users/a.yaml:1. Until only one is left, the stricter of them counts and nothing else changes.',
    ]);
    expect(may(resolution, 'ajensen')).toBe('---');
  });

  test('twins by an accent, composed or not, are one person', () => {
    const before = { ...CBS, 'users/a.yaml': [user('andré'.normalize('NFC'))] };
    const resolution = step(before, {
      ...before,
      'users/b.yaml': [user('andré'.normalize('NFD'), { state: 'closed' })],
    });
    expect(may(resolution, 'andré'.normalize('NFC'))).toBe('---');
  });

  test('the same words twice only get a warning', () => {
    const resolution = step(BEFORE, { ...BEFORE, 'users/b.yaml': [user('ajensen', { phone: '+4520111111' })] });
    expect(resolution.diagnostics).toMatchObject([{ file: 'users/b.yaml', severity: 'warning', holds: 'nothing' }]);
    expect(resolution.model.users.get('ajensen')?.condition).toBe('declared');
  });

  test('three twins: all are named, the strictest of each counts', () => {
    const resolution = step(BEFORE, {
      ...BEFORE,
      'users/b.yaml': [user('ajensen', { ends: '2026-12-31' })],
      'users/c.yaml': [user('ajensen', { ends: '2026-08-31' })],
    });
    expect(placesOf(resolution)).toEqual(['users/a.yaml:1', 'users/b.yaml:1', 'users/c.yaml:1']);
    expect(resolution.heldEntries[0]?.text).toBe(
      'The user `ajensen` stands in more than one place: users/a.yaml:1, users/b.yaml:1 and users/c.yaml:1.',
    );
    expect(standingIn(resolution, 'ajensen').expires).toBe(startsAt('2026-09-01'));
  });
});

test('Y4: of very many twins, five places are named and the others counted', () => {
  const many = Array.from({ length: 5000 }, (_, nth) =>
    user('ajensen', { phone: `+4530${String(nth).padStart(6, '0')}` }),
  );
  const { diagnostics } = resolved(repository({ ...CBS, 'users/a.yaml': many }));
  expect(diagnostics).toHaveLength(5000);
  expect(diagnostics[0]?.message).toBe(
    'The user `ajensen` stands here and also at users/a.yaml:11, users/a.yaml:21, users/a.yaml:31, users/a.yaml:41, users/a.yaml:51 and 4994 more places. Until only one is left, nothing is given by any of them.',
  );
});

describe('Y4: twins of somebody new', () => {
  const FILES = {
    ...CBS,
    'users/a.yaml': [user('new', { phone: '+4520111111' })],
    'users/b.yaml': [user('new', { phone: '+4520222222' })],
  };

  test('nobody is created, and nothing is remembered', () => {
    const resolution = resolved(repository(FILES));
    expect(resolution.model.users.get('new')?.condition).toBe('held');
    expect(resolution.remember.entries.filter(({ kind }) => kind === 'user')).toEqual([]);
    expect(resolution.diagnostics[0]?.message).toContain('Until only one is left, nothing is given by any of them.');
  });

  test('which of them is shown does not depend on their places', () => {
    const swapped = { ...CBS, 'users/a.yaml': FILES['users/b.yaml'], 'users/b.yaml': FILES['users/a.yaml'] };
    const phone = (files: Files) => resolved(repository(files)).model.users.get('new')?.document.phone;
    expect(phone(swapped)).toBe(phone(FILES));
  });

  test('once one is left, it counts', () => {
    const resolution = step(FILES, { ...CBS, 'users/a.yaml': FILES['users/a.yaml'] });
    expect(resolution.model.users.get('new')?.condition).toBe('declared');
  });
});

describe('Y4: a twin that cannot be read', () => {
  test.each([
    ['with a mistake in it', [mistake('user', 'ajensen')]],
    ['with a mistake in its name', [mistake('user', null)]],
    ['in a file that cannot be read', 'unreadable'],
  ] as const)('the known entry %s, and a new one elsewhere: the new one can take but not give', (_how, hidden) => {
    const closed = { ...CBS, 'users/a.yaml': [user('ajensen', { state: 'closed' })] };
    const given = step(closed, { ...CBS, 'users/a.yaml': hidden, 'users/b.yaml': [user('ajensen')] });
    expect(may(given, 'ajensen')).toBe('---');
    expect(given.diagnostics.map(place)).toEqual(['users/b.yaml:1']);
    const taken = step(BEFORE, {
      ...CBS,
      'users/a.yaml': hidden,
      'users/b.yaml': [user('ajensen', { state: 'closed' })],
    });
    expect(may(taken, 'ajensen')).toBe('---');
  });

  test('a mistake elsewhere in the same file does not hold its good entries', () => {
    const resolution = step(BEFORE, {
      ...CBS,
      'users/a.yaml': [user('ajensen', { phone: '+4520333333' }), mistake('user', null)],
    });
    expect(resolution.model.users.get('ajensen')).toMatchObject({
      condition: 'declared',
      document: { phone: '+4520333333' },
    });
  });
});

describe('Y4: twins of a block', () => {
  const people = { ...CBS, 'users/a.yaml': [user('ajensen')] };
  const lists = (...entries: Parameters<typeof block>[2][]) => ({
    ...people,
    'blocked-users.yaml': entries.map((fields) => block('blocked-user', 'ajensen', fields)),
  });

  test('the one that lasts longer counts', () => {
    const twins = lists({ from: '2026-01-01', lifted: '2026-02-01' }, { from: '2026-01-01', until: '2026-12-31' });
    expect(may(resolved(repository(twins)), 'ajensen')).toBe('---');
  });

  test('P4: twins that both leave the files stay in force as the longer one', () => {
    const twins = lists({ from: '2026-01-01', lifted: '2026-02-01' }, { from: '2026-01-01' });
    const resolution = step(twins, people);
    expect(may(resolution, 'ajensen')).toBe('---');
    expect(resolution.heldEntries).toMatchObject([{ kind: 'blocked-user', condition: 'vanished' }]);
  });

  test('both lifted: lifted, on the later day', () => {
    const before = lists({ from: '2026-01-01' });
    const twins = lists({ from: '2026-01-01', lifted: '2026-02-01' }, { from: '2026-01-01', lifted: '2026-03-01' });
    const resolution = step(before, twins);
    expect(may(resolution, 'ajensen')).toBe('LMT');
    expect(may(resolution, 'ajensen', startsAt('2026-02-15'))).toBe('---');
  });

  test('two blocks of one person from different days are no twins', () => {
    const resolution = resolved(
      repository(lists({ from: '2026-01-01', lifted: '2026-02-01' }, { from: '2026-03-01' })),
    );
    expect(resolution.diagnostics).toEqual([]);
    expect(may(resolution, 'ajensen')).toBe('---');
  });
});

test('Y4: twins of an institution: a block above either of its parents reaches its people', () => {
  const before = {
    'institutions/a.yaml': [institution('a'), institution('b'), institution('low', 'a')],
    'users/a.yaml': [user('anna', { institution: 'low' })],
  };
  const after = {
    ...before,
    'institutions/b.yaml': [institution('low', 'b')],
    'blocked-institutions.yaml': [block('blocked-institution', 'b', { from: '2026-01-01' })],
  };
  expect(may(step(before, after), 'anna')).toBe('---');
});
