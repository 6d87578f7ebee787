/** What apply needs, with a journal that only keeps what it is told, and a writer that a test gives. */
import type { ApplyParts } from '../../src/core/apply.ts';
import type { Change } from '../../src/core/change.ts';
import type { Outcome, Written } from '../../src/core/outcome.ts';
import type { Intent, LedgerRow } from '../../src/core/ports.ts';
import { NOW } from './reconciliation.ts';

export interface Recorded {
  readonly intended: Intent[];
  readonly settled: { readonly intent: Intent; readonly outcome: Outcome; readonly row: LedgerRow | null }[];
}

export type Write = (change: Change, attempt: string) => Promise<Written>;

/** The parts, and what the journal comes to hold. */
export function applyPartsWith(
  write: Write,
  more: Partial<ApplyParts> = {},
): { readonly parts: ApplyParts; readonly recorded: Recorded } {
  const recorded: Recorded = { intended: [], settled: [] };
  const unused = () => Promise.reject(new Error('apply has no need of this'));
  let ids = 0;
  const parts: ApplyParts = {
    runId: 'run',
    mandate: { trigger: 'command', revision: 'r1', commit: null, orders: [], lines: new Map() },
    journal: {
      intend: async (intents) => {
        recorded.intended.push(...intents);
      },
      settle: async (intent, outcome, row) => {
        recorded.settled.push({ intent, outcome, row });
      },
      open: unused,
      usedSince: unused,
      tracks: unused,
      approvedSince: unused,
      of: unused,
    },
    sessions: new Map([
      [
        'directory',
        {
          reader: { server: 'dc1', position: unused, now: unused, observe: unused, lookup: unused, close: unused },
          writer: { write },
        },
      ],
    ]),
    ledger: new Map(),
    clock: () => NOW,
    newId: () => {
      ids += 1;
      return `id${ids}`;
    },
    concurrency: 2,
    lane: false,
    renewLease: () => Promise.resolve(),
    progress: () => undefined,
    hindrance: () => null,
    ...more,
  };
  return { parts, recorded };
}

/** A server that does what it is told. */
export async function done(change: Change): Promise<Written> {
  await Promise.resolve();
  return { handle: change.handle ?? `guid-${change.address.key}`, state: change.after };
}
