/** Addresses and usernames of people who left, or are kept from mail: nobody else gets them. */
import { describe, expect, test } from 'vitest';
import { place } from '../../src/diagnostic.ts';
import type { Resolution } from '../../src/model/validate.ts';
import {
  afterPass,
  block,
  type Files,
  institution,
  repository,
  resolved,
  startsAt,
  user,
} from '../support/model-builder.ts';

const CBS: Files = { 'institutions/cbs.yaml': [institution('cbs')] };
const SHARED = { email: 'Anna@Example.org' };
const HERS = { email: 'anna@example.org' };
const ANNA: Files = { ...CBS, 'users/a.yaml': [user('anna', HERS)] };
const CLOSED: Files = { ...CBS, 'users/a.yaml': [user('anna', { ...HERS, state: 'closed' })] };
const NEW: Files = { 'users/n.yaml': [user('niels', SHARED)] };
const at = startsAt('2026-06-01');

const errors = ({ diagnostics }: Resolution) =>
  diagnostics
    .filter(({ severity }) => severity === 'error')
    .map((one) => `${place(one)} ${one.message.split(': ')[0]}`);
const conditionOf = ({ model }: Resolution, key: string) => model.users.get(key)?.condition;

/** What a pass makes of `now` that remembers all of `before`, in turn. */
function pass(before: readonly Files[], now: Files): Resolution {
  const remembered = before.reduce(
    (known, files) => afterPass(repository(files), { remembered: known, at }),
    [] as ReturnType<typeof afterPass>,
  );
  return resolved(repository(now), { remembered, at });
}

const KEPT_OUT = 'who is blocked, may not send mail, or whose time has ended';
const whose = (why: string) =>
  `users/n.yaml:1 The e-mail address Anna@Example.org is that of \`anna\` (users/a.yaml:1), ${why}`;

describe('M5: a new person with the address', () => {
  test('of somebody closed is held, whether or not anything is remembered', () => {
    const now = { ...CLOSED, ...NEW };
    const says = [whose('whose account is closed')];
    expect(errors(resolved(repository(now)))).toEqual(says);
    const later = pass([ANNA, CLOSED], now);
    expect(errors(later)).toEqual(says);
    expect(conditionOf(later, 'niels')).toBe('held');
  });

  test('of somebody who left the files, closed or not, is held', () => {
    const cases = [
      { before: [ANNA], why: 'who is no longer declared' },
      { before: [ANNA, CLOSED], why: 'whose account is closed' },
    ];
    for (const { before, why } of cases) {
      const now = pass(before, { ...CBS, ...NEW });
      expect(errors(now)).toEqual([whose(why)]);
      expect(conditionOf(now, 'niels')).toBe('held');
    }
  });

  test.each([
    ['mail-block', 'mail-blocks.yaml'],
    ['blocked-user', 'blocked-users.yaml'],
  ] as const)('of somebody in a %s is held until that is over', (kind, file) => {
    const listed = (more: { lifted?: string } = {}): Files => ({
      ...ANNA,
      ...NEW,
      [file]: [block(kind, 'anna', { from: '2026-05-01', ...more })],
    });
    expect(errors(pass([ANNA], listed()))).toEqual([whose(KEPT_OUT)]);
    expect(errors(pass([ANNA], listed({ lifted: '2026-05-20' })))).toEqual([]);
  });

  test('of somebody whose time has ended, or whose institution is blocked, is held', () => {
    const ended: Files = { ...CBS, 'users/a.yaml': [user('anna', { ...HERS, ends: '2026-05-01' })] };
    expect(errors(pass([ANNA, ended], { ...ended, ...NEW }))).toEqual([whose(KEPT_OUT)]);
    const shut: Files = {
      ...ANNA,
      'institutions/dtu.yaml': [institution('dtu')],
      'users/n.yaml': [user('niels', { ...SHARED, institution: 'dtu' })],
      'blocked-institutions.yaml': [block('blocked-institution', 'cbs', { from: '2026-05-01' })],
    };
    expect(errors(pass([ANNA], shut))).toEqual([whose(KEPT_OUT)]);
  });

  test('of somebody closed is held also where their own entry is refused for being given to another', () => {
    const other = user('anna', { email: 'else@example.org', state: 'active', name: { given: 'Else', family: 'Holm' } });
    const now = pass([ANNA, CLOSED], { ...CBS, 'users/a.yaml': [other], ...NEW });
    expect(errors(now)).toHaveLength(2);
    expect(conditionOf(now, 'niels')).toBe('held');
  });

  test('is held also where the address comes with a change of somebody known, who keeps their own', () => {
    const bo = (email: string): Files => ({ 'users/b.yaml': [user('bo', { email })] });
    const now = pass(
      [
        { ...ANNA, ...bo('bo@example.org') },
        { ...CLOSED, ...bo('bo@example.org') },
      ],
      {
        ...CLOSED,
        ...bo('anna@example.org'),
      },
    );
    expect(errors(now)).toHaveLength(1);
    expect(now.model.users.get('bo')).toMatchObject({ condition: 'held', document: { email: 'bo@example.org' } });
  });

  test('that they shared before is left alone, as are the closed themselves', () => {
    const both = { ...ANNA, 'users/b.yaml': [user('bo', SHARED)] };
    expect(errors(pass([both], { ...CLOSED, 'users/b.yaml': [user('bo', SHARED)] }))).toEqual([]);
    expect(errors(pass([], { ...CLOSED, 'users/b.yaml': [user('bo', { ...SHARED, state: 'closed' })] }))).toEqual([]);
    expect(errors(pass([ANNA, CLOSED], ANNA))).toEqual([]);
  });

  test('is free once the other entry has one of its own', () => {
    const elsewhere = { ...CBS, 'users/a.yaml': [user('anna', { state: 'closed', email: 'a.jensen@example.org' })] };
    expect(errors(pass([ANNA, CLOSED], { ...elsewhere, ...NEW }))).toEqual([]);
  });
});

describe('M5: a closed entry that is opened again', () => {
  const opened = (given: string, email: string): Files => ({
    ...CBS,
    'users/a.yaml': [user('anna', { email, name: { given, family: 'Holm' } })],
  });

  test('under another name and another address is for somebody else, and stays closed', () => {
    const now = pass([ANNA, CLOSED], opened('Niels', 'niels@example.org'));
    expect(errors(now)).toEqual([
      'users/a.yaml:1 The username `anna` was that of Anna Jensen, whose account is closed, and is given to nobody else',
    ]);
    expect(now.model.users.get('anna')).toMatchObject({ condition: 'held', document: { state: 'closed' } });
  });

  test('under another name alone is the same person', () => {
    expect(errors(pass([ANNA, CLOSED], opened('Anna', 'anna@example.org')))).toEqual([]);
  });
});
