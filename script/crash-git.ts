/** Crash points at Git: each of its processes killed before, half-way through and after its work, alone or with Muster. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../src/core/report.ts';
import { type Completed, disturber, referenceOf } from '../test/support/disturbed-session.ts';
import { type GitStrike, makeGitStriker } from '../test/support/git-striker.ts';
import { type Share, shareOf, type Tell } from '../test/support/point-share.ts';
import { program } from '../test/support/programs.ts';
import { makeTestDirectory } from '../test/support/test-directory.ts';
import { run } from './command.ts';
import { openBenches } from './crash-bytes.ts';

/** A fetch from this machine takes some forty milliseconds. */
const WHILE_MS = [5, 15, 30, 60];

export async function crashGit(share: Share, tell: Tell): Promise<void> {
  const { benches, close } = await openBenches('git', 1);
  const home = await makeTestDirectory('striker');
  try {
    for (const bench of benches) {
      const striker = await makeGitStriker(home.path);
      const reference = await referenceOf(bench);
      const completed: Completed = new Map();
      const { judged, rewind } = disturber(bench, reference, completed);
      const sync = () =>
        run('node', [program('main'), 'sync', '--config', bench.configFile, '--format', 'json'], {
          path: striker.path,
        });
      await striker.arm({ call: 0, when: 'before', who: 'git' });
      await sync();
      const calls = (await readFile(join(home.path, 'calls'), 'utf8')).trim().split('\n').length;
      await rewind();
      for (const strike of shareOf(strikesOf(calls), share, nameOf)) {
        await striker.arm(strike);
        const { wrong, tookMs } = await judged(async () => reportIn(await sync(), strike), false);
        tell({ point: nameOf(strike), wrong, tookMs });
      }
    }
  } finally {
    await Promise.all(benches.map((bench) => bench.remove()));
    await close();
    await home.remove();
  }
}

/** Null where Muster was killed. */
function reportIn({ status, output }: { status: number | null; output: string }, { who }: GitStrike): Report | null {
  // Muster itself ends a Git from which it has what it wanted, and with it the strike.
  if (who === 'muster' && status === null) return null;
  const start = output.indexOf('{');
  if (start < 0) throw new Error(`no report, exit ${status}: ${output}`);
  // What `--format json` prints; its warnings stand on lines of their own before it.
  return JSON.parse(output.slice(start, output.lastIndexOf('}') + 1)) as Report;
}

function strikesOf(calls: number): readonly GitStrike[] {
  const moments: readonly GitStrike['when'][] = ['before', 'half', 'after', ...WHILE_MS.map((ms) => ({ ms }))];
  return Array.from({ length: calls }, (_, n) => n + 1).flatMap((call) =>
    moments.flatMap((when) => (['git', 'muster'] as const).map((who) => ({ call, when, who }))),
  );
}

function nameOf({ call, when, who }: GitStrike): string {
  return ['git', who, typeof when === 'string' ? when : `${when.ms}ms`, call].join(':');
}
