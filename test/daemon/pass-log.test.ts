/** What the log says of a pass: each matter once, many of one kind as one line, and all of them explained to operators. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { passLog } from '../../src/daemon/pass-log.ts';
import { openLog } from '../../src/log.ts';
import { donePass, fullPlan } from '../views/sample-report.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Messages and levels of what the log says of these reports, one after the other. */
function said(...reports: readonly Report[]): readonly string[] {
  const lines: string[] = [];
  const tell = passLog(openLog('info', (line) => lines.push(line)));
  for (const report of reports) tell(report);
  return lines.map((line) => {
    const { level, msg, run }: Readonly<Record<string, unknown>> = JSON.parse(line);
    expect(run).toBe(reports[0]?.runId);
    return `${level} ${msg}`;
  });
}

function leavingOut(count: number): Report {
  const report = donePass();
  const [one] = report.applied;
  if (one === undefined) throw new Error('the sample applies nothing');
  const skipped = { ...one, outcome: { status: 'skipped' as const, because: 'the server went away' } };
  return { ...report, applied: Array.from({ length: count }, () => skipped) };
}

test('changes left out for one reason are one line, unless they are few', () => {
  const about = (count: number) => said(leavingOut(count)).filter((line) => line.endsWith('the server went away'));
  expect(about(900)).toEqual(['warn 900 changes were left out: the server went away']);
  expect(about(2)).toHaveLength(2);
});

test('what stands as it stood is told once, and what is urgent each time', () => {
  const report = fullPlan();
  const [first, second] = [said(report), said(report, report)];
  const again = second.slice(first.length);
  expect(again[0]).toBe('info passed');
  expect(again.slice(1).filter((line) => !line.startsWith('error '))).toEqual([]);
});

test('operators find every kind of notice explained', () => {
  const plan = readFileSync(join(ROOT, 'src/core/plan.ts'), 'utf8');
  const [, kinds = ''] = /readonly kind:\n([^;]+);/.exec(plan) ?? [];
  const named = [...kinds.matchAll(/'([a-z-]+)'/g)].map(([, kind]) => kind);
  expect(named.length).toBeGreaterThan(20);
  const explained = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8');
  expect(named.filter((kind) => !explained.includes(`\`${kind}\``))).toEqual([]);
});
