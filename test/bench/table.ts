/** The figures of a run as a table for a terminal. */
import type { BenchReport, Machine, Result } from './result.ts';
import { amount, count, goalText, ratioText, stepsText, verdictText } from './words.ts';

const HEAD = ['', 'figure', 'Muster', 'floor', 'ratio', 'goal', ''];

/** One line for each figure, and under it where its time goes. */
export function tableOf(report: BenchReport): string {
  const rows = report.results.map(rowOf);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const lines = report.results.flatMap((result, at) => {
    const steps = stepsText(result);
    const under = steps === '' ? [] : [`${' '.repeat((widths[0] ?? 0) + 2)}time goes into: ${steps}`];
    return [line(rows[at] ?? []), ...under];
  });
  return [`${count(report.users)} people. ${machineText(report.machine)}`, '', line(HEAD), ...lines, ''].join('\n');
}

/** One sentence. */
export function machineText({ system, processor, cores, memoryGb, loadBefore, versions }: Machine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${cores} cores of ${processor}, ${memoryGb} GB, ${system}; ${programs.join(', ')}; load before the run ${loadBefore}.`;
}

function rowOf(result: Result): readonly string[] {
  const { key, title, muster, floor, unit, goal } = result;
  return [
    key,
    title,
    amount(muster.median, unit),
    floor === null ? '' : amount(floor.median, unit),
    ratioText(result),
    goalText(goal, unit),
    verdictText(result),
  ];
}
