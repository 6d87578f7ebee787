/** Confirming: what would end Muster's own record of somebody is looked at once more before one reading may do so. */
import type { Known, LedgerRow, Reader } from './ports.ts';

export interface Confirmed {
  readonly accepted: readonly LedgerRow[];
  /** Whether any row was left out: then what the reading showed there was not so any more, or never. */
  readonly contradicted: boolean;
}

/**
 * The accepted rows without those that a second look does not confirm: that an account which Muster disabled was given back by
 * somebody else, or was deleted. Believed wrongly, the first would leave it disabled for ever, as if by hand.
 * @param rows as they stand, by handle
 */
export async function confirmed(
  accepted: readonly LedgerRow[],
  rows: ReadonlyMap<string, LedgerRow>,
  reader: Reader,
  known: Known,
): Promise<Confirmed> {
  const grave = accepted.filter((row) => endsRecord(rows.get(row.handle), row));
  if (grave.length === 0) return { accepted, contradicted: false };
  const found = await reader.lookup(grave, known).catch(() => null);
  const byHandle = new Map(found?.map((one) => [one.handle, one]));
  const isSo = ({ handle, goneAt }: LedgerRow) =>
    found !== null && (goneAt === null ? byHandle.get(handle)?.enabled === true : !byHandle.has(handle));
  const doubted = new Set(grave.filter((row) => !isSo(row)));
  return { accepted: accepted.filter((row) => !doubted.has(row)), contradicted: doubted.size > 0 };
}

function endsRecord(before: LedgerRow | undefined, after: LedgerRow): boolean {
  if (before === undefined) return false;
  return (
    (before.disabledFor !== null && after.disabledFor === null) || (before.goneAt === null && after.goneAt !== null)
  );
}
