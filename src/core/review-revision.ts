/** Reviews a branch: plans what merging it comes to beside what the target comes to by itself, from one reading; writes nothing. */
import { MusterError, type Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Loaded } from '../model/loaded.ts';
import { resolve, resolver } from '../model/validate.ts';
import type { Desired } from './change.ts';
import { type Desire, desire } from './desire.ts';
import { type PassParts, pass } from './pass.ts';
import { type PassReuse, passReuse } from './pass-reuse.ts';
import type { Ledger, Reconciler, Repository, Store } from './ports.ts';
import { readOnce } from './read-once.ts';
import type { Report } from './report.ts';
import type { Review, ReviewedFile, ReviewState } from './review.ts';
import {
  causedBy,
  declaredIn,
  digestOfItems,
  holdsOn,
  newDiagnostics,
  noticesOf,
  planned,
  type Reviewed,
  type TwoPlans,
  withoutBranch,
} from './review-caused.ts';
import { consequencesFor } from './review-consequences.ts';
import type { Revisions } from './revisions.ts';
import { keepReview, writtenBetween } from './seal-keeping.ts';

export interface ReviewParts extends PassParts {
  readonly revisions: Revisions;
}

export interface ReviewRequest {
  /** Commits that were fetched. */
  readonly head: string;
  readonly target: string;
  /** `validate` reads no system and no memory: for whoever may not see what is in them. */
  readonly how: 'plan' | 'validate';
  /** Keeps what is shown under this name (`branch work`), so that what the merge does can be held against it; absent: keeps nothing. */
  readonly keepAs?: string;
}

/** @throws MusterError where the repository or the store can't be read; what a system is at fault for is said in the review. */
export async function reviewRevision(parts: ReviewParts, request: ReviewRequest): Promise<Review> {
  const whole = await reviewed(parts, request);
  if (request.keepAs === undefined || parts.seals === undefined) return whole.review;
  const noLongerCounts = await keepReview(parts.seals, request.keepAs, whole);
  return noLongerCounts === null ? whole.review : { ...whole.review, noLongerCounts };
}

export async function reviewed(parts: ReviewParts, { head, target, how }: ReviewRequest): Promise<Reviewed> {
  const { revisions } = parts;
  const at = parts.clock();
  const blank = blankReview({ head, target, how }, at);
  const merge = await revisions.merge(head, target);
  if (merge.kind === 'conflict') {
    return unplanned({ ...blank, state: 'conflict', conflicts: merge.paths });
  }
  const before = await revisions.load(target);
  const after = await revisions.load(head, merge.tree);
  const begun = { ...blank, result: merge.tree, files: filesBetween(before, after) };
  if (how === 'plan') return fullReview(parts, begun, before, after);
  return unplanned(validated(parts, begun, before, after));
}

function unplanned(review: Review): Reviewed {
  return { review, caused: [], written: [], report: null };
}

function blankReview({ head, target, how }: ReviewRequest, at: Instant): Review {
  return {
    format: 1,
    ...{ how, head, target, at },
    ...{ result: null, state: 'nothing', conflicts: [], diagnostics: [], standing: 0 },
    ...{ items: [], spared: [], anyway: { changes: 0, people: 0 }, holds: [], consequences: [] },
    ...{ heldEntries: [], notices: [], trouble: [], read: [], files: [] },
    digest: digestOfItems([]),
  };
}

function filesBetween(before: Loaded, after: Loaded): readonly ReviewedFile[] {
  const was = new Map(before.files.map(({ path, blob }) => [path, blob]));
  const is = new Map(after.files.map(({ path, blob }) => [path, blob]));
  const written = after.files.filter(({ path, blob }) => was.get(path) !== blob);
  const gone = before.files.filter(({ path }) => !is.has(path));
  return [...written.map(({ path, blob }) => ({ path, blob })), ...gone.map(({ path }) => ({ path, blob: null }))];
}

function validated({ settings: { timeZone } }: ReviewParts, begun: Review, before: Loaded, after: Loaded): Review {
  const options = { timeZone, operatorBlocks: [], at: begun.at, forgetful: true };
  const [old, now] = [before, after].map((loaded) => resolve(loaded, [], options).diagnostics);
  const found = newDiagnostics(old ?? [], now ?? []);
  return { ...begun, ...found, state: hasErrors(found) ? 'errors' : 'valid' };
}

function hasErrors({ diagnostics }: Pick<Review, 'diagnostics'>): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

