/** Agreement: how far each system is as the repository says, by institution and day, and which institutions are ready to be looked after. */
import { compareText } from '../diagnostic.ts';
import { dayAfter, dayOf } from '../model/day.ts';
import type { Day, Instant } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import type { Person } from './change.ts';
import { type Gap, type GapReason, isExplained } from './gap-reasons.ts';
import { institutionModes, type Mode, type ModeSettings } from './modes.ts';

/** Days in a row without a difference that nobody explains, after which an institution counts as ready: a working week and its weekend. */
export const READY_DAYS = 7;
/** How far back is kept: a year, and the month in which somebody looks back on it. */
export const AGREEMENT_DAYS_KEPT = 400;
/** Days that are shown at once: as many as tell whether it gets better. */
export const AGREEMENT_DAYS_SHOWN = 14;
/** People who are named of each kind of difference in what is kept; whoever looks now is told everybody. */
const NAMED_MAX = 20;
/** A record older than this many days says nothing of today. */
const STALE_DAYS = 2;

/** One kind of difference, and whose it is. */
export interface GapCount {
  readonly reason: GapReason;
  readonly attribute: string | null;
  readonly people: number;
  /** The first of them. */
  readonly first: readonly Person[];
}

/** One institution in one system on one day. */
export interface Agreement {
  readonly day: Day;
  readonly system: string;
  /** Key of the institution. */
  readonly institution: string;
  readonly at: Instant;
  readonly revision: string;
  readonly mode: Mode;
  readonly people: number;
  /** People of whom everything is as the repository says. */
  readonly agreeing: number;
  /** People with a difference that the repository does not explain. */
  readonly unexplained: number;
  readonly gaps: readonly GapCount[];
}

/** What is kept of it. */
export interface AgreementMemory {
  /** Systems that were recorded on that day. */
  recorded(day: Day): Promise<ReadonlySet<string>>;
  /** Replaces what was recorded of the same day, and forgets what is older than `forgetBefore`. */
  put(rows: readonly Agreement[], forgetBefore: Day): Promise<void>;
  /** From that day on, by day, institution and system. */
  since(day: Day): Promise<readonly Agreement[]>;
}

/** What a comparison was made of. */
export interface Compared {
  readonly model: Model;
  readonly settings: ModeSettings & { readonly timeZone: string };
  readonly revision: string;
  readonly at: Instant;
  /** True where everybody is to be named. */
  readonly all: boolean;
}

/** One row for each institution with people, in the order of their keys. */
export function agreementIn(system: string, gaps: readonly Gap[], compared: Compared): readonly Agreement[] {
  const { model, settings, revision, at, all } = compared;
  const modeOf = institutionModes(model, settings);
  const byInstitution = Map.groupBy(gaps, ({ person }) => model.users.get(person.key)?.document.institution ?? '');
  const people = new Map<string, number>();
  for (const { document } of model.users.values()) {
    people.set(document.institution, (people.get(document.institution) ?? 0) + 1);
  }
  return [...people]
    .sort(([a], [b]) => compareText(a, b))
    .map(([institution, count]) => {
      const own = byInstitution.get(institution) ?? [];
      return {
        day: dayOf(at, settings.timeZone),
        system,
        institution,
        at,
        revision,
        mode: modeOf(institution),
        people: count,
        agreeing: count - distinct(own),
        unexplained: distinct(own.filter(({ reason }) => !isExplained(reason))),
        gaps: countsOf(own, all ? Number.POSITIVE_INFINITY : NAMED_MAX),
      };
    });
}

function distinct(gaps: readonly Gap[]): number {
  return new Set(gaps.map(({ person }) => person.key)).size;
}

function countsOf(gaps: readonly Gap[], named: number): readonly GapCount[] {
  const groups = Map.groupBy(gaps, ({ reason, attribute }) => `${reason} ${attribute ?? ''}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [one] = group;
      if (one === undefined) return [];
      const people = [...new Map(group.map(({ person }) => [person.key, person])).values()];
      const first = people.length <= named ? people : people.slice(0, named);
      return [{ reason: one.reason, attribute: one.attribute, people: people.length, first }];
    })
    .sort(
      (a, b) =>
        b.people - a.people || compareText(a.reason, b.reason) || compareText(a.attribute ?? '', b.attribute ?? ''),
    );
}

/** Where one institution stands. */
export interface Slice {
  readonly institution: string;
  readonly mode: Mode;
  /** The newest record of each system. */
  readonly now: readonly Agreement[];
  /** Recorded days in a row, up to the newest, on which no system had a difference that the repository does not explain. */
  readonly cleanDays: number;
  /** Whether nothing stands in the way of looking after it. */
  readonly ready: boolean;
  /** Earlier days, the newest first: in how many of the systems' people everything was as the repository says. */
  readonly days: readonly SliceDay[];
}

export interface SliceDay {
  readonly day: Day;
  readonly people: number;
  readonly agreeing: number;
  readonly unexplained: number;
}

/** Where each institution stands by these records; those that are only observed first, each by its key. */
export function slicesOf(rows: readonly Agreement[], today: Day, readyDays: number = READY_DAYS): readonly Slice[] {
  const stale = dayAfter(today, -STALE_DAYS);
  return [...Map.groupBy(rows, ({ institution }) => institution)]
    .map(([institution, own]) => sliceOf(institution, own, stale, readyDays))
    .sort((a, b) => compareText(b.mode, a.mode) || compareText(a.institution, b.institution));
}

function sliceOf(institution: string, rows: readonly Agreement[], stale: Day, readyDays: number): Slice {
  const days = [...Map.groupBy(rows, ({ day }) => day)]
    .sort(([a], [b]) => compareText(b, a))
    .map(([day, some]) => dayFrom(day, some));
  const systems = Map.groupBy(rows, ({ system }) => system);
  const now = [...systems.values()].flatMap((some) => some.toSorted((a, b) => compareText(b.day, a.day)).slice(0, 1));
  const firstUnclean = days.findIndex(({ unexplained }) => unexplained > 0);
  const cleanDays = firstUnclean < 0 ? days.length : firstUnclean;
  const fresh = now.every(({ day }) => day >= stale);
  const mode = now.toSorted((a, b) => b.at - a.at)[0]?.mode ?? 'observe';
  return { institution, mode, now, cleanDays, ready: mode === 'observe' && fresh && cleanDays >= readyDays, days };
}

/** People count once for each system. */
function dayFrom(day: Day, rows: readonly Agreement[]): SliceDay {
  const sum = (of: (row: Agreement) => number) => rows.reduce((all, row) => all + of(row), 0);
  return {
    day,
    people: sum(({ people }) => people),
    agreeing: sum(({ agreeing }) => agreeing),
    unexplained: sum(({ unexplained }) => unexplained),
  };
}
