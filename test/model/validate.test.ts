/** Validation across files: what one entry cannot show, told at its place, and held without taking or giving. */
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
  startsAt,
  TODAY,
  user,
} from '../support/model-builder.ts';

const CBS = { 'institutions/cbs.yaml': [institution('cbs')] };

function told(resolution: Resolution): readonly string[] {
  return resolution.diagnostics.map((one) => `${place(one)} ${one.severity}: ${one.message}`);
}

function userOf(resolution: Resolution, key: string) {
  const entry = resolution.model.users.get(key);
  if (entry === undefined) throw new Error(`no user ${key}`);
  return entry;
}

/** The resolution of `after`, once `before` was taken in. */
function step(before: Files, after: Files, at = TODAY): Resolution {
  return resolved(repository(after), { remembered: afterPass(repository(before)), at });
}

describe('References between files', () => {
  test('Y8: an unknown institution holds the person, with the nearest id and the corrected line', () => {
    const resolution = resolved(repository({ ...CBS, 'users/a.yaml': [user('ajensen', { institution: 'cbbs' })] }));
    expect(told(resolution)).toEqual(['users/a.yaml:1 error: There is no institution `cbbs`. Did you mean `cbs`?']);
    expect(resolution.diagnostics[0]?.fix).toBe('institution: cbs');
    expect(userOf(resolution, 'ajensen').condition).toBe('held');
    expect(resolution.remember.entries.map(({ kind }) => kind)).toEqual(['institution']);
  });

  test('Y8: a pattern is an unknown institution like any other, and blocks nobody', () => {
    const files = {
      ...CBS,
      'users/a.yaml': [user('ajensen')],
      'blocked-institutions.yaml': [block('blocked-institution', '*', { from: '2026-01-01' })],
    };
    const resolution = resolved(repository(files));
    expect(told(resolution)).toEqual([
      'blocked-institutions.yaml:1 error: There is no institution `*`, so this blocks nobody. Each entry names exactly one.',
    ]);
    expect(may(resolution, 'ajensen')).toBe('LMT');
    expect(resolution.model.blockedInstitutions).toEqual([]);
    expect(resolution.heldEntries).toMatchObject([
      { kind: 'blocked-institution', key: '*@2026-01-01', condition: 'held' },
    ]);
  });

  test('Y8: every single-letter slip in the id of a blocked institution is an error that blocks nobody', () => {
    const ids = ['bs', 'cb', 'cbz', 'xbs', 'cbss', 'ccbs', 'c-bs', 'csb'];
    for (const id of ids) {
      const files = {
        ...CBS,
        'users/a.yaml': [user('ajensen')],
        'blocked-institutions.yaml': [block('blocked-institution', id, { from: '2026-01-01' })],
      };
      const resolution = resolved(repository(files));
      expect(resolution.diagnostics.map(({ severity, holds }) => `${severity} ${holds}`)).toEqual(['error entry']);
      expect(may(resolution, 'ajensen')).toBe('LMT');
      expect(resolution.remember.entries.map(({ kind }) => kind)).not.toContain('blocked-institution');
    }
  });

  test.each(['blocked-user', 'mail-block'] as const)(
    'a %s of nobody is an error, for a slip would leave an abuser in',
    (kind) => {
      const path = kind === 'mail-block' ? 'mail-blocks.yaml' : 'blocked-users.yaml';
      const files = {
        ...CBS,
        'users/a.yaml': [user('ajensen')],
        [path]: [block(kind, 'ajensn', { from: '2026-01-01' })],
      };
      const resolution = resolved(repository(files));
      expect(told(resolution)).toEqual([
        `${path}:1 error: There is no user \`ajensn\`, so this blocks nobody. Did you mean \`ajensen\`?`,
      ]);
      expect(resolution.diagnostics[0]?.fix).toBe('user: ajensen');
    },
  );

  test('a block reaches a person who stands in the files only with a mistake', () => {
    const files = {
      ...CBS,
      'users/a.yaml': [mistake('user', 'ajensen')],
      'blocked-users.yaml': [block('blocked-user', 'ajensen', { from: '2026-01-01' })],
    };
    expect(told(resolved(repository(files)))).toEqual([]);
  });

  test('a block reaches a person who left the files', () => {
    const before = { ...CBS, 'users/a.yaml': [user('ajensen')] };
    const after = { ...CBS, 'blocked-users.yaml': [block('blocked-user', 'ajensen', { from: '2026-01-01' })] };
    const resolution = step(before, after);
    expect(told(resolution)).toEqual([]);
    expect(may(resolution, 'ajensen')).toBe('---');
  });

  test('people of an institution that left the files, or never counted, are held', () => {
    const person = { 'users/a.yaml': [user('ajensen')] };
    const gone = step({ ...CBS, ...person }, person);
    expect(told(gone)).toEqual([
      'users/a.yaml:1 error: The institution `cbs` is no longer declared; it last stood at institutions/cbs.yaml:1. Declare it again, or name another.',
    ]);
    expect(userOf(gone, 'ajensen').condition).toBe('held');
    const broken = resolved(repository({ ...person, 'institutions/cbs.yaml': [mistake('institution', 'cbs')] }));
    expect(told(broken)).toEqual([
      'users/a.yaml:1 error: The institution `cbs` has a mistake of its own, at institutions/cbs.yaml:1, and has to be mended first.',
    ]);
  });

  test('people of a known institution with a mistake in it go on', () => {
    const person = { 'users/a.yaml': [user('ajensen')] };
    const resolution = step(
      { ...CBS, ...person },
      { ...person, 'institutions/cbs.yaml': [mistake('institution', 'cbs')] },
    );
    expect(told(resolution)).toEqual([]);
    expect(userOf(resolution, 'ajensen').condition).toBe('declared');
    expect(resolution.heldEntries).toMatchObject([{ kind: 'institution', key: 'cbs', condition: 'held' }]);
  });

  test('a new institution below one that does not count does not count either, nor do its people', () => {
    const files = {
      'institutions/a.yaml': [
        institution('top', 'nowhere'),
        institution('middle', 'top'),
        institution('low', 'middle'),
      ],
      'users/a.yaml': [user('ajensen', { institution: 'low' })],
    };
    const resolution = resolved(repository(files));
    expect(resolution.diagnostics.map(({ line, file }) => `${file}:${line}`)).toEqual([
      'institutions/a.yaml:1',
      'institutions/a.yaml:11',
      'institutions/a.yaml:21',
      'users/a.yaml:1',
    ]);
    expect(resolution.remember.entries).toEqual([]);
  });

  test('a circle is told at each of its members, and a block within it still reaches everybody in it', () => {
    const files = {
      'institutions/a.yaml': [
        institution('a', 'b'),
        institution('b', 'c'),
        institution('c', 'a'),
        institution('low', 'a'),
      ],
      'users/a.yaml': [user('ajensen', { institution: 'a' })],
      'blocked-institutions.yaml': [block('blocked-institution', 'c', { from: '2026-01-01' })],
    };
    const resolution = resolved(repository(files));
    expect(told(resolution)[0]).toBe(
      'institutions/a.yaml:1 error: This goes in a circle: `a` is part of `b`, `b` is part of `c`, `c` is part of `a`. One of these lines has to go.',
    );
    expect(resolution.diagnostics.map(({ line }) => line)).toEqual([1, 11, 21, 31, 1]);
    expect(may(resolution, 'ajensen')).toBe('---');
  });

  test('a circle that an edit makes leaves the last good order in force', () => {
    const before = {
      'institutions/a.yaml': [institution('a'), institution('b', 'a')],
      'users/a.yaml': [user('anna', { institution: 'a' })],
    };
    const after = { ...before, 'institutions/a.yaml': [institution('a', 'b'), institution('b', 'a')] };
    const resolution = step(before, after);
    expect(resolution.model.institutions.get('a')).toMatchObject({ condition: 'held', document: { partOf: null } });
    expect(userOf(resolution, 'anna').condition).toBe('declared');
  });

  test('parent and child may change places in one step', () => {
    const before = { 'institutions/a.yaml': [institution('a'), institution('b', 'a')] };
    const after = { 'institutions/a.yaml': [institution('a', 'b'), institution('b', null, ['partOf'])] };
    expect(told(step(before, after))).toEqual([]);
  });

  test('T4: one phone number or address for two people is one warning that names both places', () => {
    const files = {
      ...CBS,
      'users/a.yaml': [user('ajensen', { phone: '+4520123456', email: 'Anna@example.org' })],
      'users/b.yaml': [user('bholm', { phone: '+4520123456', email: 'anna@example.org' })],
      'users/c.yaml': [user('cruud', { phone: '+4520123456', state: 'closed' })],
    };
    const resolution = resolved(repository(files));
    expect(told(resolution)).toEqual([
      'users/a.yaml:1 warning: `ajensen` and `bholm` (users/b.yaml:1) have the e-mail address anna@example.org in common.',
      'users/a.yaml:1 warning: `ajensen` and `bholm` (users/b.yaml:1) have the phone number +4520123456 in common.',
    ]);
    expect(resolution.heldEntries).toEqual([]);
  });

  test('a person may move to another institution without a word', () => {
    const institutions = { 'institutions/a.yaml': [institution('cbs'), institution('dtu')] };
    const resolution = step(
      { ...institutions, 'users/a.yaml': [user('ajensen')] },
      { ...institutions, 'users/a.yaml': [user('ajensen', { institution: 'dtu' })] },
    );
    expect(told(resolution)).toEqual([]);
    expect(userOf(resolution, 'ajensen').document.institution).toBe('dtu');
  });

  test('a username keeps its capitals; the rest of the entry counts', () => {
    const resolution = step(
      { ...CBS, 'users/a.yaml': [user('ajensen')] },
      { ...CBS, 'users/a.yaml': [user('AJensen', { email: 'new@example.org', phone: '+4520999999' })] },
    );
    expect(told(resolution)).toEqual([
      'users/a.yaml:1 warning: A username never changes, nor do its capital letters: this one is `ajensen` and stays so.',
    ]);
    expect(userOf(resolution, 'ajensen')).toMatchObject({
      condition: 'declared',
      document: { username: 'ajensen', email: 'new@example.org' },
    });
  });
});

