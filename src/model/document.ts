/** The kinds of document that people write, typed: what one entry of the desired-state repository says. */
import type { Placed } from './field-lines.ts';

/** A calendar day `YYYY-MM-DD` (ISO 8601) in the configured time zone. */
export type Day = string & { readonly brand: 'Day' };

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

export interface Institution {
  readonly id: string;
  readonly name: string;
  /** E-mail addresses (RFC 5321 mailboxes). */
  readonly contacts: readonly string[];
  /** Key of the institution above; a block there covers this one. */
  readonly partOf: string | null;
}

export interface User {
  /** sAMAccountName, as written; its key is the folded form. */
  readonly username: string;
  readonly name: { readonly given: string; readonly family: string };
  readonly email: string;
  /** E.164, as in `+4520123456`. */
  readonly phone: string;
  /** Key of an institution. */
  readonly institution: string;
  readonly state: 'active' | 'closed';
  /** First day with access; null: from the beginning. */
  readonly starts: Day | null;
  /** Last day with access; null: no end. */
  readonly ends: Day | null;
}

/** One entry of a block list: of a person, of an institution, or of a person's mail. */
export interface Block {
  /** Key of the user or institution. */
  readonly target: string;
  readonly reason: string;
  /** First day of the block. */
  readonly from: Day;
  /** Last day of the block; null: until lifted. */
  readonly until: Day | null;
  /** First day on which it no longer counts; null: not lifted. */
  readonly lifted: Day | null;
}

/** The steps of a hosted server after its request, in the only order in which they can be taken. */
export const SERVER_STEPS = ['agreed', 'signed', 'received', 'installed', 'moved', 'informed', 'billed'] as const;
export type ServerStep = (typeof SERVER_STEPS)[number];

/** A server that is hosted for an institution, from its request to its bill. */
export interface HostedServer {
  readonly id: string;
  readonly name: string;
  readonly purpose: string | null;
  /** Key of an institution. */
  readonly institution: string;
  /** E-mail address of whoever speaks for the institution about it. */
  readonly contact: string | null;
  readonly requested: Day;
  /** The day on which each step was done; null: not yet. */
  readonly steps: Readonly<Record<ServerStep, Day | null>>;
  /** The day on which it was given up; null: it goes on. */
  readonly cancelled: Day | null;
}

/** That somebody did what a task asked for. */
export interface ConfirmedTask {
  /** The id of the task, folded. */
  readonly task: string;
  readonly done: Day;
  /** Who did it; null: whoever wrote the line. */
  readonly by: string | null;
}

/** Kind name to document type: the closed set. */
export interface Documents {
  readonly institution: Institution;
  readonly user: User;
  readonly 'blocked-institution': Block;
  readonly 'blocked-user': Block;
  readonly 'mail-block': Block;
  readonly server: HostedServer;
  readonly 'confirmed-task': ConfirmedTask;
}

export type Kind = keyof Documents;

export const KINDS: readonly Kind[] = [
  'institution',
  'user',
  'blocked-institution',
  'blocked-user',
  'mail-block',
  'server',
  'confirmed-task',
];

/**
 * Where an entry stands against the repository as it is now.
 * - `declared`: it is there and valid.
 * - `held`: it is there with a problem; `document` is the last good one.
 * - `vanished`: it is no longer there; `document` is the last good one.
 */
export type Condition = 'declared' | 'held' | 'vanished';

/** One identified document, as a pass works with it. */
export interface Entry<D> extends Placed {
  /** Identity within its kind: folded username or id; for a block `target@from`, for a confirmation `task@done`. */
  readonly key: string;
  readonly document: D;
  readonly condition: Condition;
  /** When this very content was first taken in by a pass; null when this pass is the first. */
  readonly knownSince: Instant | null;
  /** Names a content that says this one entry and nothing else, as one version of the reader reads it; absent: none is known to. */
  readonly soleContent?: string | undefined;
  /** Other valid documents of the same identity that contradict this one: the most restrictive reading applies. */
  readonly rivals: readonly ({ readonly document: D } & Placed)[];
}

/** Any entry with its kind, as the store remembers it. */
export type AnyEntry = { readonly [K in Kind]: { readonly kind: K } & Entry<Documents[K]> }[Kind];

/** The identity under which twins by case, Unicode form (NFC, UAX #15) or surrounding space are one. */
export function fold(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}
