/** Mails that wait to be sent, and what people were told already: the memory behind notifications. */
import type { Instant } from '../model/document.ts';
import type { TaskMark } from './tasks.ts';

/** What a mail is about; a waiting digest or forecast gives way to a newer one. */
export type MailTopic = 'people' | 'matters' | 'over' | 'orders' | 'digest' | 'forecast' | 'closed' | 'tasks' | 'test';

/** One mail to one address, worded and ready. */
export interface Mail {
  /** Names it for good: its Message-ID (RFC 5322) follows from it, so that a repeat is recognised. */
  readonly id: string;
  readonly topic: MailTopic;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  /** When it was worded: its date, also when it goes out later. */
  readonly at: Instant;
}

/** A mail under way, with what came of it before. */
export interface Dispatch {
  readonly mail: Mail;
  /** How often it was tried before. */
  readonly tries: number;
  /** Since when the server puts it off; null: it never did. */
  readonly putOffAt: Instant | null;
  /** How often its whole text was handed over before and no answer came. */
  readonly unanswered: number;
}

/** What a try came to; `error` null: nothing that concerns this mail, as where no server could be reached. */
export type Delivery =
  | { readonly status: 'sent' }
  | { readonly status: 'later'; readonly error: string | null; readonly next: Instant; readonly unanswered: boolean }
  | { readonly status: 'given-up'; readonly error: string };

/**
 * - `urgent`: somebody should be shut out and is not. `restored`: the database is not the one of before. `unreachable`: a system, the repository, the store.
 * - `held`: by the gate. `failing`: one change. `entry`: of the repository, and counts by its last good document only.
 * - `part`: one person or thing within what is held or noticed; told with it.
 * - `mail`: an address whose mail is put off or was given up. `given-up`: one mail that never came.
 * - `audit`: a row of the audit chain in which nothing can be read.
 * - `order`: a block from the command line that the repository does not hold. `other`: a notice.
 * - `coming`: a date within the forecast, told to Research Service. `closed`: somebody who is closed for long, told to them as well.
 */
export type MatterGroup =
  | 'urgent'
  | 'restored'
  | 'unreachable'
  | 'held'
  | 'failing'
  | 'entry'
  | 'mail'
  | 'given-up'
  | 'audit'
  | 'part'
  | 'order'
  | 'other'
  | 'coming'
  | 'closed';

/** Something that lasts, as it is now. */
export interface Lasting {
  /** Tells it from every other; the same as long as it lasts. */
  readonly key: string;
  readonly group: MatterGroup;
  readonly text: string;
  /** What to do; null: nothing. */
  readonly next: string | null;
}

/** The same, with when somebody was told of it. */
export interface Matter extends Lasting {
  readonly since: Instant;
  /** How often it was told; 0: not yet. */
  readonly told: number;
  readonly toldAt: Instant | null;
}

/** What was told so far. */
export interface Told {
  /** Grows with every `record`: two processes that word the same news don't both send it. */
  readonly version: number;
  /** Number of the last row of the audit chain that was looked at; null: none yet. */
  readonly cursor: number | null;
  /** Day of the last digest; null: none yet. */
  readonly digest: string | null;
  readonly matters: readonly Matter[];
}

export interface News {
  readonly cursor: number | null;
  readonly digest: string | null;
  /** All that last; one that is left out is over. */
  readonly matters: readonly Matter[];
  readonly mails: readonly Mail[];
  /** Tasks that these mails are about, kept as told of with them; absent: none. */
  readonly tasks?: readonly TaskMark[];
}

/** How the queue stands. */
export interface QueueState {
  /** Mails that wait or are under way. */
  readonly waiting: number;
  /** When the oldest of them was worded; null: none waits. */
  readonly oldestAt: Instant | null;
  /** Addresses of which a mail is put off, or whose latest settled mail was given up. */
  readonly refusing: readonly { readonly recipient: string; readonly error: string; readonly at: Instant }[];
  /** Mails that were given up and are still kept, without their text. */
  readonly givenUp: readonly GivenUp[];
}

export interface GivenUp extends Omit<Mail, 'subject' | 'text'> {
  readonly error: string;
  readonly settledAt: Instant;
}

export interface Mails {
  told(): Promise<Told>;
  /**
   * Queues mails and remembers why, in one durable transaction. False, and nothing is kept, where somebody else recorded since
   * `version`: look again, and word anew.
   */
  record(version: number, news: News): Promise<boolean>;
  /**
   * The next mail to send, by when its try is due and then in the order of their wording; durably under way before this resolves. Also one that was under way in a
   * process that has ended. Null: none is due.
   */
  take(at: Instant): Promise<Dispatch | null>;
  /** What came of a mail that was taken; durable. */
  settle(id: string, delivery: Delivery, at: Instant): Promise<void>;
  state(): Promise<QueueState>;
}
