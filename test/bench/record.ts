/** The documents that quote a run: written from its figures alone, so that they can be checked against them. */
import { chartOf } from './chart.ts';
import type { BenchReport, Result } from './result.ts';
import { machineText } from './table.ts';
import { amount, count, goalText, ratioText, stepsText, verdictText } from './words.ts';

/** The figures themselves. */
export const FIGURES_FILE = 'docs/benchmarks.json';
export const CHART_FILE = 'docs/benchmarks.svg';
export const PAGE_FILE = 'docs/benchmarks.md';
export const README_FILE = 'README.md';

const BEGIN = '<!-- benchmarks: written by script/bench --record -->';
const END = '<!-- /benchmarks -->';

/** Those that the README quotes; the page has all. */
const IN_README: ReadonlySet<string> = new Set(['a', 'b', 'c', 'c-git', 'd', 'e-cold', 'f', 'g']);

/** Load for each core before the run from which on the figures need a word of warning. */
const QUIET_LOAD_MAX = 0.5;

/** What each document should hold, given what it holds now: path from the root to text. */
export function recorded(report: BenchReport, textOf: (file: string) => string): ReadonlyMap<string, string> {
  return new Map([
    [CHART_FILE, chartOf(report.scale)],
    [PAGE_FILE, withBlock(textOf(PAGE_FILE), PAGE_FILE, pageBlock(report))],
    [README_FILE, withBlock(textOf(README_FILE), README_FILE, readmeBlock(report))],
  ]);
}

/** @throws Error where the text has no such block, or more than one. */
function withBlock(text: string, file: string, block: string): string {
  const [before, rest, ...more] = text.split(BEGIN);
  const [, after, ...others] = (rest ?? '').split(END);
  if (before === undefined || after === undefined || more.length > 0 || others.length > 0) {
    throw new Error(`${file} must have one block between ${BEGIN} and ${END}.`);
  }
  return `${before}${BEGIN}\n\n${block}\n\n${END}${after}`;
}

function readmeBlock(report: BenchReport): string {
  const rows = report.results
    .filter(({ key }) => IN_README.has(key))
    .map((result) => {
      const floor = result.floor === null ? '' : amount(result.floor.median, result.unit);
      const goal = `${goalText(result.goal, result.unit)}: ${verdictText(result)}`;
      return `| ${result.title} | ${valueText(result)} | ${floor} | ${ratioText(result)} | ${goal} |`;
    });
  const { cores, memoryGb, processor } = report.machine;
  return [
    `With ${count(report.users)} people, on ${cores} cores of ${processor} with ${memoryGb} GB, measured ${report.day}.${busyText(report)}`,
    '',
    '| figure | Muster | floor | ratio | goal |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '![Time and memory over the number of people](docs/benchmarks.svg)',
  ].join('\n');
}

/** Figures of a machine that does other things as well are no figures of the program. */
function busyText({ machine: { loadBefore, cores } }: BenchReport): string {
  if (loadBefore < cores * QUIET_LOAD_MAX) return '';
  return ` The machine was busy with other work (load ${loadBefore}), which makes everything slower.`;
}

function pageBlock(report: BenchReport): string {
  const rows = report.results.map(
    (result) =>
      `| ${result.key} | ${result.title} | ${valueText(result)} | ${floorText(result)} | ${ratioText(result)} | ${goalText(result.goal, result.unit)} | ${verdictText(result)} |`,
  );
  const steps = report.results
    .filter((result) => stepsText(result) !== '')
    .map((result) => `| ${result.key} | ${stepsText(result)} |`);
  const scale = report.scale.map(
    (point) =>
      `| ${count(point.users)} | ${[point.floorMs, point.coldMs, point.warmMs, point.tenMs, point.nothingMs].map((ms) => amount(ms / 1000, 's')).join(' | ')} | ${[point.coldMb, point.warmMb, point.residentMb].map((mb) => amount(mb, 'MB')).join(' | ')} |`,
  );
  return [
    `Measured ${report.day} with ${count(report.users)} people. ${machineText(report.machine)}${busyText(report)}`,
    '',
    '| | figure | Muster | floor | ratio | goal | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'Where the time goes:',
    '',
    '| | longest steps |',
    '| --- | --- |',
    ...steps,
    '',
    '![Time and memory over the number of people](benchmarks.svg)',
    '',
    '| people | floor | cold plan | warm plan | 10 changed | nothing changed | memory cold | warm | staying |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...scale,
  ].join('\n');
}

function valueText({ muster, unit }: Result): string {
  return amount(muster.median, unit);
}

function floorText({ floor, unit }: Result): string {
  return floor === null ? '' : `${amount(floor.median, unit)} (${floor.what})`;
}
