/** The forecast: who gains and loses access by dates alone in the days to come, and what the limits will say to it. */
import { compareText, type Origin } from '../diagnostic.ts';
import { dayOf } from '../model/day.ts';
import type { Block, Day, Entry, Instant, User } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import { personLabel } from '../model/restrictions.ts';
import { indexModel, type ModelIndex, mayGain, type Standing, standing } from '../model/standing.ts';
import { isExplicit } from './access.ts';
import { overBlockLimit, overClassLimit } from './budget.ts';
import type { ChangeClass } from './change.ts';
import type { Limits } from './limits.ts';
import type { Coming, ComingDay, Forecast } from './outlook.ts';
import type { LedgerRow } from './ports.ts';

/** Enough to look at them, ask, and approve in working hours, a holiday included. */
export const FORECAST_DAYS = 14;

const DAY_MS = 24 * 3_600_000;

export interface ForecastInput {
  readonly model: Model;
  readonly at: Instant;
  readonly days: number;
  readonly limits: Limits;
  /** Of one system: who has an account, and whether Muster disabled it. */
  readonly rows: readonly LedgerRow[];
}

/**
 * Pure. Costs one look at each person's own dates; only of those whom a date or a block may reach is anything worked out. Limits
 * are those of one run on a day of its own: what the last 24 hours have used up by then, nobody knows yet.
 */
export function forecast({ model, at, days, limits, rows }: ForecastInput): Forecast {
  const until = at + days * DAY_MS;
  const index = indexModel(model);
  const mayChange = reachedBy(model, at, until);
  const reached = new Map([...model.users].filter(([key, entry]) => mayChange(key, entry)));
  const living = rows.filter(({ goneAt }) => goneAt === null);
  const rowOf = new Map(living.flatMap((row) => (reached.has(row.key) ? [[row.key, row] as const] : [])));
  const coming: Coming[] = [];
  for (const [key, entry] of reached) {
    coming.push(...comingFor(index, key, entry, rowOf.get(key) ?? null, at, until));
  }
  coming.sort((a, b) => a.at - b.at || compareText(a.person.key, b.person.key));
  // Many people share few moments, and a day of a zone is costly to work out.
  const dayAt = new Map([...new Set(coming.map((one) => one.at))].map((one) => [one, dayOf(one, model.timeZone)]));
  const byDay = Map.groupBy(coming, (one) => dayAt.get(one.at) ?? dayOf(one.at, model.timeZone));
  return {
    format: 1,
    from: at,
    until,
    days: [...byDay].map(([day, ofDay]) => ({
      day,
      at: ofDay.reduce((latest, one) => Math.max(latest, one.at), 0),
      coming: ofDay,
      over: overLimits(ofDay, limits, living.length),
    })),
  };
}

/** Whether any date of a person, or of a block that may reach them, can fall into the stretch. */
function reachedBy(model: Model, at: Instant, until: Instant): (key: string, entry: Entry<User>) => boolean {
  // Days are compared as texts; an end on a day takes effect at the beginning of the next.
  const first = dayOf(at - DAY_MS, model.timeZone);
  const last = dayOf(until, model.timeZone);
  const isNear = (day: Day | null) => day !== null && day >= first && day <= last;
  const nearTargets = (blocks: readonly Entry<Block>[]) =>
    blocks.flatMap(({ document, rivals }) => {
      const versions = [document, ...rivals.map((rival) => rival.document)];
      const near = versions.some(({ from, until: to, lifted }) => isNear(from) || isNear(to) || isNear(lifted));
      return near ? [document.target] : [];
    });
  const ending = model.operatorBlocks.filter((order) => order.until !== null && order.until > at);
  const orders = Map.groupBy(ending, ({ scope }) => scope);
  const users = new Set([
    ...nearTargets(model.blockedUsers),
    ...(orders.get('user') ?? []).map(({ target }) => target),
  ]);
  const institutions = withThoseBelow(model, [
    ...nearTargets(model.blockedInstitutions),
    ...(orders.get('institution') ?? []).map(({ target }) => target),
  ]);
  return (key, { document, rivals }) =>
    isNear(document.starts) ||
    isNear(document.ends) ||
    rivals.length > 0 ||
    users.has(key) ||
    institutions.has(document.institution);
}

/** The institutions of these keys and all that are part of them by any version. */
function withThoseBelow({ institutions }: Model, keys: readonly string[]): ReadonlySet<string> {
  const found = new Set(keys);
  for (let before = -1; before !== found.size && found.size > 0; ) {
    before = found.size;
    for (const [key, { document, rivals }] of institutions) {
      const above = [document.partOf, ...rivals.map((rival) => rival.document.partOf)];
      if (above.some((one) => one !== null && found.has(one))) found.add(key);
    }
  }
  return found;
}

function comingFor(
  index: ModelIndex,
  key: string,
  entry: Entry<User>,
  row: LedgerRow | null,
  at: Instant,
  until: Instant,
): readonly Coming[] {
  const coming: Coming[] = [];
  let before = standing(index, key, at);
  for (;;) {
    const { nextDue } = before;
    if (nextDue === null || nextDue > until) return coming;
    const after = standing(index, key, nextDue);
    const lasts = before.mayLogIn.allowed;
    if (lasts !== after.mayLogIn.allowed && concerns(entry, row, !lasts)) {
      coming.push(comingAt(key, entry, row, after, nextDue));
    }
    before = after;
  }
}

/** Whether anything is done about it: who was disabled by hand stays so, and nobody in doubt gains. */
function concerns(entry: Entry<User>, row: LedgerRow | null, gains: boolean): boolean {
  if (!gains) return row === null || row.state.enabled;
  return mayGain(entry) && (row === null || row.state.enabled || row.disabledFor !== null);
}

function comingAt(key: string, entry: Entry<User>, row: LedgerRow | null, now: Standing, at: Instant): Coming {
  const { allowed, reasons, ended } = now.mayLogIn;
  const person = { key, label: personLabel(entry.document) };
  const institutions = [...new Set(reasons.flatMap(({ institution }) => institution ?? []))].sort();
  if (!allowed) {
    return {
      person,
      at,
      gains: false,
      why: reasons.map(({ text }) => text).join('; '),
      origin: placeAlone(reasons[0]?.origin ?? entry.origin),
      classes: [reasons.some(isExplicit) ? 'block' : 'due'],
      cause: { institutions },
    };
  }
  return {
    person,
    at,
    gains: true,
    why: ended[0]?.text ?? 'access begins',
    origin: placeAlone(ended[0]?.origin ?? entry.origin),
    classes: row === null ? ['create', 'due'] : ['due'],
    cause: { institutions },
  };
}

/** The same whether or not the repository was asked. */
function placeAlone({ file, line }: Origin): Origin {
  return { file, line };
}

function overLimits(coming: readonly Coming[], limits: Limits, ours: number): ComingDay['over'] {
  const nothing = { used: [], earlier: [] };
  const ofClass = (rule: ChangeClass) => coming.filter(({ classes }) => classes.includes(rule));
  const counted = (['due', 'create'] as const).flatMap((rule) => {
    const some = ofClass(rule);
    const because = overClassLimit(
      rule,
      some,
      limits[rule],
      limits.always,
      [{ changes: some, ours, called: 'accounts' }],
      nothing,
    );
    return because === null ? [] : [{ class: rule, because }];
  });
  const blocks = overBlockLimit('block', ofClass('block'), limits.block, nothing);
  return [...blocks.map(({ because }) => ({ class: 'block' as const, because })), ...counted];
}
