/** Runs the checks and tests, those side by side that do not get in each other's way, and counts what came of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { sampleOf } from '../test/support/fault-points.ts';
import { duration, ROOT, run, say } from './command.ts';
import { leftOut } from './left-out.ts';
import { smokeTestPackage } from './package-smoke.ts';
import { allBreakages, prove } from './prove.ts';
import { scratchEnvironment } from './scratch.ts';
import { type Count, runVitest } from './vitest-run.ts';

interface StepResult extends Count {
  /** Shown where something failed; empty when it was shown already. */
  readonly output: string;
}

interface Step {
  readonly name: string;
  readonly work: () => Promise<StepResult>;
}

/** A check that is one thing: it passes or it fails. */
function check(name: string, command: string, ...args: string[]): Step {
  return {
    name,
    work: async () => {
      const { status, output } = await run(command, args);
      return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0, output };
    },
  };
}

function tests(name: string, project: 'fast' | 'slow', without: readonly string[] = []): Step {
  return {
    name,
    work: async () => {
      const exclude = without.flatMap((file) => ['--exclude', file]);
      const result = await runVitest(['--project', project, ...exclude], { show: true });
      return { ...result, skipped: result.skipped + without.length, output: '' };
    },
  };
}

/** Each takes some seconds of a whole core, and the rest is tried by the runs that follow. */
const BREAKAGES_TRIED = 6;

const types = check('types', 'tsc', '-p', 'tsconfig.json');
const lint = check('lint', 'biome', 'check', '.');

/** Each row is done before the next begins; within a row the steps of a lane follow one another, the lanes run side by side. */
async function rows(quick: boolean): Promise<readonly (readonly (readonly Step[])[])[]> {
  if (quick) return [[[types, lint], [tests('fast tests', 'fast')]]];
  const absent = await leftOut();
  for (const { file, missing } of absent) say(`Left out: ${file} (missing here: ${missing.join(', ')})`);
  const inSlow = (file: string) => /^test\/(integration|faults)\//.test(file);
  const names = absent.map(({ file }) => file);
  const fast = watched(
    tests(
      'fast tests',
      'fast',
      names.filter((file) => !inSlow(file)),
    ),
  );
  const slow = tests('slow tests', 'slow', names.filter(inSlow));
  const demo: Step = { name: 'demo', work: tryDemo };
  const smoke: Step = { name: 'package', work: smokeTestPackage };
  const breakages: Step = {
    name: 'breakages',
    work: async () => prove(await someBreakages(), (file) => fast.passed() && !inSlow(file)),
  };
  return [[[types], [lint]], [[fast]], [[slow], [demo, smoke, breakages]]];
}

/** Those of this run: other ones in the next. That each applies and names a test, a fast test sees to. */
async function someBreakages(): Promise<readonly string[]> {
  const all = await allBreakages();
  const seed = Math.floor(Math.random() * 2 ** 31);
  const some = sampleOf(all, Math.min(BREAKAGES_TRIED, all.length), seed);
  say(`${some.length} of ${all.length} breakages, chosen by seed ${seed}; script/prove tries all`);
  return some;
}

/** A step that remembers whether all of it passed. */
function watched(step: Step): Step & { readonly passed: () => boolean } {
  let passed = false;
  const work = async () => {
    const result = await step.work();
    passed = result.failed === 0;
    return result;
  };
  return { ...step, work, passed: () => passed };
}

/** The demo stops with another exit code at the first step that does not go as it says. */
async function tryDemo(): Promise<StepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-demo-'));
  try {
    const { status, output } = await run('script/demo', [], { env: { MUSTER_DEMO_DIR: join(folder, 'demo') } });
    return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function perform(step: Step): Promise<Count> {
  say(`▶ ${step.name}`);
  const begin = performance.now();
  const result = await step.work();
  const sign = result.failed > 0 ? '✗' : '✓';
  if (result.failed > 0 && result.output !== '') say(result.output.trimEnd());
  say(`${sign} ${step.name}: ${figures(result)} (${duration(performance.now() - begin)})`);
  return result;
}

async function performLane(steps: readonly Step[]): Promise<Count> {
  const counts: Count[] = [];
  for (const step of steps) counts.push(await perform(step));
  return total(counts);
}

function total(counts: readonly Count[]): Count {
  const sum = (name: keyof Count) => counts.reduce((all, count) => all + count[name], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function figures({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Whether a test that could not run is a failure, as it is wherever somebody relies on the result. */
function nothingMayBeLeftOut(): boolean {
  return process.env.MUSTER_CI === '1' || process.env.CI === 'true';
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
process.chdir(ROOT);
Object.assign(process.env, scratchEnvironment());
const begin = performance.now();
const counts: Count[] = [];
for (const row of await rows(values.quick)) counts.push(...(await Promise.all(row.map(performLane))));
const all = total(counts);
say(`Took ${duration(performance.now() - begin)}.`);
const skippedIsFailure = all.skipped > 0 && nothingMayBeLeftOut();
if (skippedIsFailure) say('Tests were left out, which MUSTER_CI=1 or CI=true does not allow.');
say(figures(all));
process.exitCode = all.failed > 0 || skippedIsFailure ? 1 : 0;
