/** The status of an installation: what a page, an API and metrics say of it, out of what the store remembers; reads, never writes. */
import type { Trouble } from '../errors.ts';
import { dayAfter, dayOf } from '../model/day.ts';
import type { Day, Instant } from '../model/document.ts';
import type { OperatorBlock } from '../model/model.ts';
import type { Counts } from './activity.ts';
import { AGREEMENT_DAYS_SHOWN, type Agreement, type Slice, slicesOf } from './agreement.ts';
import type { Glance } from './glance.ts';
import type { Happening } from './happening.ts';
import type { MergeRequestStandings } from './merge-requests.ts';
import { type Mode, type ModeSettings, runMode } from './modes.ts';
import type { Approval, Approvals, Orders } from './ports.ts';
import { type ServerMemory, type ServerStanding, standingOfServers } from './server-standing.ts';
import type { SystemChannel } from './shut-out-remembered.ts';
import type { Task } from './tasks.ts';
import type { PersonMemory } from './why-remembered.ts';

export interface FoundPerson {
  readonly key: string;
  readonly label: string;
}

/** People as the store remembers them. */
export interface PeopleMemory extends PersonMemory {
  /** In whose username or name every word of the text stands, by username. */
  find(text: string, most: number): Promise<readonly FoundPerson[]>;
}

/** What happened, as it was written down when it did. */
export interface PastMemory {
  /** Newest first. */
  happenings(most: number): Promise<readonly Happening[]>;
  /** Passes and applied changes since then. */
  counts(since: Instant): Promise<Counts>;
}

/** When what counts was last seen whole; null: never yet. */
export interface Proven {
  /** When a reading of each system was last proven. */
  readonly systems: ReadonlyMap<string, Instant>;
  /** When the repository itself was last read. */
  readonly repositoryAt: Instant | null;
  /** When the newest commit was made that was read; null for a folder as well. */
  readonly committedAt: Instant | null;
  /** When a pass last ended that could read everything. */
  readonly passedAt: Instant | null;
}

/** What a status is read from; nothing can be written through it. */
export interface StatusMemory {
  /** The latest of those that come after this place among all that there ever were, oldest first. */
  glances(after: number, most: number): Promise<readonly { readonly seq: number; readonly glance: Glance }[]>;
  proven(): Promise<Proven>;
  readonly orders: Pick<Orders, 'blocks' | 'paused'>;
  readonly approvals: Pick<Approvals, 'valid'>;
  readonly people: PeopleMemory;
  readonly past: PastMemory;
  /** How far systems were as the repository says, from that day on. */
  agreement(since: Day): Promise<readonly Agreement[]>;
  readonly mergeRequests: {
    standings(): Promise<MergeRequestStandings>;
    /** The whole of a review, as a page in JSON; null: there is none. */
    page(number: number): Promise<string | null>;
  };
  /** Hosted servers and institutions, and tasks: those that are open, and all about servers. */
  work(): Promise<ServerMemory>;
  /** What the store takes on the disk. */
  bytes(): number;
}

/** What the process itself says of its loop. */
export interface LoopState {
  /** Whether it goes round; false: it hangs or has ended. */
  readonly alive: boolean;
  /** When the pass that runs at this moment began; null: none does. */
  readonly passingSince: Instant | null;
  /** The next pass that begins without being asked for, and what will set it off; null: not known. */
  readonly next: { readonly at: Instant; readonly trigger: string } | null;
}

/**
 * - `good`: the last pass did everything, and nothing waits.
 * - `waiting`: it did what it could, and something waits for a person.
 * - `failing`: something could not be read or written, somebody who should be shut out is not, or the loop stands still.
 * - `new`: no pass has ended yet.
 */
export type Condition = 'good' | 'waiting' | 'failing' | 'new';

export interface SystemStatus {
  readonly system: string;
  readonly state: 'read' | 'unread' | 'new';
  /** The server that the last reading came from; null: none was. */
  readonly server: string | null;
  /** Things that are ours there, by the last reading. */
  readonly ours: number | null;
  readonly provenAt: Instant | null;
  readonly trouble: Trouble | null;
}

export interface Status {
  readonly format: 1;
  readonly instance: string;
  readonly at: Instant;
  readonly mode: Glance['mode'];
  /** Institutions with a mode of their own; absent: none has. */
  readonly modes?: Readonly<Record<string, Mode>>;
  readonly condition: Condition;
  /** Why it is not `good`, one clause each, the gravest first. */
  readonly because: readonly string[];
  readonly loop: LoopState;
  readonly last: Glance | null;
  readonly systems: readonly SystemStatus[];
  readonly paused: Awaited<ReturnType<Orders['paused']>>;
  readonly proven: Omit<Proven, 'systems'>;
  readonly blocks: readonly OperatorBlock[];
  readonly approvals: readonly Pick<Approval, 'digest' | 'by' | 'reason' | 'at' | 'expires'>[];
  readonly storeBytes: number;
  /** How far systems are as the repository says, by institution. */
  readonly agreement: readonly Slice[];
  /** What people do by hand: hosted servers, the longest overdue first, and open tasks. */
  readonly work: { readonly servers: readonly ServerStanding[]; readonly tasks: readonly Task[] };
  readonly mergeRequests: MergeRequestStandings;
}

