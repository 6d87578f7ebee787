/** What a branch causes: the changes of the plan with it that are not in the plan without it, as they may be shown. */
import { createHash } from 'node:crypto';
import { compareText, type Diagnostic } from '../diagnostic.ts';
import type { Attributes, Change, Desired } from './change.ts';
import { canonicalJson, fingerprint } from './change.ts';
import { type Notice, peopleIn } from './plan.ts';
import type { Report } from './report.ts';
import { HIDDEN_VALUE, type Review, type ReviewHold, type ReviewItem } from './review.ts';
import type { WrittenEntry } from './seal.ts';

/** What the target wants of every thing, by system and key. */
export type Declared = ReadonlyMap<string, Desired>;

export function declaredIn(desired: readonly Desired[]): Declared {
  return new Map(desired.map((one) => [placeOf(one), one]));
}

/** A change of the plan with the branch, as it is and as it is shown. */
export interface Caused {
  readonly change: Change;
  /** Its `fingerprint`. */
  readonly print: string;
  readonly item: ReviewItem;
}

/** A review with the changes as they are, for who keeps what was shown. */
export interface Reviewed {
  readonly review: Review;
  readonly caused: readonly Caused[];
  /** Entries that the branch writes anew. */
  readonly written: readonly WrittenEntry[];
  /** The plan with the branch; null: none was made. */
  readonly report: Report | null;
}

/** Plans of one and the same reading, without and with the branch. */
export interface TwoPlans {
  readonly without: Planned;
  readonly with: Planned;
}

/** A plan, and the fingerprint of each change in it: they are compared again and again. */
export interface Planned {
  readonly report: Report;
  readonly prints: ReadonlyMap<Change, string>;
}

export function planned(report: Report): Planned {
  return { report, prints: new Map(report.plan.changes.map((change) => [change, fingerprint(change)])) };
}

/** In the order of the plan. */
export function causedBy({ without, with: after }: TwoPlans, declared: Declared): readonly Caused[] {
  const before = new Set(without.prints.values());
  const rules = new Map(after.report.holds.flatMap(({ rule, changes }) => changes.map((one) => [one, rule] as const)));
  const digests = new Map(after.report.plan.read.map(({ system, digest }) => [system, digest]));
  return [...after.prints].flatMap(([change, print]) => {
    if (before.has(print)) return [];
    const shown = asShown(change, declared);
    const digest = sha256({ change: shown, read: digests.get(change.address.system) ?? null });
    return [{ change, print, item: { change: shown, digest, heldBy: rules.get(change) ?? null } }];
  });
}

/** What happens without the branch: with it as well, or not any more. */
export function withoutBranch(
  { without: before, with: after }: TwoPlans,
  declared: Declared,
): Pick<Review, 'spared' | 'anyway'> {
  const stays = new Set(after.prints.values());
  const touched = new Set([...after.prints.keys()].map(placeOf));
  const changes = [...before.prints];
  const anyway = changes.flatMap(([change, print]) => (stays.has(print) ? [change] : []));
  const spared = changes.filter(([change, print]) => !stays.has(print) && !touched.has(placeOf(change)));
  return {
    spared: spared.map(([change]) => asShown(change, declared)),
    anyway: { changes: anyway.length, people: peopleIn(anyway).size },
  };
}

/** Holds of the plan with the branch, as far as its own changes wait in them. */
export function holdsOn(caused: readonly Caused[], { holds }: Report): readonly ReviewHold[] {
  const own = new Set(caused.map(({ change }) => change));
  return holds.flatMap(({ rule, because, changes }) => {
    const people = peopleIn(changes.filter((change) => own.has(change))).size;
    return people === 0 ? [] : [{ rule, because, people }];
  });
}

/**
 * Whoever may open a merge request may write any username and any field into it; what a system holds there is shown only
 * where the target, which was approved, declares that very field. What is kept of somebody who leaves is as old as the review, and has
 * values of theirs: it is shown nowhere.
 */
function asShown(change: Change, declared: Declared): Change {
  if (change.kind === 'create') return change;
  const known = declared.get(placeOf(change))?.attributes ?? {};
  const before = {
    ...change.before,
    attributes: shownValues(change.before.attributes, change.after.attributes, known),
  };
  const shown = { ...change, before, raw: {}, location: '' };
  if (shown.kind !== 'disable') return shown;
  const { leave: _leave, ...rest } = shown;
  return rest;
}

function shownValues(before: Attributes, after: Attributes, known: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(before).map(([name, value]) => {
      const isNews = value !== (after[name] ?? null);
      return [name, isNews && (known[name] ?? null) === null ? HIDDEN_VALUE : value];
    }),
  );
}

/** Notices that are there only with the branch; of people whom the target does not declare nothing is told that a system holds. */
export function noticesOf({ without: before, with: after }: TwoPlans, declared: Declared): readonly Notice[] {
  const told = new Set(before.report.plan.notices.map(({ text }) => text));
  const known = new Set([...declared.values()].flatMap(({ person }) => [person.key, person.label]));
  return after.report.plan.notices
    .filter(({ text }) => !told.has(text))
    .map((notice) => (notice.person === null || known.has(notice.person) ? notice : veiled(notice, notice.person)));
}

const VEILED: Partial<Record<Notice['kind'], string>> = {
  'exists-not-ours': 'an account of this name exists already and is not Muster’s; it is left alone',
  foreign: 'an account of this name exists already and is marked by somebody else; it is left alone',
  'unknown-mark': 'an account of this name exists already and bears a mark that nothing confirms; it is left alone',
  protected: 'an account of this name exists already and is protected; Muster never changes it',
  conflict: 'another account holds a value that must be unique, so none can be made',
};

function veiled({ kind, origin, urgent, next }: Notice, person: string): Notice {
  const what = VEILED[kind] ?? 'something stands in the way';
  const shown = next === null ? null : 'Once it is merged, "muster plan" names it.';
  return { kind, person, text: `${person}: ${what}.`, next: shown, origin, urgent };
}

/** Mistakes with the branch that are not there without it, wherever they have moved to in their file. */
export function newDiagnostics(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
): Pick<Review, 'diagnostics' | 'standing'> {
  const left = new Map<string, number>();
  for (const one of before) left.set(nameOf(one), (left.get(nameOf(one)) ?? 0) + 1);
  const diagnostics = after.filter((one) => {
    const count = left.get(nameOf(one)) ?? 0;
    left.set(nameOf(one), count - 1);
    return count <= 0;
  });
  return { diagnostics, standing: after.length - diagnostics.length };
}

function nameOf({ severity, file, message }: Diagnostic): string {
  return JSON.stringify([severity, file, message]);
}

export function digestOfItems(items: readonly ReviewItem[]): string {
  return sha256(items.map(({ digest }) => digest).sort(compareText));
}

function placeOf({ address }: Pick<Change | Desired, 'address'>): string {
  return JSON.stringify([address.system, address.kind, address.key]);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
