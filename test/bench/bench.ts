/** The benchmark: measures each figure beside its floor, prints the table, and writes what it was told to write. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { messageOf } from '../../src/errors.ts';
import { runCommand } from '../support/run-command.ts';
import { USAGE, type Wish, wishFrom } from './command-line.ts';
import type { Bench, Figure } from './figure.ts';
import { perPerson } from './figures/ansible.ts';
import { applyChanges } from './figures/apply.ts';
import { channels } from './figures/channels.ts';
import { coldPlan } from './figures/cold-plan.ts';
import { help } from './figures/help.ts';
import { importing } from './figures/import.ts';
import { incrementalPass } from './figures/incremental-pass.ts';
import { memory } from './figures/memory.ts';
import { overUsers } from './figures/over-users.ts';
import { pushToComment } from './figures/push-to-comment.ts';
import { pushToEffect } from './figures/push-to-effect.ts';
import { validateBase } from './figures/validate-base.ts';
import { warmPlan } from './figures/warm-plan.ts';
import { describeMachine } from './machine.ts';
import { FIGURES_FILE, recorded } from './record.ts';
import type { BenchReport, Result } from './result.ts';
import { type Runs, Scale } from './scale.ts';
import { tableOf } from './table.ts';
import { openWorkshop, ROOT } from './workshop.ts';

/** In the order in which they are measured and shown. */
const FIGURES: readonly Figure[] = [
  coldPlan,
  warmPlan,
  incrementalPass,
  applyChanges,
  memory,
  help,
  perPerson,
  pushToEffect,
  channels,
  validateBase,
  importing,
  pushToComment,
];

const RUNS: Runs = { cold: 3, warm: 5, nothing: 9, few: 5 };
const QUICK_RUNS: Runs = { cold: 1, warm: 2, nothing: 3, few: 2 };

function say(text: string): void {
  process.stderr.write(`· ${text}\n`);
}

interface Measured {
  readonly report: BenchReport;
  /** Why figures are missing that were wanted and could have been measured; what else was measured is not lost for them. */
  readonly failures: readonly string[];
}

async function measure(wish: Wish): Promise<Measured> {
  const machine = await describeMachine();
  const workshop = await openWorkshop();
  if (workshop.faults !== null) {
    if (wish.record) throw new Error(`Nothing is recorded of a build with faults. ${workshop.faults}`);
    say(`measuring all the same, but: ${workshop.faults}`);
  }
  const scales = new Map<number, Scale>();
  const scale = (users: number): Scale => {
    const known = scales.get(users) ?? new Scale(workshop, users, wish.quick ? QUICK_RUNS : RUNS, say);
    scales.set(users, known);
    return known;
  };
  const bench: Bench = { workshop, users: wish.users, quick: wish.quick, scale, say };
  try {
    const wanted = FIGURES.filter(({ key }) => wish.only?.includes(key) ?? true);
    const figures: (() => readonly Result[])[] = [];
    const failures: string[] = [];
    for (const figure of wanted) {
      const missing = figure.missing();
      if (missing.length > 0)
        say(`(${figure.key}) ${figure.title}: left out, because ${missing.join(', ')} is missing`);
      else
        await figure.measure(bench).then(
          (results) => figures.push(results),
          (error: unknown) => failures.push(`(${figure.key}) ${messageOf(error)}`),
        );
    }
    const points = wish.only === null && coldPlan.missing().length === 0 ? await overUsers(bench) : [];
    const results = figures.flatMap((results): readonly Result[] => results());
    const day = new Date().toISOString().slice(0, 10);
    const report: BenchReport = {
      format: 1,
      day,
      users: wish.users,
      quick: wish.quick,
      machine,
      results,
      scale: points,
    };
    return { report, failures };
  } finally {
    for (const one of scales.values()) await one.close();
  }
}

/** The documents are written from what the file of figures says, so that they can be checked against it. */
async function recordAll(report: BenchReport, figures: string): Promise<void> {
  const absent = FIGURES.filter(({ key }) => !report.results.some((result) => result.key.startsWith(key)));
  if (absent.length > 0) {
    throw new Error(`Nothing is recorded: ${absent.map(({ key }) => key).join(', ')} could not be measured.`);
  }
  const file = join(ROOT, FIGURES_FILE);
  await writeFile(file, figures);
  await runCommand(join(ROOT, 'node_modules/.bin/biome'), ['format', '--write', file]);
  // Written a moment ago.
  const written = JSON.parse(figures) as BenchReport;
  for (const [name, text] of recorded(written, (path) => readFileSync(join(ROOT, path), 'utf8'))) {
    await writeFile(join(ROOT, name), text);
  }
}

/** Six digits are more than any of these figures has. */
function asJson(report: BenchReport): string {
  const short = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);
  return `${JSON.stringify(report, short, 2)}\n`;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return;
  }
  const wish = wishFrom(
    args,
    FIGURES.map(({ key }) => key),
  );
  const { report, failures } = await measure(wish);
  process.stdout.write(tableOf(report));
  const text = asJson(report);
  if (wish.json !== null) await writeFile(wish.json, text);
  if (failures.length > 0) throw new Error(`Not everything could be measured.\n${failures.join('\n')}`);
  if (wish.record) await recordAll(report, text);
}

// What was started and made is ended and removed when the process exits, however it does.
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(status));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
