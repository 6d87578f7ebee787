/** The step between two revisions: what it does to whom, and what that gives or takes. */
import { describe, expect, test } from 'vitest';
import { stepBetween } from '../../src/model/step.ts';
import {
  afterPass,
  block,
  confirmation,
  institution,
  mistake,
  repository,
  server,
  TODAY,
  user,
  ZONE,
} from '../support/model-builder.ts';
import { inShort, only, step } from '../support/step-of.ts';

const CBS = { 'institutions/cbs.yaml': [institution('cbs')] };
const TWO = { 'institutions/all.yaml': [institution('cbs'), institution('itu')] };
const ANNA = { ...CBS, 'users/anna.yaml': [user('anna')] };
const INSTITUTIONS_LIST = 'blocked-institutions.yaml';
const LIST = 'blocked-users.yaml';

describe('what says the same does nothing', () => {
  test('the same revision', () => {
    expect(step(ANNA, ANNA).items).toEqual([]);
  });

  test('an entry that moved to another file, and a file that was taken apart', () => {
    const together = { ...CBS, 'users/all.yaml': [user('anna'), user('bo')] };
    const apart = { ...CBS, 'users/cbs/bo.yaml': [user('bo')], 'users/cbs/anna.yaml': [user('anna')] };
    expect(step(together, apart).items).toEqual([]);
  });

  test('blocks in another order', () => {
    const [first, second] = [
      block('blocked-user', 'anna', { from: '2026-01-01' }),
      block('blocked-user', 'bo', { from: '2026-02-01' }),
    ];
    const people = { ...CBS, 'users/all.yaml': [user('anna'), user('bo')] };
    expect(step({ ...people, [LIST]: [first, second] }, { ...people, [LIST]: [second, first] }).items).toEqual([]);
  });
});

