/** Leavers: who is closed or whose time ended, for how long, and what they would come back to. */
import { compareText } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';
import type { Clock, LedgerRow, Reconciler, Store } from './ports.ts';

export interface LeaverParts {
  readonly store: Pick<Store, 'ledger'>;
  readonly reconcilers: readonly Pick<Reconciler, 'system'>[];
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;

export interface Leaver {
  readonly username: string;
  /** As in `Anna Jensen (ajensen)`; the username alone where the account has no name. */
  readonly label: string;
  readonly since: Instant;
  /** Whole days. */
  readonly days: number;
  /** Key of the institution that they left. */
  readonly institution: string;
  /** Names of groups that the account was in; null: not known. */
  readonly groups: readonly string[] | null;
}

/** As every system has it. */
export async function leaversIn({ store, reconcilers, clock }: LeaverParts): Promise<readonly Leaver[]> {
  const rows = await Promise.all(reconcilers.map(({ system }) => store.ledger.all(system)));
  return leaversAmong(rows.flat(), clock());
}

/** Longest first. Whoever was deleted by hand meanwhile needs no attention any more. */
export function leaversAmong(rows: Iterable<LedgerRow>, at: Instant): readonly Leaver[] {
  const leavers: Leaver[] = [];
  for (const { key, away, goneAt, state } of rows) {
    if (away === undefined || goneAt !== null) continue;
    const name = state.attributes.displayName ?? null;
    const label = name === null ? key : `${name} (${key})`;
    leavers.push({ username: key, label, days: Math.max(0, Math.floor((at - away.since) / DAY_MS)), ...away });
  }
  return leavers.sort((a, b) => a.since - b.since || compareText(a.username, b.username));
}