describe('Memory', () => {
  const before = { ...CBS, 'users/a.yaml': [user('ajensen', { starts: '2026-01-01' }), user('bholm')] };

  test('content that is known keeps its date, wherever it moves; new content has none until the pass is over', () => {
    const remembered = afterPass(repository(before), { at: startsAt('2026-01-02') });
    const after = {
      ...CBS,
      'users/b.yaml': [user('ajensen', { starts: '2026-01-01' }), user('bholm', { ends: '2027-01-01' })],
    };
    const resolution = resolved(repository(after), { remembered });
    expect(userOf(resolution, 'ajensen').knownSince).toBe(startsAt('2026-01-02'));
    expect(userOf(resolution, 'bholm').knownSince).toBeNull();
    expect(resolution.remember.entries.map(({ key, knownSince }) => [key, knownSince])).toEqual([
      ['ajensen', startsAt('2026-01-02')],
      ['bholm', null],
    ]);
  });

  test('where nothing changed there is nothing to remember', () => {
    expect(step(before, before).remember.entries).toEqual([]);
  });

  test('only files that could be read are measured against later', () => {
    const { remember } = resolved(repository({ ...CBS, 'users/a.yaml': 'unreadable' }));
    expect([...remember.files]).toEqual([['institutions/cbs.yaml', 'blob of institutions/cbs.yaml']]);
  });

  test('a block that left the files is forgotten only long after it ended', () => {
    const withBlock = {
      ...before,
      'blocked-users.yaml': [block('blocked-user', 'ajensen', { from: '2026-01-01', lifted: '2026-02-01' })],
    };
    expect(step(withBlock, before, startsAt('2026-03-01')).remember.forget).toEqual([]);
    const later = step(withBlock, before, startsAt('2027-04-01')).remember.forget;
    expect(later.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['blocked-user ajensen@2026-01-01']);
  });
});

describe('A repository that is not ours', () => {
  test('S4: nothing that stands in it counts, and all that is remembered is held', () => {
    const remembered = afterPass(repository({ ...CBS, 'users/a.yaml': [user('ajensen')] }));
    const other = repository(
      { ...CBS, 'users/a.yaml': [user('ajensen', { state: 'closed' }), user('mallory')] },
      false,
    );
    const resolution = resolved(other, { remembered });
    expect([...resolution.model.users.keys()]).toEqual(['ajensen']);
    expect(userOf(resolution, 'ajensen').condition).toBe('held');
    expect(may(resolution, 'ajensen')).toBe('LMT');
    // One sentence says it of everybody.
    expect(resolution.heldEntries).toEqual([]);
    expect(resolution.remember).toEqual({ entries: [], forget: [], files: new Map() });
  });
});
