/** The rows of one run in the audit chain, without what a clock makes of them. */
import type { AuditEvent } from '../../src/core/audit.ts';
import type { Store } from '../../src/core/ports.ts';

/** More than the tests of whole histories come to. */
const ROWS_MAX = 10_000;

export async function rowsOfRun({ audit }: Pick<Store, 'audit'>, runId: string): Promise<readonly AuditEvent[]> {
  const rows = await audit.rows({ limit: ROWS_MAX });
  const ofRun = rows.map(({ event }) => event).filter((event) => 'runId' in event && event.runId === runId);
  return ofRun.map((event) => ({ ...event, durationsMs: {} }));
}
