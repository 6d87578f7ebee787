/** What a step does to blocks: whom it shuts out, whom it lets in again, and what stays although its entry is gone. */
import { describe, expect, test } from 'vitest';
import { block, institution, mistake, operatorBlock, startsAt, user } from '../support/model-builder.ts';
import { inShort, only, step } from '../support/step-of.ts';

const CBS = { 'institutions/cbs.yaml': [institution('cbs')] };
const INSTITUTIONS_LIST = 'blocked-institutions.yaml';
const LIST = 'blocked-users.yaml';
const MAIL_LIST = 'mail-blocks.yaml';

describe('blocks', () => {
  const people = { ...CBS, 'users/all.yaml': [user('anna'), user('bo'), user('carl', { state: 'closed' })] };
  const of = (...fields: Parameters<typeof block>[2][]) => ({
    ...people,
    [INSTITUTIONS_LIST]: fields.map((one) => block('blocked-institution', 'cbs', one)),
  });

  test('a new one takes from everybody of the institution who had access', () => {
    const item = only(step(people, of({ from: '2026-06-01' })).items);
    expect(item).toMatchObject({ does: 'adds-block', effect: 'takes', institution: 'cbs', person: null });
    expect(item.losing).toEqual(['anna', 'bo']);
    expect(item.text).toBe(
      'CBS is blocked from 2026-06-01, until it is lifted: abuse of output. 2 people lose access.',
    );
  });

  test('lifted, with how many get access again, and whom another block keeps out', () => {
    const lifted = of({ from: '2026-06-01', lifted: '2026-06-15' });
    const item = only(step(of({ from: '2026-06-01' }), lifted).items);
    expect(item).toMatchObject({ does: 'lifts-block', effect: 'gives', severity: 'warning', gaining: ['anna', 'bo'] });
    expect(item.text).toContain('2 people get access again.');
    const own = { [LIST]: [block('blocked-user', 'bo', { from: '2026-01-01' })] };
    const still = step({ ...of({ from: '2026-06-01' }), ...own }, { ...lifted, ...own });
    expect(only(still.items).gaining).toEqual(['anna']);
  });

  test('Y1: one whose entry is gone stays in force, is an error with the lines to write, and tells whom it keeps out', () => {
    const item = only(step(of({ from: '2026-06-01' }), people).items);
    expect(item).toMatchObject({ does: 'removes-block', effect: 'gives', severity: 'error', gaining: [] });
    expect(item.wouldGain).toEqual(['anna', 'bo']);
    expect(item.text).toContain('stays in force. Lifted, 2 people would get access again.');
    expect(item.next).toContain('lifted: 2026-06-15');
  });

  test('lifted before its first day, whoever has access has it for longer', () => {
    const ahead = of({ from: '2026-07-01', until: '2026-08-31' });
    const shorter = of({ from: '2026-07-01', until: '2026-07-31' });
    const item = only(step(ahead, shorter).items);
    expect(item).toMatchObject({ longer: true, gaining: ['anna', 'bo'] });
    expect(item.text).toContain('2 people have access for longer.');
  });

  test('one that is over may leave the file', () => {
    const item = only(step(of({ from: '2026-01-01', until: '2026-01-31' }), people).items);
    expect(item).toMatchObject({ does: 'removes-block', effect: 'neither', severity: 'info', wouldGain: [] });
  });

  test('until a later day, until an earlier one, and lifted ahead', () => {
    const now = of({ from: '2026-06-01', until: '2026-08-31' });
    const later = of({ from: '2026-06-01', until: '2026-09-30' });
    const earlier = of({ from: '2026-06-01', until: '2026-07-31' });
    const ahead = of({ from: '2026-06-01', until: '2026-08-31', lifted: '2026-07-01' });
    expect(inShort(step(now, later))).toEqual(['adds-block takes -anna -bo']);
    expect(inShort(step(now, earlier))).toEqual(['lifts-block gives +anna +bo']);
    expect(inShort(step(now, ahead))).toEqual(['lifts-block gives +anna +bo']);
    expect(only(step(now, ahead).items).text).toContain('is lifted on 2026-07-01');
  });

  test('another first day makes another block; the old one stays, and says so', () => {
    const { items } = step(of({ from: '2026-06-01' }), of({ from: '2026-06-10' }));
    const gone = items.find(({ does }) => does === 'removes-block');
    expect(gone?.next).toContain('Write "from: 2026-06-01" again');
    const earlier = step(of({ from: '2026-06-10' }), of({ from: '2026-06-01' })).items;
    const covered = earlier.find(({ does }) => does === 'removes-block');
    expect(covered?.text).toBe('The block of CBS from 2026-06-10 is gone from the file and stays in force.');
  });

  test('another reason changes nothing', () => {
    const reworded = step(of({ from: '2026-06-01' }), of({ from: '2026-06-01', reason: 'theft' }));
    expect(inShort(reworded)).toEqual(['changes-other neither']);
  });

  test('of mail, and only of mail', () => {
    const shut = { ...people, [MAIL_LIST]: [block('mail-block', 'anna', { from: '2026-06-01' })] };
    const open = {
      ...people,
      [MAIL_LIST]: [block('mail-block', 'anna', { from: '2026-06-01', lifted: '2026-06-15' })],
    };
    expect(inShort(step(people, shut))).toEqual(['adds-block takes -anna']);
    expect(only(step(shut, open).items).text).toContain('1 person may send mail again.');
  });

  test('whom an order from the command line keeps out gets nothing by a lift', () => {
    const operatorBlocks = [operatorBlock('user', 'bo', startsAt('2026-06-02'))];
    const lifted = of({ from: '2026-06-01', lifted: '2026-06-15' });
    expect(inShort(step(of({ from: '2026-06-01' }), lifted, { operatorBlocks }))).toEqual(['lifts-block gives +anna']);
  });

  test('who may only lose gets nothing by a lift', () => {
    const blocked = of({ from: '2026-06-01' });
    const lifted = {
      ...of({ from: '2026-06-01', lifted: '2026-06-15' }),
      'users/all.yaml': [user('anna'), mistake('user', 'bo'), user('carl', { state: 'closed' })],
    };
    expect(inShort(step(blocked, lifted))).toEqual(['lifts-block gives +anna']);
  });
});
