/** The proof of the audit chain: row by row, whether each is what was sealed; names the first that is not. */
import { type AuditHead, EMPTY_CHAIN, type StoredRow, seal } from './audit.ts';
import { readEvent } from './audit-reading.ts';
import { canonicalJson } from './change.ts';
import type { Store } from './ports.ts';
import type { HeadFile, KeptHead } from './restored.ts';

/** The first bad row; everything before it stands. */
export interface Fault {
  readonly seq: number;
  readonly what: string;
}

/** The chain up to the last row that was proven, and what is wrong with the next. */
export interface Proof {
  readonly head: AuditHead;
  readonly fault: Fault | null;
}

/** Goes on from `head` over rows in the order of their numbers. */
export function proveRows(head: AuditHead, rows: readonly StoredRow[]): Proof {
  let proven = head;
  for (const row of rows) {
    const what = faultOf(row, proven);
    if (what !== null) return { head: proven, fault: { seq: proven.seq + 1, what } };
    proven = { seq: row.seq, hash: row.hash };
  }
  return { head: proven, fault: null };
}

function faultOf(row: StoredRow, proven: AuditHead): string | null {
  if (row.seq !== proven.seq + 1) return `it is missing; the next one there is row ${row.seq}.`;
  if (seal(row, proven.hash) !== row.hash) return 'it is not what was sealed: it, or the order of rows, was changed.';
  if (!isCanonical(row.eventJson)) return 'its seal is right, but Muster writes no such text.';
  const reading = readEvent(row);
  return 'fault' in reading ? `its seal is right, but Muster writes no such row: ${reading.fault}.` : null;
}

/** Only one text stands for one event, so that nothing can be moved between a row's text and the columns beside it. */
function isCanonical(eventJson: string): boolean {
  try {
    return canonicalJson(JSON.parse(eventJson)) === eventJson;
  } catch {
    return false;
  }
}

/** Compares a proven chain with a head that was kept elsewhere; `hash` is the seal that the chain has at its place. */
export function compareKept(proven: AuditHead, kept: KeptHead, hash: string | null): Fault | null {
  if (kept.seq === 0 || hash === kept.hash) return null;
  return proven.seq < kept.seq
    ? { seq: proven.seq + 1, what: `it is missing: the chain ends before it, and once went on to row ${kept.seq}.` }
    : {
        seq: kept.seq,
        what: 'it is not the row whose seal was kept: the database is an older copy that went on since, or the chain was made anew.',
      };
}

export interface Verified extends Proof {
  readonly format: 1;
  /** What was kept elsewhere; null: nothing is, or nothing yet. */
  readonly kept: (KeptHead & { readonly place: string }) | null;
  /** Where a head should be and none is: not kept there yet, or gone. Null: none is asked for, or it is there. */
  readonly missing: { readonly place: string; readonly gone: boolean } | null;
}

/** Enough rows that asking costs nothing beside hashing, few enough to be held at once. */
const ROWS_AT_ONCE = 1_000;

/** Whether nothing speaks against it: no bad row, and no kept head that is gone. */
export function isWhole({ fault, missing }: Verified): boolean {
  return fault === null && missing?.gone !== true;
}

/** Reads the whole chain. Throws MusterError where the store or the head file can't be read. */
export async function verifyAudit({ audit }: Store, headFile?: HeadFile): Promise<Verified> {
  const kept = headFile === undefined ? null : await headFile.read();
  const keptHere = kept === null || headFile === undefined ? null : { ...kept, place: headFile.place };
  const missing =
    kept !== null || headFile === undefined
      ? null
      : { place: headFile.place, gone: (await audit.keptAt()) === headFile.place };
  let head = EMPTY_CHAIN;
  let hash: string | null = null;
  for (;;) {
    const rows = await audit.stored(head.seq, ROWS_AT_ONCE);
    if (rows.length === 0) break;
    const proof = proveRows(head, rows);
    hash = rows.find(({ seq }) => seq === kept?.seq && seq <= proof.head.seq)?.hash ?? hash;
    if (proof.fault !== null) return { format: 1, ...proof, kept: keptHere, missing };
    head = proof.head;
  }
  const fault = kept === null ? null : compareKept(head, kept, hash);
  return { format: 1, head, fault, kept: keptHere, missing };
}
