/** Restored: whether the store is the one that the head of the audit chain, kept elsewhere, was written by; an older one is held. */
import { MusterError, type Trouble, troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { AuditHead } from './audit.ts';
import type { Notice } from './plan.ts';
import type { Store } from './ports.ts';

export interface KeptHead extends AuditHead {
  /** When it was written. */
  readonly at: Instant;
}

/** The head of the chain, kept where a restored database does not reach. */
export interface HeadFile {
  /** For messages, and to know it again. */
  readonly place: string;
  /** Null: nothing is there. Throws MusterError where it can't be read, or is none. */
  read(): Promise<KeptHead | null>;
  /** Whole or not at all, and on the disk when it resolves. */
  write(head: KeptHead): Promise<void>;
  /** Throws MusterError where `write` would find no place; writes nothing. */
  checkWritable(): Promise<void>;
}

/** Where a head file is configured. */
export interface HeadParts {
  readonly store: Store;
  readonly headFile?: HeadFile;
}

/** Why the store can't be taken for the one of before, and what ends that. */
export interface StoreDoubt {
  readonly because: string;
  readonly release: string;
}

const ACCEPT = 'run "muster audit accept --reason …"';
const LOOK =
  'If the database was restored, look first: "muster plan" shows where repository, directory and this memory differ, and the log names the rows of each run.';

/** Of a store that can't be taken for the one that wrote the head; null: it can, or nobody keeps the head. Never throws for the file. */
export async function doubtOfStore({ store, headFile }: HeadParts): Promise<StoreDoubt | null> {
  if (headFile === undefined) return null;
  const { place } = headFile;
  let kept: KeptHead | null;
  try {
    kept = await headFile.read();
  } catch (error) {
    const { what, next } = troubleOf(error);
    return {
      because: `nobody can tell whether this is still the database of before: ${what}`,
      release: `${next} ${UNREAD}`,
    };
  }
  if (kept === null) {
    const missing = `the head of the audit chain was kept in ${place}, and is there no more.`;
    return (await store.audit.keptAt()) === place ? { because: missing, release: RESTORED_RELEASE } : null;
  }
  const because = await differenceTo(store, kept, place);
  return because === null ? null : { because, release: RESTORED_RELEASE };
}

async function differenceTo({ audit }: Store, kept: KeptHead, place: string): Promise<string | null> {
  if (kept.seq === 0 || (await audit.sealAt(kept.seq)) === kept.hash) return null;
  const since = new Date(kept.at).toISOString();
  // One sentence for both: rows that come in while it is held must neither change the notice nor make it sound like another trouble.
  return `the database is older than what it did, or another one: row ${kept.seq} of the audit chain, which ${place} knew on ${since}, is not in it.`;
}

/** What would release everything that is held where the store itself is in question. */
const RESTORED_RELEASE = `${LOOK} Then ${ACCEPT}.`;
/** The store may well be the right one: what it is measured by can't be had at present. */
const UNREAD = `As soon as it can be read, everything goes on by itself. Only where it is lost for good: ${RESTORED_RELEASE}`;

/** Said in every pass, also where nothing waits for it. */
export function restoredNotice(doubt: StoreDoubt | null): readonly Notice[] {
  if (doubt === null) return [];
  const text = `Everything but blocks is held, because ${doubt.because}`;
  return [{ kind: 'restored', person: null, text, next: doubt.release, origin: null, urgent: true }];
}

/** For acts that write by themselves. Throws MusterError (`person`). */
export async function refuseRestored(parts: HeadParts): Promise<void> {
  const doubt = await doubtOfStore(parts);
  if (doubt === null) return;
  throw new MusterError({ remedy: 'person', where: 'the store', what: doubt.because, next: doubt.release });
}

/**
 * How often the head is written again where another process made the chain longer meanwhile: the one that writes last could else have
 * looked first. A pass that writes without pause keeps its own when it ends.
 */
const KEEPING_ROUNDS = 3;

/** Keeps the present end of the chain elsewhere. @returns the end; throws MusterError where the file can't be written. */
export async function keepHead({ store, headFile }: HeadParts, at: Instant): Promise<AuditHead> {
  let head = await store.audit.head();
  if (headFile === undefined) return head;
  for (let round = 0; round < KEEPING_ROUNDS; round += 1) {
    await headFile.write({ ...head, at });
    const now = await store.audit.head();
    if (now.seq === head.seq) break;
    head = now;
  }
  await store.audit.keepAt(headFile.place);
  return head;
}

/**
 * After an operator's act: keeps the end of the chain where it went on since `begun`. A run that came to its end has kept it already, or
 * its report says why not. @returns what stands in the way of it, for the act is done all the same; null: nothing does.
 */
export async function keepHeadSince(parts: HeadParts, begun: AuditHead, at: Instant): Promise<Trouble | null> {
  try {
    const [latest] = await parts.store.audit.rows({ after: begun.seq, newest: true, limit: 1 });
    if (latest === undefined || (latest.event.kind === 'run' && latest.event.result !== 'broken-off')) return null;
    // By itself first: one that can't be read has other remedies than one that tells of another database.
    await parts.headFile?.read();
    await refuseRestored(parts);
    await keepHead(parts, at);
    return null;
  } catch (error) {
    return troubleOf(error);
  }
}

/** A head that could not be kept: the next pass tries again, but until then a restored database would not be noticed. */
export function headNotice(error: unknown): Notice {
  const { what, next } = troubleOf(error);
  const text = `The head of the audit chain could not be kept: ${what}`;
  return { kind: 'audit-head', person: null, text, next, origin: null, urgent: false };
}
