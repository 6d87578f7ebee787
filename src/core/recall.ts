/** Recall: everything that the store remembers and a pass needs, read once at its beginning. */
import type { Instant } from '../model/document.ts';
import type { Used } from './budget.ts';
import type { Approval, Intent, LedgerRow, Spent, Store, Track } from './ports.ts';
import type { SealInForce } from './seals-in-force.ts';
import type { SeenServer } from './server-memory.ts';

const DAY_MS = 24 * 3_600_000;

export interface Recalled {
  /** Ledger rows by system. */
  readonly ledger: ReadonlyMap<string, readonly LedgerRow[]>;
  readonly establishedAt: Instant | null;
  /** Writes whose outcome is unknown. */
  readonly open: readonly Intent[];
  readonly used: Used;
  readonly tracks: ReadonlyMap<string, Track>;
  readonly approvals: readonly Approval[];
  /** Efforts that an approval has let through already, and when. */
  readonly spent: readonly Spent[];
  /** How far the servers of each system had come. */
  readonly seen: ReadonlyMap<string, readonly SeenServer[]>;
  readonly paused: { readonly by: string; readonly reason: string } | null;
  /** What reviews showed of merges that are being applied. */
  readonly seals: readonly SealInForce[];
}

/** Which reviews the revision has taken in is known only with the revision itself. */
export async function recall(store: Store, systems: readonly string[], at: Instant): Promise<Omit<Recalled, 'seals'>> {
  const ledger = new Map<string, readonly LedgerRow[]>();
  const seen = new Map<string, readonly SeenServer[]>();
  for (const system of systems) {
    ledger.set(system, await store.ledger.all(system));
    seen.set(system, await store.servers.all(system));
  }
  const approvals = await store.approvals.valid(at);
  const earliest = approvals.reduce((soonest, approval) => Math.min(soonest, approval.at), at);
  return {
    ledger,
    establishedAt: await store.ledger.establishedAt(),
    open: await store.journal.open(),
    used: await store.journal.usedSince(at - DAY_MS),
    tracks: await store.journal.tracks(at - DAY_MS),
    approvals,
    spent: approvals.length === 0 ? [] : await store.journal.approvedSince(earliest),
    seen,
    paused: await store.orders.paused(),
  };
}
