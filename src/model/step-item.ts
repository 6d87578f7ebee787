/** The words for a step between two revisions: what it does, to whom, and what that gives or takes. */
import type { AnyEntry, Instant, Kind } from './document.ts';
import type { OperatorBlock } from './model.ts';

/**
 * What one line of a step does: the closed set that rules about steps name.
 * - `creates`, `removes-person`: a person is declared who was not, or is no longer declared.
 * - `renames`: the username of a person was changed, which makes one person vanish and another begin.
 * - `closes`, `reopens`: the `state` of a person.
 * - `shortens`, `extends`: the days between which a person has access.
 * - `moves-institution`: a person belongs to another institution.
 * - `changes-phone`: where passcodes go.
 * - `adds-block`: a block is new, begins earlier, ends later, or is no longer lifted.
 * - `lifts-block`: a block is lifted, begins later or ends earlier.
 * - `removes-block`: the entry of a block is gone from the file.
 * - `changes-institution`: an institution comes, goes, changes its name or contacts, or is part of another one.
 * - `changes-other`: what stands in documents besides: names, addresses, reasons, hosted servers, confirmed tasks.
 * - `changes-settings`: a file that holds no documents, such as `muster.yaml`.
 */
export const DEEDS = [
  'creates',
  'removes-person',
  'renames',
  'closes',
  'reopens',
  'shortens',
  'extends',
  'moves-institution',
  'changes-phone',
  'adds-block',
  'lifts-block',
  'removes-block',
  'changes-institution',
  'changes-other',
  'changes-settings',
] as const;
export type Deed = (typeof DEEDS)[number];

/** One thing that a step does, at one line. */
export interface StepItem {
  readonly does: Deed;
  /**
   * By its nature, whether or not anybody is reached by it: from now on, access (to log in or to send mail) may be had at a time
   * at which it could not be had (`gives`), or only the other way round (`takes`).
   */
  readonly effect: 'gives' | 'takes' | 'neither';
  /** `error`: has to be mended before it may count. `warning`: somebody should look twice. */
  readonly severity: 'error' | 'warning' | 'info';
  /** Of the document; null: a file that holds none. */
  readonly kind: Kind | null;
  /** Of the document within its kind; of a file that holds none its path. */
  readonly key: string;
  /** Key of the person whom it is about; null: of nobody alone. */
  readonly person: string | null;
  /** Key of the institution that it is about, or to which the person belongs by now; null: of none. */
  readonly institution: string | null;
  /** The line that says it now; of what is gone, where it stood. */
  readonly file: string;
  readonly line: number;
  /** Every file that it was read from, before and now, in code-unit order. */
  readonly paths: readonly string[];
  /** Keys of the people who get access (or may send mail) by it at some time from now on, in code-unit order. */
  readonly gaining: readonly string[];
  /** Whoever gains by it has access already, or would but for something else, and has it for longer; absent: they get it. */
  readonly longer?: true;
  /** Keys of the people who lose it. */
  readonly losing: readonly string[];
  /** Keys of the people whom it would give access if what is gone from the files did not stay in force. */
  readonly wouldGain: readonly string[];
  /** What happens, in one or two sentences. */
  readonly text: string;
  /** What to do; its further lines are what to write. Null: nothing. */
  readonly next: string | null;
}

/** What lies between two revisions. */
export interface Step {
  /** Null: there was nothing before. */
  readonly base: string | null;
  readonly head: string;
  /** Every path that differs, in code-unit order. */
  readonly files: readonly string[];
  /** By file and line, those of one line by what they do. */
  readonly items: readonly StepItem[];
}

export interface StepOptions {
  /** IANA name: the zone in which a plain date is a day. */
  readonly timeZone: string;
  /** From when on access is compared; what is over by then counts for nothing. */
  readonly at: Instant;
  /** What is remembered besides what stands at the base; absent: nothing. */
  readonly remembered?: readonly AnyEntry[];
  /** Blocks from the command line; absent: none. */
  readonly operatorBlocks?: readonly OperatorBlock[];
  /** Every path that differs, where the caller knows also of files that hold no documents. */
  readonly changedPaths?: readonly string[];
}
