/** Recovery: what became of the writes whose outcome a crash or a lost answer left unknown; pure, the directory is the witness. */
import type { Instant } from '../model/document.ts';
import type { Observed } from './change.ts';
import type { Outcome } from './outcome.ts';
import type { Intent, LedgerRow } from './ports.ts';
import { rowAfter } from './record.ts';

/** Another server may lag behind by replication; after this long it is believed as well. */
export const REPLICATION_LONGEST_MS = 3_600_000;

export interface Resolved {
  readonly intent: Intent;
  readonly outcome: Outcome;
  readonly row: LedgerRow | null;
}

export interface Recovery {
  readonly resolved: readonly Resolved[];
  /** Still unknown: nothing may be planned for these people. */
  readonly unsettled: readonly Intent[];
}

export interface Witness {
  readonly server: string;
  readonly found: readonly Observed[];
  /** Whether `found` is a proven complete reading, so that absence says something. */
  readonly proven: boolean;
  /** Whether the server may have lost what it was told, so that only what it does show says something. */
  readonly doubtful: boolean;
  readonly at: Instant;
}

/** Judges every open intent by what one server shows. Positive evidence always counts; absence only in a proven reading. */
export function recover(open: readonly Intent[], witness: Witness, ledger: ReadonlyMap<string, LedgerRow>): Recovery {
  const byAttempt = new Map(
    witness.found.flatMap((one) => (one.attempt === null ? [] : [[one.attempt, one] as const])),
  );
  const byHandle = new Map(witness.found.map((one) => [one.handle, one]));
  const resolved: Resolved[] = [];
  const unsettled: Intent[] = [];
  for (const intent of open) {
    const { change } = intent;
    const thing = change.kind === 'create' ? byAttempt.get(intent.attempt) : byHandle.get(change.handle);
    const outcome = judge(intent, thing, witness);
    if (outcome === null) {
      unsettled.push(intent);
      continue;
    }
    const row =
      outcome.status === 'applied'
        ? rowAfter(change, outcome.written, ledger.get(outcome.written.handle) ?? null)
        : null;
    resolved.push({ intent, outcome, row });
  }
  return { resolved, unsettled };
}

function judge(intent: Intent, thing: Observed | undefined, witness: Witness): Outcome | null {
  const { change } = intent;
  if (thing !== undefined && happened(intent, thing)) {
    return { status: 'applied', written: { handle: thing.handle, state: change.after } };
  }
  const believed = witness.server === intent.server || witness.at - intent.at > REPLICATION_LONGEST_MS;
  if (witness.doubtful || !believed || (thing === undefined && !witness.proven)) return null;
  // Counted as a failure: a write that makes the server fall silent each time must come to be known by it.
  return { status: 'failed', error: 'The run ended before the write took effect.', next: 'It is planned anew.' };
}

/** Whether the thing now is as the change wanted it. */
function happened(intent: Intent, thing: Observed): boolean {
  const { change } = intent;
  switch (change.kind) {
    case 'create':
    case 'adopt':
      return thing.attempt === intent.attempt;
    case 'enable':
      // With a new password only the mark of this very attempt tells that it was this one that is in force.
      return thing.enabled && (change.anew !== true || thing.attempt === intent.attempt);
    case 'disable':
      return !thing.enabled;
    case 'update':
      return Object.entries(change.after.attributes).every(
        ([name, value]) => (thing.attributes[name] ?? null) === value,
      );
  }
}
