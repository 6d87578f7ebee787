/** Runs vitest and reads from its JSON report what passed, failed and was skipped. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What the scripts read of vitest's JSON report (the format of Jest's). */
interface JsonReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

export interface VitestResult extends Count {
  /** First lines and stacks of what failed. */
  readonly failures: readonly string[];
  /** Files that broke before or outside their tests: syntax, imports, hooks. */
  readonly brokenFiles: readonly string[];
  readonly output: string;
}

/** @param args what follows `vitest run`. */
export async function runVitest(
  args: readonly string[],
  options: { readonly cwd?: string; readonly show?: boolean } = {},
): Promise<VitestResult> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-vitest-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { status, output } = await run('vitest', ['run', ...args, ...reporters], options);
    const report = await readFile(file, 'utf8').then(
      // vitest wrote it a moment ago, in the form that its documentation gives.
      (text) => JSON.parse(text) as JsonReport,
      () => null,
    );
    if (report === null) return { passed: 0, failed: 1, skipped: 0, failures: [], brokenFiles: [output], output };
    return resultOf(report, status, output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function resultOf(report: JsonReport, status: number | null, output: string): VitestResult {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const withStatus = (wanted: string) => tests.filter((test) => test.status === wanted);
  const failed = withStatus('failed');
  const brokenFiles = report.testResults
    .filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
    .map((file) => file.message);
  const failures = failed.flatMap((test) => test.failureMessages);
  const failedCount = failed.length + brokenFiles.length;
  return {
    passed: withStatus('passed').length,
    // Without a failed test it still ends with another status than 0 on an unhandled rejection.
    failed: failedCount === 0 && status !== 0 ? 1 : failedCount,
    skipped: tests.length - withStatus('passed').length - failed.length,
    failures,
    brokenFiles,
    output,
  };
}
