/** A report at a glance: what a status page shows of a pass, small whatever the pass did to how many. */
import type { Diagnostic, Origin } from '../diagnostic.ts';
import type { Trouble } from '../errors.ts';
import type { Day, Instant } from '../model/document.ts';
import type { Change, ChangeKind, Person } from './change.ts';
import { type HeldEntry, type Hold, type Notice, peopleIn, type ReadSystem } from './plan.ts';
import { type Applied, exitCodeOf, type Report } from './report.ts';
import { makingOf, thingOf } from './thing.ts';

/** The first of many, and how many there are. */
export interface Listed<T> {
  readonly count: number;
  readonly first: readonly T[];
}

/** Distinct people, by what happens to them. */
export interface Tally {
  readonly takes: number;
  readonly creates: number;
  readonly gives: number;
  readonly phones: number;
  readonly adopts: number;
  readonly others: number;
  /** The same of sending mail; absent where nobody is. */
  readonly mailTakes?: number;
  readonly mailGives?: number;
  /** The same of tokens. */
  readonly tokenTakes?: number;
  readonly tokenGives?: number;
  readonly tokenCreates?: number;
  readonly tokenAdopts?: number;
}

/** One held change, as far as it is told on a page. */
export interface HeldChange {
  readonly person: Person;
  readonly kind: ChangeKind;
  /** One clause in plain words. */
  readonly why: string;
  readonly origin: Origin | null;
}

export interface GlanceHold extends Pick<Hold, 'rule' | 'because' | 'release' | 'digest'> {
  readonly people: number;
  readonly tally: Tally;
  readonly changes: Listed<HeldChange>;
}

/** A change that was tried and did not come about. */
export interface FailedChange {
  readonly person: Person;
  readonly kind: ChangeKind;
  /** Kind of the thing, where it is no account. */
  readonly thing?: string;
  readonly status: 'failed' | 'skipped';
  readonly text: string;
  readonly next: string | null;
}

/** A day to come on which dates change something. */
export interface GlanceDay {
  readonly day: Day;
  readonly gain: number;
  readonly lose: number;
  /** Why some of it would be held unless approved before; empty: nothing would. */
  readonly over: readonly string[];
}

export interface Glance {
  readonly format: 1;
  readonly runId: string;
  readonly trigger: string;
  readonly mode: Report['mode'];
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly revision: string;
  /** As the exit code of a pass. */
  readonly result: 0 | 1 | 2;
  readonly read: readonly Omit<ReadSystem, 'digest'>[];
  readonly unread: readonly ({ readonly system: string } & Trouble)[];
  readonly trouble: readonly Trouble[];
  readonly holds: readonly GlanceHold[];
  readonly heldEntries: Listed<HeldEntry>;
  /** Those that ask for something, urgent ones first. */
  readonly notices: Listed<Notice>;
  /** Mistakes only, no warnings. */
  readonly diagnostics: Listed<Diagnostic>;
  readonly failed: Listed<FailedChange>;
  /** What was applied. */
  readonly done: Tally;
  /** Changes by kind and what became of them. */
  readonly outcomes: readonly { readonly kind: ChangeKind; readonly status: string; readonly count: number }[];
  /** The next moment at which a date changes anything; null: none does, or nobody looked. */
  readonly nextDue: Instant | null;
  readonly coming: readonly GlanceDay[];
  readonly durationsMs: Readonly<Record<string, number>>;
}

/** As many of each kind as somebody reads before they fix the first. */
const LISTED_MAX = 50;
/** Names below one hold: enough to see what it is about; `muster held --all` names everybody. */
const NAMES_MAX = 20;

export function glanceOf(report: Report): Glance {
  const { runId, trigger, mode, startedAt, finishedAt, plan, trouble, durationsMs } = report;
  const asking = plan.notices.filter(({ next, urgent }) => urgent || next !== null);
  const done = report.applied.filter(({ outcome }) => outcome.status === 'applied');
  return {
    format: 1,
    runId,
    trigger,
    mode,
    startedAt,
    finishedAt,
    revision: plan.revision,
    result: exitCodeOf(report),
    read: plan.read.map(({ system, server, ours }) => ({ system, server, ours })),
    unread: plan.unread,
    trouble,
    holds: report.holds.map(heldGlance),
    heldEntries: listed(plan.heldEntries),
    notices: listed(asking.toSorted((a, b) => Number(b.urgent) - Number(a.urgent))),
    diagnostics: listed(report.diagnostics.filter(({ severity }) => severity === 'error')),
    failed: listed(report.applied.flatMap(failedChange)),
    done: tallyOf(done.map(({ change }) => change)),
    outcomes: outcomesOf(report.applied),
    nextDue: report.forecast?.days[0]?.coming[0]?.at ?? null,
    coming: (report.forecast?.days ?? []).map(({ day, coming, over }) => {
      const gain = coming.filter(({ gains }) => gains).length;
      return { day, gain, lose: coming.length - gain, over: over.map(({ because }) => because) };
    }),
    durationsMs,
  };
}

function listed<T>(all: readonly T[], most = LISTED_MAX): Listed<T> {
  return { count: all.length, first: all.slice(0, most) };
}

function heldGlance({ rule, because, release, digest, changes }: Hold): GlanceHold {
  const shown = listed(changes, NAMES_MAX);
  return {
    rule,
    because,
    release,
    digest,
    people: peopleIn(changes).size,
    tally: tallyOf(changes),
    changes: {
      count: shown.count,
      first: shown.first.map(({ person, kind, cause }) => ({
        person,
        kind,
        why: cause.text,
        origin: cause.origin,
      })),
    },
  };
}

/** Each change in the first group that fits, as in the texts about a pass. */
export function tallyOf(changes: readonly Change[]): Tally {
  const groups = Map.groupBy(changes, happeningOf);
  const of = (name: keyof Tally) => peopleIn(groups.get(name) ?? []).size;
  return {
    takes: of('takes'),
    creates: of('creates'),
    gives: of('gives'),
    phones: of('phones'),
    adopts: of('adopts'),
    others: of('others'),
    ...shownOf('mailTakes', of),
    ...shownOf('mailGives', of),
    ...shownOf('tokenTakes', of),
    ...shownOf('tokenGives', of),
    ...shownOf('tokenCreates', of),
    ...shownOf('tokenAdopts', of),
  };
}

function shownOf(name: keyof Tally, of: (name: keyof Tally) => number): Partial<Tally> {
  const count = of(name);
  return count === 0 ? {} : { [name]: count };
}

function happeningOf({ address, effect, kind, classes }: Change): keyof Tally {
  const { tally } = thingOf(address.kind);
  if (effect === 'takes') return tally.takes;
  const making = makingOf(address.kind).tally;
  if (kind === 'create') return making.creates;
  if (effect === 'gives') return tally.gives;
  if (classes.includes('phone')) return 'phones';
  return kind === 'adopt' ? making.adopts : 'others';
}

function failedChange({ change, outcome }: Applied): readonly FailedChange[] {
  const { person, kind, address } = change;
  const what = { person, kind, ...(address.kind === 'account' ? {} : { thing: address.kind }) };
  if (outcome.status === 'failed') return [{ ...what, status: 'failed', text: outcome.error, next: outcome.next }];
  return outcome.status === 'skipped' ? [{ ...what, status: 'skipped', text: outcome.because, next: null }] : [];
}

function outcomesOf(applied: readonly Applied[]): Glance['outcomes'] {
  const groups = Map.groupBy(applied, ({ change, outcome }) => `${change.kind} ${outcome.status}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ kind: first.change.kind, status: first.outcome.status, count: group.length }];
  });
}