async function fullReview(parts: ReviewParts, begun: Review, before: Loaded, after: Loaded): Promise<Reviewed> {
  const { at, target } = begun;
  const { timeZone } = parts.settings;
  const store = asRead(parts.store);
  const reuse = parts.reuse ?? { ...passReuse(false), resolve: resolver() };
  const wish = (loaded: Loaded) =>
    desire(repositoryWith(parts.revisions, loaded, target), store, timeZone, at, reuse.resolve);
  const base = await wish(before);
  const merged = await wish(after);
  const sides = [base, merged] as const;
  const projected = parts.reconcilers.map((one) => sides.map(({ resolution }) => one.project(resolution.model, at)));
  const plans = await ofOneReading(parts.reconcilers, projected, (reconcilers, side: 'without' | 'with') =>
    dryPass({ ...parts, reconcilers, store, reuse }, side === 'with' ? merged : base, at),
  );
  const [unchanged, report] = [plans.without.report, plans.with.report];
  const declared = declaredIn(projected.flatMap(([old = []]) => old));
  const caused = causedBy(plans, declared);
  const items = caused.map(({ item }) => item);
  const { plan } = report;
  const review = {
    ...begun,
    ...newDiagnostics(unchanged.diagnostics, report.diagnostics),
    ...withoutBranch(plans, declared),
    items,
    holds: holdsOn(caused, report),
    consequences: parts.reconcilers.flatMap(({ traits }, nth) => {
      if (traits.thing.kind !== 'account') return [];
      const [old = [], now = []] = projected[nth] ?? [];
      const side = ({ resolution: { model } }: Desire, desired: readonly Desired[]) => ({ model, desired });
      return consequencesFor(side(base, old), side(merged, now), caused);
    }),
    heldEntries: newlyHeld(unchanged, report),
    notices: noticesOf(plans, declared),
    trouble: troubleIn(report),
    read: plan.read,
    digest: digestOfItems(items),
  };
  const written = writtenBetween(before, after);
  return { review: { ...review, state: stateOf(review) }, caused, written, report };
}

function stateOf(review: Omit<Review, 'state'>): ReviewState {
  if (hasErrors(review)) return 'errors';
  if (review.trouble.length > 0) return 'unknown';
  return review.items.length + review.spared.length > 0 ? 'changes' : 'nothing';
}

/** Both plans are of the same memory, whatever a pass writes down meanwhile. */
function asRead(store: Store): Store {
  const { memory, ledger, journal } = store;
  const all = new Map<string, ReturnType<Ledger['all']>>();
  const ledgerOf = (system: string) => {
    const rows = all.get(system) ?? ledger.all(system);
    all.set(system, rows);
    return rows;
  };
  return {
    ...store,
    memory: { ...memory, entries: once(() => memory.entries()), revision: once(() => memory.revision()) },
    ledger: { ...ledger, all: ledgerOf, establishedAt: once(() => ledger.establishedAt()) },
    journal: { ...journal, open: once(() => journal.open()) },
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask();
    return answer;
  };
}

/** The plan with the branch is the likelier to need a full reading: then the other is made once, of that one. */
async function ofOneReading(
  all: readonly Reconciler[],
  projected: readonly (readonly (readonly Desired[])[])[],
  planOf: (reconcilers: readonly Reconciler[], side: 'without' | 'with') => Promise<Report>,
): Promise<TwoPlans> {
  let readings = 1;
  const readAgain = () => {
    readings += 1;
  };
  const reconcilers = all.map((one, nth) => readOnce(one, inAll(projected[nth] ?? []), readAgain));
  const ahead = await planOf(reconcilers, 'with');
  const read = readings;
  const without = planned(await planOf(reconcilers, 'without'));
  return { without, with: planned(readings === read ? ahead : await planOf(reconcilers, 'with')) };
}

/** What is merged into the target builds on whatever the target builds on. */
function repositoryWith(revisions: Revisions, loaded: Loaded, target: string): Repository {
  return { load: async () => loaded, descends: (from) => revisions.descends(from, target) };
}

/** What is wanted of a system by either side, each thing once. */
function inAll(sides: readonly (readonly Desired[])[]): readonly Desired[] {
  return [...new Map(sides.flatMap((side) => side.map((one) => [one.address.key, one] as const))).values()];
}

interface Reusing extends PassParts {
  readonly reuse: PassReuse;
}

function dryPass(parts: Reusing, { loaded, resolution, trouble: [trouble] }: Desire, at: Instant): Promise<Report> {
  const {
    tasks: _tasks,
    interruptions: _interruptions,
    shutOuts: _shutOuts,
    seals: _seals,
    reuse: kept,
    ...reading
  } = parts;
  const load = async () => {
    if (trouble !== undefined) throw new MusterError(trouble);
    return loaded;
  };
  const repository = { load, descends: () => Promise.resolve(true) };
  const reuse = { ...kept, resolve: () => resolution };
  return pass({ ...reading, repository, reuse, clock: () => at }, { trigger: 'command', dryRun: true });
}

function newlyHeld(before: Report, after: Report): Review['heldEntries'] {
  const known = new Set(before.plan.heldEntries.map(({ text }) => text));
  return after.plan.heldEntries.filter(({ text }) => !known.has(text));
}

function troubleIn({ trouble, plan }: Report): readonly Trouble[] {
  const all = [...trouble, ...plan.unread.map(({ system: _system, ...one }) => one)];
  return [...new Map(all.map((one) => [`${one.where}: ${one.what}`, one])).values()];
}
