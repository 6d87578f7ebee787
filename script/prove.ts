/** Proves that the tests notice: each patch of test/breakages breaks the product in a copy, and the test it names must fail. */
import { existsSync } from 'node:fs';
import { cp, glob, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { compareText } from '../src/diagnostic.ts';
import { duration, ROOT, run, say } from './command.ts';
import { type Count, runVitest, type VitestResult } from './vitest-run.ts';

/** What the first lines of a patch say. */
interface Breakage {
  readonly path: string;
  /** What the patch makes the product do wrong. */
  readonly breaks: string;
  readonly testFile: string;
  /** A part of the test's full name, taken literally. */
  readonly testName: string;
  /** The row of docs/failures.md or the area that the test stands for. */
  readonly must: string;
}

interface Verdict {
  readonly breakage: string;
  readonly must: string;
  readonly proven: boolean;
  readonly because: string;
  readonly tookMs: number;
}

/** Two processor cores are the least that a machine for this work has. */
const LANES = 2;

/** The tests run beside other work; a test that is merely slow must not pass for one that noticed something. */
const TEST_TIMEOUT_MS = 120_000;

/**
 * @param paths patches; none: every one in test/breakages.
 * @param passed whether the tests of a file are known to pass without a patch: they are not run without it once more.
 * @returns how many were proven, and a table as output.
 */
export async function prove(
  paths: readonly string[],
  passed: (testFile: string) => boolean = () => false,
): Promise<Count & { readonly output: string }> {
  const waiting = paths.length > 0 ? paths.map((path) => resolve(path)) : await allBreakages();
  const verdicts: Verdict[] = [];
  const lane = async () => {
    const copy = await copyCheckout();
    try {
      for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
        verdicts.push(await judge(path, copy, passed));
      }
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, waiting.length) }, lane));
  const proven = verdicts.filter((verdict) => verdict.proven).length;
  return { passed: proven, failed: verdicts.length - proven, skipped: 0, output: table(verdicts) };
}

/** Paths, in the order of their names. */
export async function allBreakages(): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob('test/breakages/*.patch', { cwd: ROOT })) found.push(join(ROOT, path));
  return found.sort(compareText);
}

/** The files as they are now, committed or not; the checkout itself is never touched, not even its list of worktrees. */
async function copyCheckout(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'muster-prove-'));
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  if (listed.status !== 0) throw new Error(`git can't list the checkout's files: ${listed.output}`);
  const files = listed.output.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
  for (const file of files) await cp(join(ROOT, file), join(copy, file));
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // With a repository of its own, git apply can't mistake the copy for part of another one around it.
  await run('git', ['init', '--quiet'], { cwd: copy });
  return copy;
}

async function judge(path: string, copy: string, passed: (testFile: string) => boolean): Promise<Verdict> {
  const begin = performance.now();
  const said = (must: string, proven: boolean, because: string): Verdict => {
    return { breakage: basename(path, '.patch'), must, proven, because, tookMs: performance.now() - begin };
  };
  const breakage = await readFile(path, 'utf8').then((text) => headerOf(path, text), String);
  if (typeof breakage === 'string') return said('?', false, breakage);
  if (!passed(breakage.testFile)) {
    const whole = await runTest(breakage, copy);
    if (whole.failed > 0) return said(breakage.must, false, `fails without the patch, too: ${firstFailure(whole)}`);
    if (whole.passed === 0) return said(breakage.must, false, noSuchTest(breakage));
  }
  const applied = await run('git', ['apply', '--whitespace=nowarn', path], { cwd: copy });
  if (applied.status !== 0)
    return said(breakage.must, false, `no longer applies: ${applied.output.trim().replaceAll('\n', '; ')}`);
  const broken = await runTest(breakage, copy);
  const undone = await run('git', ['apply', '--whitespace=nowarn', '--reverse', path], { cwd: copy });
  if (undone.status !== 0) throw new Error(`${path} can't be taken back: ${undone.output}`);
  if (broken.passed + broken.failed === 0 && broken.brokenFiles.length === 0)
    return said(breakage.must, false, noSuchTest(breakage));
  return said(breakage.must, ...noticed(broken));
}

function noSuchTest({ testFile, testName }: Breakage): string {
  return `${testFile} has no test named "${testName}"`;
}

/** Whether the product was seen to be wrong: an expectation that did not hold, nothing else. */
function noticed(result: VitestResult): readonly [proven: boolean, because: string] {
  if (result.brokenFiles.length > 0) return [false, `the test file broke: ${firstFailure(result)}`];
  if (result.failed === 0) return [false, 'the test stayed green'];
  const other = result.failures.find((failure) => !isAssertion(failure));
  if (other !== undefined) return [false, `failed, but not by an expectation: ${firstLine(other)}`];
  return [true, firstFailure(result)];
}

function isAssertion(failure: string): boolean {
  // fast-check wraps what the property threw; vitest's snapshots speak for themselves.
  if (failure.startsWith('Error: Property failed')) return failure.includes('AssertionError');
  return /^\w*AssertionError|^Error: Snapshot /.test(failure);
}

function headerOf(path: string, text: string): Breakage | string {
  const lines = text.split('\n');
  const value = (name: string) =>
    lines
      .find((line) => line.startsWith(`# ${name}: `))
      ?.slice(name.length + 4)
      .trim();
  const breaks = value('Breaks');
  const must = value('Must');
  const [, testFile, testName] = /^(\S+) -t "(.+)"$/.exec(value('Test') ?? '') ?? [];
  if (breaks === undefined || must === undefined || testFile === undefined || testName === undefined) {
    return 'the first lines must be "# Breaks: …", "# Test: FILE -t "NAME"" and "# Must: …"';
  }
  return { path, breaks, testFile, testName, must };
}

function runTest({ testFile, testName }: Breakage, copy: string): Promise<VitestResult> {
  const literally = testName.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  // vitest puts " > " between a group's name and its test's, the reports of vitest a blank.
  const pattern = literally.replaceAll(' > ', ' ').replaceAll(' ', '(?: > | )');
  return runVitest([testFile, '-t', pattern, `--testTimeout=${TEST_TIMEOUT_MS}`], { cwd: copy });
}

function firstFailure(result: VitestResult): string {
  return firstLine(result.failures[0] ?? result.brokenFiles[0] ?? result.output);
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

function table(verdicts: readonly Verdict[]): string {
  const width = Math.max(...verdicts.map(({ breakage }) => breakage.length), 0);
  const sorted = verdicts.toSorted((a, b) => (a.breakage < b.breakage ? -1 : 1));
  return sorted
    .map(({ breakage, must, proven, because, tookMs }) => {
      return `${proven ? '✓' : '✗'} ${breakage.padEnd(width)}  ${must.padEnd(12)}  ${duration(tookMs).padStart(6)}  ${because}`;
    })
    .join('\n');
}

if (import.meta.main) {
  const { passed, failed, output } = await prove(process.argv.slice(2));
  say(output);
  say(`${passed} proven, ${failed} not`);
  process.exitCode = failed > 0 ? 1 : 0;
}
