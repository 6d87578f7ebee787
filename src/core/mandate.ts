/** The mandate of a change: what set its run off, the revision with its people, the operator, and who wrote the line it rests on. */
import type { Origin } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';
import type { Commit } from '../model/loaded.ts';
import type { OperatorBlock } from '../model/model.ts';
import type { Change } from './change.ts';

/** Who acts, and why: kept with every write. */
export interface Operator {
  readonly by: string;
  readonly reason: string;
}

/** Who last wrote a line, at the time of the change. */
export interface Written {
  readonly commit: string;
  readonly author: string;
  readonly at: Instant;
}

export interface Mandate {
  /** What set the run off: `command`, `schedule`, `push`, `due`. */
  readonly trigger: string;
  readonly revision: string;
  /** Null for a folder, and where the last good documents count. */
  readonly commit: Commit | null;
  /** Of the line that the change rests on; null where no history told it in time. */
  readonly line: Written | null;
  /** Of the further lines that it rests on, where others wrote them; absent: none is known. */
  readonly furtherLines?: readonly Written[];
  /** Whose approval or order let it through; null: nobody's. */
  readonly operator: Operator | null;
  /** Whether the block lane makes it. */
  readonly lane: boolean;
}

/** Of changes that an earlier version took down without it. */
export const NO_MANDATE: Mandate = {
  trigger: 'unknown',
  revision: 'unknown',
  commit: null,
  line: null,
  operator: null,
  lane: false,
};

/** What the changes of one run share. */
export interface RunMandate {
  readonly trigger: string;
  readonly revision: string;
  readonly commit: Commit | null;
  readonly orders: readonly OperatorBlock[];
  readonly lines: Lines;
}

/** Lines by `placeOf`. */
export type Lines = ReadonlyMap<string, Written>;

/** @param approver whose approval let the change through. */
export function mandateFor(run: RunMandate, change: Change, approver: Operator | null, lane: boolean): Mandate {
  const { trigger, revision, commit, lines } = run;
  const { origin, furtherOrigins = [] } = change.cause;
  const line = origin === null ? null : writtenAt(origin, lines);
  const others = furtherOrigins.flatMap((one) => writtenAt(one, lines) ?? []);
  const news = [...new Map(others.map((one) => [one.commit, one])).values()].filter(
    (one) => one.commit !== line?.commit,
  );
  const further = news.length === 0 ? {} : { furtherLines: news };
  return { trigger, revision, commit, line, ...further, operator: approver ?? ordererOf(change, run.orders), lane };
}

function writtenAt(origin: Origin, lines: Lines): Written | null {
  return origin.past === true ? null : (lines.get(placeOf(origin)) ?? null);
}

/** Who gave the order that shuts this person out; null: no order does. */
function ordererOf({ cause, person }: Change, orders: readonly OperatorBlock[]): Operator | null {
  if (cause.kind !== 'operator-blocked') return null;
  const order = orders.find(({ scope, target }) =>
    scope === 'user' ? target === person.key : cause.institutions.includes(target),
  );
  return order === undefined ? null : { by: order.by, reason: order.reason };
}

/** Who wrote these lines as of a revision, as far as history tells it in time. Never throws. */
export type LineAuthors = (origins: readonly Origin[], revision: string) => Promise<Lines>;

/** The distinct lines that these changes rest on, the first of each change before the further ones. */
export function originsOf(changes: readonly Change[]): readonly Origin[] {
  const origins = new Map<string, Origin>();
  const add = (origin: Origin) => origin.past === true || origins.set(placeOf(origin), origin);
  for (const { cause } of changes) if (cause.origin !== null) add(cause.origin);
  for (const { cause } of changes) cause.furtherOrigins?.forEach(add);
  return [...origins.values()];
}

export function placeOf({ file, line }: Origin): string {
  return `${file}:${line}`;
}
