/** Standing: what a person may do at a moment, why, since when, and when that changes. */
import { describe, expect, test } from 'vitest';
import { indexModel, standing } from '../../src/model/standing.ts';
import {
  afterPass,
  block,
  institution,
  operatorBlock,
  repository,
  resolved,
  standingIn,
  startsAt,
  TODAY,
  user,
} from '../support/model-builder.ts';

const INSTITUTIONS = { 'institutions/a.yaml': [institution('dtu'), institution('compute', 'dtu')] };
const ANNA = {
  ...INSTITUTIONS,
  'users/a.yaml': [user('anna', { institution: 'compute', starts: '2026-02-01', ends: '2026-12-31' })],
};
const DAY_MS = 86_400_000;

function anna(
  files: Parameters<typeof repository>[0],
  at = TODAY,
  operatorBlocks: Parameters<typeof resolved>[1] = {},
) {
  return standingIn(resolved(repository(files), operatorBlocks), 'anna', at);
}

describe('Reasons', () => {
  test('say in plain words what holds, since when, and where it stands', () => {
    const files = {
      ...ANNA,
      'blocked-users.yaml': [
        block('blocked-user', 'anna', { from: '2026-06-01', until: '2026-06-30', reason: 'sold the output' }),
      ],
      'blocked-institutions.yaml': [
        block('blocked-institution', 'dtu', { from: '2026-03-01' }),
        block('blocked-institution', 'compute', { from: '2026-05-01', lifted: '2026-09-01' }),
      ],
      'mail-blocks.yaml': [block('mail-block', 'anna', { from: '2026-04-01', reason: 'spam' })],
    };
    const now = anna(files, TODAY, {
      operatorBlocks: [operatorBlock('user', 'anna', startsAt('2026-06-02'), startsAt('2026-07-01'))],
    });
    expect(now.maySendMail.reasons.map(({ text }) => text)).toEqual([
      'Anna Jensen (anna) is blocked from the command line by oper since 2026-06-02, until 2026-06-30 inclusive: phoned in',
      'Anna Jensen (anna) is blocked since 2026-06-01, until 2026-06-30 inclusive: sold the output',
      'DTU, of which COMPUTE is part, is blocked since 2026-03-01: abuse of output',
      'COMPUTE is blocked since 2026-05-01, to be lifted on 2026-09-01: abuse of output',
      'Anna Jensen (anna) may not send mail since 2026-04-01: spam',
    ]);
    expect(now.mayLogIn.reasons).toHaveLength(4);
    expect(now.token).toEqual(now.mayLogIn);
    expect(now.mayLogIn.reasons[2]).toEqual({
      kind: 'institution-blocked',
      text: 'DTU, of which COMPUTE is part, is blocked since 2026-03-01: abuse of output',
      origin: { file: 'blocked-institutions.yaml', line: 1 },
      through: [{ file: 'institutions/a.yaml', line: 11 }],
      institution: 'dtu',
      since: startsAt('2026-03-01'),
      knownSince: null,
    });
  });

  test.each([
    [{ starts: '2026-07-01' }, 'not-started', 'access starts on 2026-07-01', null],
    [{ ends: '2026-06-14' }, 'ended', 'the last day with access was 2026-06-14', startsAt('2026-06-15')],
    [{ state: 'closed' }, 'closed', 'the account is closed', null],
  ] as const)('%j: %s', (fields, kind, text, since) => {
    const { mayLogIn } = anna({ ...INSTITUTIONS, 'users/a.yaml': [user('anna', { institution: 'dtu', ...fields })] });
    expect(mayLogIn.reasons).toEqual([
      { kind, text, since, origin: { file: 'users/a.yaml', line: 1 }, institution: null, knownSince: null },
    ]);
  });

  test('carry the moment at which their document was first taken in, so that what falls due can be told from what is new', () => {
    const remembered = afterPass(repository(ANNA), { at: startsAt('2026-01-05') });
    const files = { ...ANNA, 'blocked-users.yaml': [block('blocked-user', 'anna', { from: '2027-01-01' })] };
    const { mayLogIn } = anna(files, startsAt('2027-02-01'), { remembered });
    expect(mayLogIn.reasons.map(({ kind, since, knownSince }) => [kind, since, knownSince])).toEqual([
      ['person-blocked', startsAt('2027-01-01'), null],
      ['ended', startsAt('2027-01-01'), startsAt('2026-01-05')],
    ]);
  });
});