describe('people', () => {
  test('before anything was declared everybody is new', () => {
    const first = step(null, ANNA);
    expect(first.base).toBeNull();
    expect(inShort(first)).toEqual(['changes-institution neither', 'creates gives +anna']);
  });

  test('who is new and closed, or at a blocked institution, gets nothing by it', () => {
    const after = { ...CBS, 'users/bo.yaml': [user('bo', { state: 'closed' })] };
    expect(inShort(step(CBS, after))).toEqual(['creates neither']);
    const blocked = { ...CBS, [INSTITUTIONS_LIST]: [block('blocked-institution', 'cbs', { from: '2026-01-01' })] };
    expect(inShort(step(blocked, { ...blocked, 'users/bo.yaml': [user('bo')] }))).toEqual(['creates neither']);
  });

  test('Y1: removed without having been closed is an error with the lines to write, and takes nothing', () => {
    const item = only(step(ANNA, CBS).items);
    expect(item).toMatchObject({
      does: 'removes-person',
      effect: 'neither',
      severity: 'error',
      person: 'anna',
      file: 'users/anna.yaml',
      losing: [],
    });
    expect(item.next).toContain('username: anna\n');
    expect(item.next).toContain('state: closed');
  });

  test('removed once closed is no mistake', () => {
    const closed = { ...CBS, 'users/anna.yaml': [user('anna', { state: 'closed' })] };
    expect(only(step(closed, CBS).items)).toMatchObject({ does: 'removes-person', severity: 'info', next: null });
  });

  test('a changed username is told as such, by the address, and by the name on the same line', () => {
    const byAddress = step(ANNA, { ...CBS, 'users/x.yaml': [user('annaj', { email: 'anna@example.org' })] });
    expect(byAddress.items[0]).toMatchObject({ does: 'renames', severity: 'error', person: 'anna' });
    expect(byAddress.items[0]?.text).toContain('The username of Anna Jensen (anna) was changed to annaj.');
    expect(byAddress.items[0]?.next).toContain('"username: anna"');
    const inPlace = step(ANNA, { ...CBS, 'users/anna.yaml': [user('annaj')] });
    expect(inPlace.items.map(({ does }) => does)).toContain('renames');
  });

  test('somebody else in the place of one who was removed is no change of username', () => {
    const other = user('bo', { name: { given: 'Bo', family: 'Madsen' } });
    const { items } = step(ANNA, { ...CBS, 'users/anna.yaml': [other] });
    expect(items.map(({ does }) => does).sort()).toEqual(['creates', 'removes-person']);
  });

  test.each([
    ['closed', {}, { state: 'closed' }, 'closes takes -anna', 'info'],
    ['opened again', { state: 'closed' }, {}, 'reopens gives +anna', 'warning'],
    [
      'opened again after the last day',
      { state: 'closed', ends: '2026-01-31' },
      { ends: '2026-01-31' },
      'reopens neither',
      'warning',
    ],
    ['ends later', { ends: '2026-12-31' }, { ends: '2027-12-31' }, 'extends gives +anna', 'info'],
    [
      'ends later, where it had ended',
      { ends: '2026-05-31' },
      { ends: '2027-12-31' },
      'extends gives +anna',
      'warning',
    ],
    [
      'ends later and still before now',
      { ends: '2026-04-30' },
      { ends: '2026-05-31' },
      'changes-other neither',
      'info',
    ],
    ['ends earlier', { ends: '2026-12-31' }, { ends: '2026-08-31' }, 'shortens takes -anna', 'info'],
    ['ends at all', {}, { ends: '2026-08-31' }, 'shortens takes -anna', 'info'],
    ['starts later', { starts: '2026-08-01' }, { starts: '2026-09-01' }, 'shortens takes -anna', 'info'],
    ['starts earlier', { starts: '2026-09-01' }, { starts: '2026-08-01' }, 'extends gives +anna', 'info'],
    ['another phone', {}, { phone: '+4526000000' }, 'changes-phone neither', 'info'],
    ['another address', {}, { email: 'a@example.org' }, 'changes-other neither', 'info'],
    ['another name', {}, { name: { given: 'Ann', family: 'Jensen' } }, 'changes-other neither', 'info'],
  ] as const)('%s', (_, before, after, short, severity) => {
    const between = step(
      { ...CBS, 'users/anna.yaml': [user('anna', before)] },
      { ...CBS, 'users/anna.yaml': [user('anna', after)] },
    );
    expect(inShort(between)).toEqual([short]);
    expect(between.items[0]?.severity).toBe(severity);
  });

  test('each field by itself: what gives is not hidden by what takes', () => {
    const between = step(
      { ...CBS, 'users/anna.yaml': [user('anna', { starts: '2026-08-01', ends: '2026-12-31' })] },
      { ...CBS, 'users/anna.yaml': [user('anna', { starts: '2026-09-01', ends: '2027-12-31' })] },
    );
    expect(inShort(between)).toEqual(['shortens takes -anna', 'extends gives +anna']);
  });

  test('another institution, out of a block and into one', () => {
    const blocked = { ...TWO, [INSTITUTIONS_LIST]: [block('blocked-institution', 'itu', { from: '2026-01-01' })] };
    const at = (key: string) => ({ ...blocked, 'users/anna.yaml': [user('anna', { institution: key })] });
    expect(inShort(step(at('cbs'), at('itu')))).toEqual(['moves-institution takes -anna']);
    expect(inShort(step(at('itu'), at('cbs')))).toEqual(['moves-institution gives +anna']);
    expect(only(step(at('itu'), at('cbs')).items)).toMatchObject({
      severity: 'warning',
      institution: 'cbs',
      text: 'Anna Jensen (anna) moves from ITU to CBS, and out of a block.',
    });
  });

  test('with a mistake now nothing new of them counts', () => {
    expect(step(ANNA, { ...CBS, 'users/anna.yaml': [mistake('user', 'anna')] }).items).toEqual([]);
  });

  test('who stood there with a mistake may have been there before', () => {
    const item = only(step({ ...CBS, 'users/anna.yaml': [mistake('user', 'anna')] }, ANNA).items);
    expect(item).toMatchObject({ does: 'creates', effect: 'gives' });
    expect(item.text).toContain('or could not be read before');
  });

  test('who is remembered is compared with what is remembered', () => {
    const remembered = afterPass(repository({ ...CBS, 'users/anna.yaml': [user('anna', { ends: '2026-08-31' })] }));
    const broken = { ...CBS, 'users/anna.yaml': [mistake('user', 'anna')] };
    const mended = { ...CBS, 'users/anna.yaml': [user('anna', { ends: '2027-12-31' })] };
    const between = step(broken, mended, { remembered });
    expect(inShort(between)).toEqual(['creates gives +anna', 'extends gives +anna']);
  });

  test('a second entry of the same person that is stricter takes, and a third party sees it', () => {
    const twins = { ...ANNA, 'users/again.yaml': [user('anna', { state: 'closed' })] };
    expect(inShort(step(ANNA, twins))).toEqual(['changes-other takes -anna']);
  });
});

