/** Writes what script/crash found into the table of docs/reliability.md: no figure there is typed by hand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PointResult } from '../test/support/point-share.ts';
import { ROOT } from './command.ts';
import { CRASH_CLASSES, type CrashClass } from './crash-classes.ts';

const PAGE = join(ROOT, 'docs/reliability.md');
const BEGIN = '<!-- figures of script/crash: begin -->';
const END = '<!-- figures of script/crash: end -->';
const HEAD = [
  '| Class | What is done at each point | Points | Wrong or hanging | Ended on |',
  '| --- | --- | ---: | ---: | --- |',
];

export interface ClassResult extends Pick<CrashClass, 'name' | 'what'> {
  readonly results: readonly PointResult[];
}

/** Replaces the rows of these classes; the rows of others stay. */
export function recordReliability(classes: readonly ClassResult[], page = PAGE): void {
  const text = readFileSync(page, 'utf8');
  const [start, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${page} has no place for the figures`);
  const rows = new Map(
    text
      .slice(start, end)
      .split('\n')
      .filter(isRow)
      .map((row) => [nameIn(row), row]),
  );
  for (const one of classes) rows.set(one.name, rowOf(one));
  const sorted = [...rows.values()].sort((a, b) => placeOf(nameIn(a)) - placeOf(nameIn(b)));
  const table = [BEGIN, '', ...HEAD, ...sorted, '', ''].join('\n');
  writeFileSync(page, text.slice(0, start) + table + text.slice(end));
}

function rowOf({ name, what, results }: ClassResult): string {
  const failed = results.filter(({ wrong }) => wrong.length > 0).length;
  return `| ${name} | ${what} | ${grouped(results.length)} | ${grouped(failed)} | ${today()} |`;
}

function isRow(line: string): boolean {
  return line.startsWith('| ') && !HEAD.includes(line);
}

function nameIn(row: string): string {
  return row.split('|')[1]?.trim() ?? '';
}

function placeOf(name: string): number {
  return CRASH_CLASSES.findIndex((one) => one.name === name);
}

/** Swedish dates are ISO 8601's. */
function today(): string {
  return new Date().toLocaleDateString('sv');
}

/** 70242 as 70,242. */
function grouped(figure: number): string {
  return figure.toLocaleString('en-GB');
}
