/** Tasks: what people have to do by hand, as it is needed, tracked and done; and who remembers that. */
import type { Origin } from '../diagnostic.ts';
import type { Day, Instant, ServerStep } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import type { Notice } from './plan.ts';

/** What a task is about: one person in a system that people look after, or one step of a hosted server. */
export type TaskSubject =
  | { readonly kind: 'person'; readonly system: string; readonly person: string; readonly act: 'give' | 'take' }
  | { readonly kind: 'server'; readonly server: string; readonly step: ServerStep };

/** Lines to write into a file of the repository. */
export interface StepLines {
  readonly file: string;
  readonly lines: string;
}

/** Something that has to be done by hand. */
export interface Need {
  readonly subject: TaskSubject;
  /** Without personal data: it stands in subjects of mails. */
  readonly title: string;
  /** What to do, and for whom. */
  readonly text: string;
  /** The person or server that it is about, by name. */
  readonly about: string;
  /** The lines that confirm it, beside the command, and the file they go into; null: an entry of `confirmed-tasks.yaml`. */
  readonly entry: StepLines | null;
  /** E-mail addresses of whoever does it. */
  readonly to: readonly string[];
  /** Whole days after the one on which it was opened. */
  readonly withinDays: number;
}

/**
 * - `command`: by `muster tasks done`. `confirmed`: by a line in `confirmed-tasks.yaml`. `step`: the server's entry has its day.
 */
export type DoneBy = 'command' | 'confirmed' | 'step';

export interface Task extends Omit<Need, 'withinDays'> {
  readonly id: string;
  readonly openedAt: Instant;
  /** How often it was opened. */
  readonly openings: number;
  /** The first moment after the day by which it should be done. */
  readonly dueAt: Instant;
  readonly status: 'open' | 'done' | 'withdrawn';
  /** When it ended; null: it is open. */
  readonly closedAt: Instant | null;
  readonly doneBy: DoneBy | null;
  /** The day on which it was done. */
  readonly doneOn: Day | null;
  readonly by: string | null;
  readonly reason: string | null;
  /** Mails about this opening: the first, how many reminders and when the last, to operations, and that it is no longer needed. */
  readonly toldAt: Instant | null;
  readonly reminders: number;
  readonly remindedAt: Instant | null;
  readonly escalatedAt: Instant | null;
  readonly withdrawalToldAt: Instant | null;
}

/**
 * What was last confirmed of one person in one system; `unsure`: they were to get something, and nobody said whether they did.
 * Without a row nobody ever gave anything.
 */
export interface Held {
  readonly system: string;
  readonly person: string;
  readonly state: 'given' | 'taken' | 'unsure';
}

export interface TaskMemory {
  readonly tasks: readonly Task[];
  readonly held: readonly Held[];
  /** Systems that were met: whoever had access when Muster first saw one of them counts as having it. */
  readonly met: ReadonlySet<string>;
}

/** Where it stands that a task is done. */
export interface TaskLine {
  readonly task: string;
  readonly origin: Origin;
}

/** Who says that a task is done, and in which line. */
export interface TaskWord extends TaskLine {
  readonly by: string;
}

/** What one look at the model comes to. */
export interface TaskChanges {
  /** Opened for the first time or again; what was there under the id is replaced. */
  readonly opened: readonly Task[];
  /** Open ones that were done, or are no longer needed; and withdrawn ones that were done all the same. */
  readonly closed: readonly Task[];
  /** The lines of the repository that say that some of them are done. */
  readonly written: readonly TaskLine[];
  /** What is known now of people in systems. */
  readonly held: readonly Held[];
  /** Systems met for the first time, with how many people count as having access there. */
  readonly met: readonly { readonly system: string; readonly name: string; readonly people: number }[];
  readonly notices: readonly Notice[];
}

export interface TaskQuestion {
  readonly model: Model;
  readonly memory: TaskMemory;
  /** Keys of people of whom a change waits for somebody: nothing is asked about them until it is decided. */
  readonly waiting: ReadonlySet<string>;
  /** Whether a system may be met now: only where everybody is known. */
  readonly mayMeet: boolean;
  readonly at: Instant;
}

/** Works out what has to be done by hand; pure. */
export interface TaskDesk {
  attend(question: TaskQuestion): TaskChanges;
}

/** What a pass needs for tasks. */
export interface ByHand {
  readonly desk: TaskDesk;
  readonly memory: Tasks;
}

/** What has to be done by hand, as a plan or a pass tells it. */
export interface TaskOutlook extends Pick<TaskChanges, 'opened' | 'closed' | 'met'> {
  /** How many were open before and stay so. */
  readonly open: number;
}

/** What a mail said of a task, kept in the transaction that queues the mail. */
export interface TaskMark {
  readonly id: string;
  readonly said: 'opened' | 'reminded' | 'escalated' | 'withdrawn';
  readonly at: Instant;
}

/** What of a look is kept. */
export interface TaskRecord extends Pick<TaskChanges, 'opened' | 'closed' | 'held' | 'met'> {
  readonly words?: readonly TaskWord[];
}

export interface Tasks {
  memory(): Promise<TaskMemory>;
  /** Those that a mail may be due about: open, or withdrawn and not told so. */
  current(): Promise<readonly Task[]>;
  /** Every one that is or was about that person. */
  of(person: string): Promise<readonly Task[]>;
  /** All of it, with a row in the audit chain for each word, in one durable transaction. What was closed by somebody else in the meantime stays as they closed it. Needs the lease. */
  record(changes: TaskRecord, at: Instant): Promise<void>;
  /** An operator says that it is done; with its row in the audit chain. False: somebody said so before, or no person's is open. */
  done(task: Task, by: string, reason: string, doneOn: Day, at: Instant): Promise<boolean>;
}

/** What tells a need from every other, and stays the same when it returns. */
export function subjectKey(subject: TaskSubject): string {
  return subject.kind === 'person'
    ? `person/${subject.system}/${subject.act}/${subject.person}`
    : `server/${subject.server}/${subject.step}`;
}

/** What a task may be until somebody says that it is done: about a person it may have been done before anybody heard that it need not. */
export function doneFrom({ kind }: TaskSubject): readonly Task['status'][] {
  return kind === 'person' ? ['open', 'withdrawn'] : ['open'];
}

/** What is known of a person in a system once a task about it is done. */
export function heldAfter(subject: TaskSubject): Held | null {
  if (subject.kind !== 'person') return null;
  const { system, person, act } = subject;
  return { system, person, state: act === 'give' ? 'given' : 'taken' };
}
