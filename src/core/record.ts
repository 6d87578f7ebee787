/** What the ledger holds after a change was made: the one place where outcomes become memory. */
import type { Change, Disable } from './change.ts';
import { asKnown } from './coming-back.ts';
import type { Written } from './outcome.ts';
import type { LedgerRow } from './ports.ts';

/** The row after `change` came to `written`; `row` is the one before, null where there was none. */
export function rowAfter(change: Change, written: Written, row: LedgerRow | null): LedgerRow {
  const { system, key } = change.address;
  const known = row?.state ?? { enabled: true, attributes: {} };
  const base = { system, key, handle: written.handle, goneAt: null };
  switch (change.kind) {
    case 'create':
      return { ...base, state: written.state, disabledFor: null };
    case 'adopt':
      // One whose mark somebody took away is taken over again with what is known of it.
      return written.state.enabled
        ? { ...base, state: written.state, disabledFor: null }
        : { ...base, state: written.state, disabledFor: row?.disabledFor ?? null, ...awayOf(row) };
    case 'update': {
      const attributes = { ...known.attributes, ...change.after.attributes };
      const disabledFor = row?.disabledFor ?? null;
      return { ...base, state: { enabled: known.enabled, attributes }, disabledFor, ...awayOf(row) };
    }
    case 'enable':
      return {
        ...base,
        state: { enabled: true, attributes: { ...known.attributes, ...change.after.attributes } },
        disabledFor: null,
      };
    case 'disable':
      return {
        ...base,
        state: { ...known, enabled: false },
        disabledFor: change.cause,
        ...awayAfter(change, written, row),
      };
  }
}

/** Who is shut out for another reason while they are away has still left when they did. */
function awayAfter({ leave }: Disable, { groups = null }: Written, row: LedgerRow | null): Pick<LedgerRow, 'away'> {
  if (leave === undefined || row?.away !== undefined) return awayOf(row);
  return { away: { ...asKnown(leave, row), groups } };
}

function awayOf(row: LedgerRow | null): Pick<LedgerRow, 'away'> {
  return row?.away === undefined ? {} : { away: row.away };
}
