/** Crash points at the database: a whole sync, killed before each statement that writes to it. */
import { fileURLToPath } from 'node:url';
import { type Completed, disturber, referenceOf } from '../test/support/disturbed-session.ts';
import { makeLdapBench } from '../test/support/ldap-fault-bench.ts';
import { type Share, shareOf, type Tell } from '../test/support/point-share.ts';
import { run } from './command.ts';

const CHILD = fileURLToPath(new URL('../test/faults/sync-crash-child.ts', import.meta.url));

export async function crashStore(share: Share, tell: Tell): Promise<void> {
  const bench = await makeLdapBench('ldap');
  try {
    const reference = await referenceOf(bench);
    const completed: Completed = new Map();
    const { judged, rewind } = disturber(bench, reference, completed);
    const sync = (statement: number) => run('node', [CHILD, bench.configFile, String(statement)]);
    const { output } = await sync(0);
    const statements = Number(/^statements (\d+)$/m.exec(output)?.[1]);
    if (!(statements > 0)) throw new Error(`the sync can't be counted: ${output}`);
    await rewind();
    const points = Array.from({ length: statements }, (_, n) => n + 1);
    for (const statement of shareOf(points, share, nameOf)) {
      const act = async () => {
        const { status, output: said } = await sync(statement);
        // A signal leaves no status.
        if (status !== null) throw new Error(`it was not killed, and ended with ${status}: ${said}`);
        return null;
      };
      const { wrong, tookMs } = await judged(act, false);
      tell({ point: nameOf(statement), wrong, tookMs });
    }
  } finally {
    await bench.remove();
  }
}

function nameOf(statement: number): string {
  return `store:statement:${statement}`;
}