describe('Restrictions of the past', () => {
  test('are told newest end first, with what ended them', () => {
    const files = {
      ...ANNA,
      'blocked-users.yaml': [
        block('blocked-user', 'anna', { from: '2026-03-01', lifted: '2026-04-01' }),
        block('blocked-user', 'anna', { from: '2026-05-01', until: '2026-05-31' }),
      ],
    };
    expect(anna(files).mayLogIn).toEqual({
      allowed: true,
      reasons: [],
      ended: [
        {
          kind: 'person-blocked',
          text: 'the block of Anna Jensen (anna) since 2026-05-01 ended after 2026-05-31',
          origin: { file: 'blocked-users.yaml', line: 11 },
          endedAt: startsAt('2026-06-01'),
          knownSince: null,
        },
        {
          kind: 'person-blocked',
          text: 'the block of Anna Jensen (anna) since 2026-03-01 was lifted on 2026-04-01',
          origin: { file: 'blocked-users.yaml', line: 1 },
          endedAt: startsAt('2026-04-01'),
          knownSince: null,
        },
        {
          kind: 'not-started',
          text: 'access started on 2026-02-01',
          origin: { file: 'users/a.yaml', line: 1 },
          endedAt: startsAt('2026-02-01'),
          knownSince: null,
        },
      ],
      ahead: ['the last day with access was 2026-12-31'],
    });
  });

  test('a block that was lifted before its first day never was one', () => {
    const files = {
      ...ANNA,
      'blocked-users.yaml': [block('blocked-user', 'anna', { from: '2026-05-01', lifted: '2026-05-01' })],
    };
    const { mayLogIn, nextDue } = anna(files, startsAt('2026-04-20'));
    expect(mayLogIn.ended.map(({ kind }) => kind)).toEqual(['not-started']);
    expect(nextDue).toBe(startsAt('2027-01-01'));
  });

  test('a mail block that is over is no past of the log-on', () => {
    const files = {
      ...ANNA,
      'mail-blocks.yaml': [block('mail-block', 'anna', { from: '2026-03-01', lifted: '2026-04-01' })],
    };
    const { mayLogIn, maySendMail } = anna(files);
    expect(mayLogIn.ended.map(({ kind }) => kind)).toEqual(['not-started']);
    expect(maySendMail.ended.map(({ kind }) => kind)).toEqual(['mail-blocked', 'not-started']);
  });
});

describe('The next moment at which something changes', () => {
  test('walks through every date of the person, of their institutions and of operators, and no other', () => {
    const files = {
      ...ANNA,
      'users/b.yaml': [user('bo', { institution: 'dtu', ends: '2026-01-31' })],
      'blocked-users.yaml': [block('blocked-user', 'anna', { from: '2026-03-01', until: '2026-03-31' })],
      'blocked-institutions.yaml': [block('blocked-institution', 'dtu', { from: '2026-05-01', lifted: '2026-06-01' })],
      'mail-blocks.yaml': [block('mail-block', 'anna', { from: '2026-08-01' })],
    };
    const orders = [operatorBlock('institution', 'dtu', startsAt('2026-09-01') + 1, startsAt('2026-09-01') + 2)];
    const index = indexModel(resolved(repository(files), { operatorBlocks: orders }).model);
    const moments: number[] = [];
    for (let at: number | null = 0; at !== null; at = standing(index, 'anna', at).nextDue) moments.push(at);
    const days = ['2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01', '2026-06-01', '2026-08-01'];
    const order = startsAt('2026-09-01');
    expect(moments).toEqual([0, ...days.map((day) => startsAt(day)), order + 1, order + 2, startsAt('2027-01-01')]);
  });

  test('is none where no date is ahead', () => {
    expect(anna(ANNA, startsAt('2027-01-01')).nextDue).toBeNull();
    expect(anna(ANNA, startsAt('2027-01-01') - 1).nextDue).toBe(startsAt('2027-01-01'));
  });
});

test('The expiry is the start of the day after `ends`, whether or not it has passed', () => {
  expect(anna(ANNA).expires).toBe(startsAt('2026-12-31') + DAY_MS);
  expect(anna(ANNA, startsAt('2028-01-01')).expires).toBe(startsAt('2027-01-01'));
  expect(anna({ ...INSTITUTIONS, 'users/a.yaml': [user('anna', { institution: 'dtu' })] }).expires).toBeNull();
});

test('Asking for somebody who is not in the model is a bug of the caller', () => {
  const index = indexModel(resolved(repository(ANNA)).model);
  expect(() => standing(index, 'nobody', TODAY)).toThrowError('No user "nobody" is in the model.');
});