describe('institutions', () => {
  const person = { 'users/a.yaml': [user('anna', { institution: 'itu' }), user('bo')] };
  const order = (above: string | null) => ({
    ...person,
    'institutions/all.yaml': [institution('cbs'), institution('itu', above, ['partOf']), institution('dtu')],
    [INSTITUTIONS_LIST]: [block('blocked-institution', 'dtu', { from: '2026-01-01' })],
  });

  test('part of another one: who comes under a block by it, and out of one', () => {
    const under = only(step(order('cbs'), order('dtu')).items);
    expect(under).toMatchObject({
      does: 'changes-institution',
      effect: 'takes',
      severity: 'warning',
      losing: ['anna'],
    });
    expect(under.text).toBe('ITU is part of DTU now; it was part of CBS. 1 person comes under a block by it.');
    const out = only(step(order('dtu'), order(null)).items);
    expect(out).toMatchObject({ effect: 'gives', gaining: ['anna'] });
    expect(out.text).toContain('ITU is part of no other institution now');
  });

  test('a lift in the same step is not put down to the order', () => {
    const lifted = {
      ...order('cbs'),
      [INSTITUTIONS_LIST]: [block('blocked-institution', 'dtu', { from: '2026-01-01', lifted: '2026-06-15' })],
    };
    const { items } = step(order('dtu'), lifted);
    expect(items.map(({ does, gaining }) => [does, gaining])).toEqual([
      ['lifts-block', ['anna']],
      ['changes-institution', []],
    ]);
  });

  test('gone while somebody belongs to it is an error; gone once nobody does is none', () => {
    const item = only(step(ANNA, { 'users/anna.yaml': [user('anna')] }).items);
    expect(item).toMatchObject({ does: 'changes-institution', severity: 'error' });
    expect(item.next).toContain('id: cbs');
    expect(only(step(CBS, {}).items).severity).toBe('info');
  });
});

describe('everything else', () => {
  test('hosted servers and confirmed tasks, with what was done', () => {
    const before = { ...CBS, 'servers/a.yaml': [server('gen')] };
    const after = {
      ...CBS,
      'servers/a.yaml': [server('gen', { agreed: '2026-06-01' })],
      'confirmed-tasks.yaml': [confirmation('t-1', '2026-06-02', 'Rie')],
    };
    expect(step(before, after).items.map(({ does, text }) => [does, text])).toEqual([
      ['changes-other', 'The confirmation of task t-1: done on 2026-06-02 by Rie.'],
      ['changes-other', 'The hosted server Genomics server (`gen`): agreed 2026-06-01.'],
    ]);
  });

  test('files that hold no entries are settings', () => {
    const changedPaths = ['users/anna.yaml', 'muster.yaml', 'CODEOWNERS'];
    const between = step(ANNA, ANNA, { changedPaths });
    expect(between.files).toEqual(['CODEOWNERS', 'muster.yaml', 'users/anna.yaml']);
    expect(between.items.map(({ does, key }) => [does, key])).toEqual([
      ['changes-settings', 'CODEOWNERS'],
      ['changes-settings', 'muster.yaml'],
    ]);
  });

  test('where nothing counts any more, nothing is given or taken', () => {
    const after = repository(CBS, false);
    const between = stepBetween(repository(ANNA), after, { timeZone: ZONE, at: TODAY });
    expect(between.items.filter(({ effect }) => effect !== 'neither')).toEqual([]);
  });
});
