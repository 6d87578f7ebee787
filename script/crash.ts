/** Tries crash points of every class in processes side by side, says what came of them, and keeps what docs/reliability.md states. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { PointResult, Share } from '../test/support/point-share.ts';
import { duration, ROOT, say, toolEnvironment } from './command.ts';
import { CRASH_CLASSES, classOfPoint } from './crash-classes.ts';
import { type ClassResult, recordReliability } from './crash-record.ts';
import { scratchEnvironment } from './scratch.ts';
import { setup } from './test-programs.ts';

/** One per processor core; a machine for this work has at least two. Where others use it as well, more get more of it. */
const PROCESSES = Math.max(2, availableParallelism());
/** Between two lines that say how far it has come. */
const PROGRESS_EVERY = 1_000;
/** What was tried, a line of JSON each: `--resume` goes on from there. */
const LOG = join(ROOT, '.cache/crash.jsonl');

const HELP = `script/crash [options]

Without options: every point of every class. Two idle cores take hours, nearly all of it for the bytes.

  --only CLASS    ${CRASH_CLASSES.map(({ name }) => name).join(', ')}; may be given several times
  --points M      so many points of each class, chosen by the seed
  --seed N        the seed; printed at the beginning
  --at POINT      one point again, by the name that is printed where it fails, as in ldap:sync:server:1234:stall
  --processes N   so many side by side; ${PROCESSES} here where it is left out
  --resume        goes on with a run that was ended: what was tried and held is not tried again
  --record        writes the figures into docs/reliability.md; only what was tried in full counts there

The last line says how many points were tried and how many failed; the exit code is 1 where one failed.`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    points: { type: 'string' },
    seed: { type: 'string' },
    at: { type: 'string' },
    processes: { type: 'string', default: String(PROCESSES) },
    resume: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) say(HELP);
else process.exitCode = await crash();

async function crash(): Promise<number> {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const points = values.points === undefined ? null : Number(values.points);
  const at = values.at ?? null;
  const processes = Number(values.processes);
  const wanted = at === null ? values.only : [classOfPoint(at)];
  const strange = wanted.filter((name) => !CRASH_CLASSES.some((one) => one.name === name));
  if (strange.length > 0 || Number.isNaN(seed) || Number.isNaN(points ?? 0) || !(processes >= 1)) {
    say(HELP);
    return 1;
  }
  say(`Seed ${seed}.`);
  await setup();
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const earlier = values.resume ? readLog() : [];
  if (!values.resume && at === null) writeFileSync(LOG, '');
  const begin = performance.now();
  const classes: ClassResult[] = [];
  for (const { name, what } of CRASH_CLASSES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const before = earlier.filter(({ point, wrong }) => wrong.length === 0 && classOfPoint(point) === name);
    const share = { seed, points, at, of: processes, done: before.map(({ point }) => point) };
    const shares = Array.from({ length: processes }, (_, index) => tryShare(name, { ...share, index }));
    classes.push({ name, what, results: [...before, ...(await Promise.all(shares)).flat()] });
  }
  return summary(classes, performance.now() - begin, points === null && at === null);
}

/** One process; what it dies of is a failure of its own. */
async function tryShare(
  name: string,
  share: Omit<Share, 'done'> & { readonly done: readonly string[] },
): Promise<readonly PointResult[]> {
  const { done, ...rest } = share;
  const args = [join(import.meta.dirname, 'crash-worker.ts'), name, JSON.stringify(rest)];
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: toolEnvironment(scratchEnvironment()),
  });
  // Too long for an argument.
  child.stdin.end(JSON.stringify(done));
  const ended = once(child, 'exit');
  const results: PointResult[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // Written by script/crash-worker.ts.
    const result = JSON.parse(line) as PointResult;
    results.push(result);
    if (share.at === null) appendFileSync(LOG, `${line}\n`);
    if (result.wrong.length > 0) tellFailure(result);
    if (results.length % PROGRESS_EVERY === 0) say(`${name}: ${results.length} points by process ${share.index + 1}`);
  }
  const [code, signal] = await ended;
  if (code === 0) return results;
  const failure = { point: `${name}:process`, wrong: [`process ${share.index + 1} ended with ${code ?? signal}`] };
  tellFailure(failure);
  return [...results, { ...failure, tookMs: 0 }];
}

function tellFailure({ point, wrong }: Pick<PointResult, 'point' | 'wrong'>): void {
  say(`✗ ${point}\n  ${wrong.join('\n  ')}\n  Again: script/crash --at ${point}`);
}

function readLog(): readonly PointResult[] {
  const text = readFileSync(LOG, 'utf8');
  // A process that was killed may have left half a line.
  const lines = text.split('\n').filter((line) => line.endsWith('}'));
  return [...new Map(lines.map((line) => JSON.parse(line) as PointResult).map((one) => [one.point, one])).values()];
}

function summary(classes: readonly ClassResult[], tookMs: number, whole: boolean): number {
  const failed = (results: readonly PointResult[]) => results.filter(({ wrong }) => wrong.length > 0).length;
  for (const { name, results } of classes) {
    const longest = Math.max(0, ...results.map((one) => one.tookMs));
    say(`${name}: ${results.length} points, ${failed(results)} failed, the longest run ${duration(longest)}`);
  }
  const all = classes.flatMap(({ results }) => results);
  say(`Took ${duration(tookMs)}.`);
  if (values.record && !whole) say('Nothing was recorded: only what was tried in full counts.');
  if (values.record && whole) recordReliability(classes);
  say(`${all.length} points, ${failed(all)} failed`);
  return all.length === 0 || failed(all) > 0 ? 1 : 0;
}