export interface StatusSite extends ModeSettings {
  readonly instance: string;
  /** Names of the systems that are configured. */
  readonly systems: readonly string[];
  /** The same, as channels of a person. */
  readonly channels: readonly SystemChannel[];
  /** IANA name. */
  readonly timeZone: string;
}

export async function statusOf(memory: StatusMemory, site: StatusSite, loop: LoopState, at: Instant): Promise<Status> {
  const today = dayOf(at, site.timeZone);
  const [[latest], proven, paused, blocks, valid, work, recorded, mergeRequests] = await Promise.all([
    memory.glances(0, 1),
    memory.proven(),
    memory.orders.paused(),
    memory.orders.blocks(at),
    memory.approvals.valid(at),
    memory.work(),
    memory.agreement(dayAfter(today, -AGREEMENT_DAYS_SHOWN)),
    memory.mergeRequests.standings(),
  ]);
  const { repositoryAt, committedAt, passedAt } = proven;
  const last = latest?.glance ?? null;
  const failing = failures(last, loop);
  const waiting = waits(last, paused !== null);
  return {
    format: 1,
    instance: site.instance,
    at,
    mode: runMode(site),
    ...(site.modes === undefined || site.modes.size === 0 ? {} : { modes: Object.fromEntries(site.modes) }),
    condition: failing.length > 0 ? 'failing' : last === null ? 'new' : waiting.length > 0 ? 'waiting' : 'good',
    because: [...failing, ...waiting],
    loop,
    last,
    systems: site.systems.map((system) => systemOf(system, last, proven.systems.get(system) ?? null)),
    proven: { repositoryAt, committedAt, passedAt },
    paused,
    blocks,
    approvals: valid.map(({ digest, by, reason, at: givenAt, expires }) => ({
      digest,
      by,
      reason,
      at: givenAt,
      expires,
    })),
    storeBytes: memory.bytes(),
    agreement: slicesOf(recorded, today),
    work: {
      servers: standingOfServers(work, at, site.timeZone),
      tasks: work.tasks.filter((task) => task.status === 'open'),
    },
    mergeRequests,
  };
}

function failures(last: Glance | null, loop: LoopState): readonly string[] {
  const urgent = last?.notices.first.filter((notice) => notice.urgent).length ?? 0;
  return [
    ...(loop.alive ? [] : ['the loop stands still']),
    ...(urgent === 0 ? [] : [counted(urgent, 'urgent notice', 'urgent notices')]),
    ...(last?.unread.map(({ system }) => `${system} could not be read`) ?? []),
    ...(last === null || last.trouble.length === 0
      ? []
      : [counted(last.trouble.length, 'step could not be done', 'steps could not be done')]),
  ];
}

function waits(last: Glance | null, paused: boolean): readonly string[] {
  if (last === null) return paused ? ['paused'] : [];
  const heldPeople = last.holds.reduce((sum, { people }) => sum + people, 0);
  const calm = last.notices.count - last.notices.first.filter((notice) => notice.urgent).length;
  const clauses: readonly (readonly [n: number, one: string, many: string])[] = [
    [heldPeople, 'person held', 'people held'],
    [last.failed.count, 'change did not come about', 'changes did not come about'],
    [last.diagnostics.count, 'mistake in the repository', 'mistakes in the repository'],
    [last.heldEntries.count, 'entry stands still', 'entries stand still'],
    [calm, 'thing needs somebody', 'things need somebody'],
  ];
  return [
    ...(paused ? ['paused'] : []),
    ...clauses.flatMap(([n, one, many]) => (n === 0 ? [] : [counted(n, one, many)])),
  ];
}

const grouped = new Intl.NumberFormat('en');

function counted(n: number, one: string, many: string): string {
  return `${grouped.format(n)} ${n === 1 ? one : many}`;
}

function systemOf(system: string, last: Glance | null, provenAt: Instant | null): SystemStatus {
  const read = last?.read.find((one) => one.system === system);
  const unread = last?.unread.find((one) => one.system === system);
  if (unread !== undefined) {
    const { remedy, where, what, next } = unread;
    return { system, state: 'unread', server: null, ours: null, provenAt, trouble: { remedy, where, what, next } };
  }
  const state = read === undefined ? 'new' : 'read';
  return { system, state, server: read?.server ?? null, ours: read?.ours ?? null, provenAt, trouble: null };
}
