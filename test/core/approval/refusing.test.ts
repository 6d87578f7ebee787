/** What the refusal of a revision says: what is missing, what can be done about it, and what need not wait for it. */
import { expect, test } from 'vitest';
import type { Lack } from '../../../src/core/approval/judging.ts';
import { type Unapproved, unapproved } from '../../../src/core/approval/refusing.ts';
import type { StepItem } from '../../../src/model/step-item.ts';

const FROM = 'a'.repeat(40);
const TO = 'b'.repeat(40);

interface Given extends Partial<Pick<Unapproved, 'by' | 'items'>> {
  readonly answered?: boolean;
  readonly missing?: readonly Lack[];
  readonly astray?: readonly string[];
}

function refusal(given: Given) {
  const { answered = true, missing = [lack('c', 'Somebody is missing.')], astray = [], ...rest } = given;
  const verdict = { approved: false, missing, answered } as const;
  const range = { commits: [], astray };
  const { what, next, held } = unapproved({
    ...{ from: FROM, to: TO, by: 'signatures', range, verdict, items: [] },
    ...rest,
  });
  return { what, next, held };
}

function lack(commit: string, text: string): Lack {
  return { commit, text, of: [] };
}

function item(given: Partial<StepItem>): StepItem {
  return {
    ...{ does: 'adds-block', effect: 'takes', severity: 'info', kind: 'blocked-user', key: 'chansen 2026-01-01' },
    ...{ person: 'chansen', institution: 'cbs', file: 'blocked-users.yaml', line: 1, paths: ['blocked-users.yaml'] },
    ...{ gaining: [], losing: ['chansen'], wouldGain: [], text: 'Somebody is blocked.', next: null },
    ...given,
  };
}

const ORDER = `muster approve-revision ${FROM}..${TO} --reason …`;

test('where approvals are lines in commits it says the line to write', () => {
  const { what, next } = refusal({});
  expect(what).toBe('revision bbbbbbbbbbbb is not approved. Somebody is missing.');
  expect(next).toContain(`writes "Approves: ${FROM}..${TO}" as a line of its own in a signed commit on top`);
  expect(next).toContain(ORDER);
});

test('where approvals are the forge’s it sends people there, and says what works where that is too late', () => {
  const { next } = refusal({ by: 'mergeRequests' });
  expect(next).toContain('approve it at the forge; where that takes no approval of what is merged already');
  expect(next).toContain(`set the branch back to the last revision applied (${FROM})`);
  expect(next).toContain(ORDER);
  expect(next).not.toContain('Approves:');
});

test('for a commit that nobody listed answers for it says what works: the branch goes back, and all comes in anew', () => {
  const signed = refusal({ answered: false }).next;
  expect(signed).toContain(`Set the branch back to the last revision applied (${FROM})`);
  expect(signed).toContain('signed by people on the list');
  expect(signed).not.toContain('Approves:');
  const requested = refusal({ answered: false, by: 'mergeRequests' }).next;
  expect(requested).toContain('by merge requests of people on the list');
});

test('it tells of the first lines that were meant as approvals and reach nothing', () => {
  const astray = [1, 2, 3, 4].map((n) => `Line ${n} reaches nothing.`);
  const { what } = refusal({ astray });
  expect(what).toContain('Line 3 reaches nothing.');
  expect(what).not.toContain('Line 4');
});

test('it names whom it would shut out, and how to do that at once', () => {
  const { what } = refusal({
    items: [
      item({}),
      item({ does: 'closes', kind: 'user', key: 'bmadsen', person: 'bmadsen', losing: ['bmadsen'] }),
      item({ kind: 'blocked-institution', person: null, institution: 'dtu', losing: ['dlund'] }),
      item({ kind: 'mail-block', person: 'elund', losing: ['elund'] }),
      item({ person: 'fholm', losing: [] }),
      item({ does: 'lifts-block', person: 'gkrog', effect: 'gives' }),
    ],
  });
  expect(what).toContain(`It holds a block of chansen; if that can't wait, run "muster block chansen --reason …".`);
  expect(what).toContain(`It holds the closing of bmadsen; if that can't wait, run "muster block bmadsen --reason …".`);
  expect(what).toContain('muster block --institution dtu --reason …');
  for (const other of ['elund', 'fholm', 'gkrog']) expect(what).not.toContain(other);
});

test('of very many it names the first ones and counts the rest', () => {
  const items = Array.from({ length: 9 }, (_, n) => item({ person: `p${n}`, losing: [`p${n}`] }));
  const { what } = refusal({ items });
  expect(what).toContain('muster block p2 ');
  expect(what).not.toContain('muster block p3 ');
  expect(what).toContain('And 6 more of these.');
});

test('of very many things that are missing the first ones are said and the rest counted, for each commit when whoever brought it is told', () => {
  const of = (commit: string, many: number) =>
    Array.from({ length: many }, (_, n) => lack(commit, `Of ${commit} thing ${n} is missing.`));
  const { what, held } = refusal({ missing: [...of('c', 40), ...of('d', 1)] });
  expect(what).toContain('Of c thing 4 is missing. And 36 more.');
  expect(what).not.toContain('thing 5');
  expect(held.lacks.map(({ text }) => text)).toEqual([
    ...of('c', 5).map(({ text }) => text),
    'And 35 more of this commit.',
    'Of d thing 0 is missing.',
  ]);
});
