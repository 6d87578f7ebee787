/** What the ledger and the journal let Muster expect of a reading. */
import { isDisabledIn } from './access.ts';
import type { Observed } from './change.ts';
import type { Intent, Known, LedgerRow } from './ports.ts';

export function knownFrom(rows: Iterable<LedgerRow>, open: readonly Intent[]): Known {
  const handles = new Set<string>();
  const disabled = new Set<string>();
  const valued = new Map<string, number>();
  for (const row of rows) {
    if (row.goneAt !== null) continue;
    handles.add(row.handle);
    if (isDisabledIn(row)) disabled.add(row.handle);
    const { attributes } = row.state;
    for (const name in attributes) if (attributes[name] !== null) valued.set(name, (valued.get(name) ?? 0) + 1);
  }
  return { handles, disabled, valued, openAttempts: new Set(open.map((intent) => intent.attempt)) };
}

/** Whether it bears a mark of Muster's, although no handle among these is its own. */
export function bearsUnknownMark({ attempt, handle }: Observed, handles: Pick<ReadonlySet<string>, 'has'>): boolean {
  return attempt !== null && !handles.has(handle);
}

/** Keys of those whom the ledger shows shut out: `isOff` goes for one of their living things at least, and none of these is on. */
export function shutOutIn(rows: readonly LedgerRow[], isOff: (row: LedgerRow) => boolean): ReadonlySet<string> {
  const off = new Set<string>();
  for (const row of rows) if (isOff(row)) off.add(row.key);
  if (off.size === 0) return off;
  // Nearly everybody is on: of those, only who is off as well counts.
  for (const row of rows) if (row.goneAt === null && off.has(row.key) && !isOff(row)) off.delete(row.key);
  return off;
}
