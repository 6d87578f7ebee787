/** Where each hosted server stands: what is done, who is next, how long it waits; the longest overdue first. */
import { compareText } from '../diagnostic.ts';
import { dayOf, daysBetween } from '../model/day.ts';
import type { AnyEntry, Day, Entry, HostedServer, Instant, Institution, ServerStep } from '../model/document.ts';
import { type Party, progressOf, RESPONSIBLE } from '../model/hosted-server.ts';
import type { Task } from './tasks.ts';

export interface ServerStanding {
  readonly id: string;
  readonly name: string;
  readonly institution: string;
  readonly file: string;
  readonly requested: Day;
  /** What was done last, and when. */
  readonly last: { readonly step: ServerStep | 'requested'; readonly day: Day };
  /** Null: nothing is left to do. */
  readonly next: {
    readonly step: ServerStep;
    readonly responsible: readonly Party[];
    /** Null: nobody was asked yet. */
    readonly task: string | null;
    readonly dueOn: Day | null;
    /** Days since the due day; 0: it is not over, or there is none. */
    readonly lateDays: number;
  } | null;
  /** Whole days since the last step; 0 where nothing is left to do. */
  readonly waitsDays: number;
  readonly cancelled: Day | null;
}

/** What the store remembers of servers and institutions, and the tasks about them. */
export interface ServerMemory {
  readonly entries: readonly AnyEntry[];
  readonly tasks: readonly Task[];
}

/** @param timeZone IANA name. */
export function standingOfServers(
  { entries, tasks }: ServerMemory,
  at: Instant,
  timeZone: string,
): readonly ServerStanding[] {
  const institutions = new Map<string, Institution>();
  const servers: Entry<HostedServer>[] = [];
  for (const entry of entries) {
    if (entry.kind === 'institution') institutions.set(entry.key, entry.document);
    else if (entry.kind === 'server') servers.push(entry);
  }
  const today = dayOf(at, timeZone);
  const about = Map.groupBy(tasks, ({ subject }) => (subject.kind === 'server' ? subject.server : null));
  return servers
    .map((entry) => standingOf(entry, institutions, about.get(entry.document.id) ?? [], today, timeZone))
    .sort(
      (a, b) =>
        Number(a.next === null) - Number(b.next === null) ||
        (b.next?.lateDays ?? 0) - (a.next?.lateDays ?? 0) ||
        b.waitsDays - a.waitsDays ||
        compareText(a.id, b.id),
    );
}

function standingOf(
  { document, origin }: Entry<HostedServer>,
  institutions: ReadonlyMap<string, Institution>,
  about: readonly Task[],
  today: Day,
  timeZone: string,
): ServerStanding {
  const { id, name, institution, requested, cancelled } = document;
  const done: Partial<Record<ServerStep, Day>> = {};
  for (const { subject, status, doneOn } of about) {
    if (subject.kind === 'server' && status === 'done' && doneOn !== null) done[subject.step] = doneOn;
  }
  const { last, next } = progressOf(document, done);
  const task = about.find(
    ({ subject, status }) => status === 'open' && subject.kind === 'server' && subject.step === next,
  );
  const dueOn = task === undefined ? null : dayOf(task.dueAt - 1, timeZone);
  return {
    id,
    name,
    institution: institutions.get(institution)?.name ?? institution,
    file: origin.file,
    requested,
    last,
    next:
      next === null
        ? null
        : {
            step: next,
            responsible: RESPONSIBLE[next],
            task: task?.id ?? null,
            dueOn,
            lateDays: dueOn === null ? 0 : Math.max(0, daysBetween(dueOn, today)),
          },
    waitsDays: next === null ? 0 : Math.max(0, daysBetween(last.day, today)),
    cancelled,
  };
}
