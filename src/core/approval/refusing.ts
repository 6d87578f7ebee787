/** Refusing a revision: what is missing, and what somebody can do about it. */
import { MusterError } from '../../errors.ts';
import type { StepItem } from '../../model/step-item.ts';
import type { HeldRevision } from './held.ts';
import type { Lack, Verdict } from './judging.ts';
import type { Range, RevisionApproval } from './policy.ts';

/** Stands for the revision before the first one, in `approve-revision` and in the store. */
export const NO_REVISION = 'none';

/** More than anybody reads at once. */
const MISSING_MAX = 5;
const ASTRAY_MAX = 3;
const URGENT_MAX = 3;

const WHERE = 'the desired-state repository';
const MEANWHILE = 'until then the last good documents count.';

export function firstOfAll(to: string): MusterError {
  const what = `revision ${short(to)} would be the first of all, and what came before it was approved by nobody that Muster knows of.`;
  return refused(what, `Look at it, then run "${command(NO_REVISION, to)}"; until then nothing counts.`);
}

/** A force-push or a rollback would silently unblock people: only what descends from the last applied revision counts. */
export function stray(from: string, to: string): MusterError {
  const what = `revision ${short(to)} does not build on ${short(from)}, the last one applied: history was rewritten or rolled back.`;
  return refused(what, `If that was meant, run "${command(from, to)}"; ${MEANWHILE}`);
}

export interface Unapproved {
  readonly from: string;
  readonly to: string;
  readonly by: RevisionApproval['by'];
  readonly range: Pick<Range, 'astray' | 'commits'>;
  readonly verdict: Extract<Verdict, { readonly approved: false }>;
  readonly items: readonly StepItem[];
}

/** The refusal of a revision to which people may still say yes, with what they are to be told where they proposed it. */
export class NotApproved extends MusterError {
  readonly held: HeldRevision;

  constructor(what: string, held: HeldRevision) {
    super({ remedy: 'person', where: WHERE, what, next: held.next });
    this.held = held;
  }
}

export function unapproved({ from, to, by, range, verdict, items }: Unapproved): NotApproved {
  const astray = (range.astray ?? []).slice(0, ASTRAY_MAX);
  const missing = firstOf(
    verdict.missing.map(({ text }) => text),
    MISSING_MAX,
    'more',
  );
  const what = [`revision ${short(to)} is not approved.`, ...missing, ...astray, ...urgentIn(items)].join(' ');
  const remedy = verdict.answered ? missingApproval[by](from, to) : notAnswered[by](from);
  const next = `${remedy}, or run "${command(from, to)}"; ${MEANWHILE}`;
  const commits = range.commits.map(({ id }) => id);
  return new NotApproved(what, { from, to, commits, lacks: fewOfEach(verdict.missing), next });
}

/** Of a commit that brings thousands of people it is enough to tell of the first ones. */
function fewOfEach(missing: readonly Lack[]): readonly Lack[] {
  return [...Map.groupBy(missing, ({ commit }) => commit)].flatMap(([commit, lacks]) => {
    const rest = lacks.length - MISSING_MAX;
    const more = { commit, text: `And ${rest} more of this commit.`, of: [] };
    return [...lacks.slice(0, MISSING_MAX), ...(rest > 0 ? [more] : [])];
  });
}

function firstOf(texts: readonly string[], most: number, what: string): readonly string[] {
  const rest = texts.length - most;
  return [...texts.slice(0, most), ...(rest > 0 ? [`And ${rest} ${what}.`] : [])];
}

const missingApproval: Readonly<Record<RevisionApproval['by'], (from: string, to: string) => string>> = {
  signatures: (from, to) =>
    `Whoever looked at all of it and is asked for writes "Approves: ${from}..${to}" as a line of its own in a signed commit on top`,
  mergeRequests: (from) =>
    // docs.gitlab.com, merge request approvals: none can be added once it is merged.
    `Have whoever is asked for approve it at the forge; where that takes no approval of what is merged already, as GitLab's pages, set the branch back to the last revision applied (${from}) and have it approved in a new merge request before it is merged`,
};

/** No later commit mends an earlier one, which stays in the range for as long as the branch holds it. */
const notAnswered: Readonly<Record<RevisionApproval['by'], (from: string) => string>> = {
  signatures: (from) =>
    `Set the branch back to the last revision applied (${from}) and push what is right of it anew, signed by people on the list`,
  mergeRequests: (from) =>
    `Set the branch back to the last revision applied (${from}) and bring in what is right of it by merge requests of people on the list`,
};

/** What takes access from somebody waits with all the rest, and need not: an order waits for nobody. */
function urgentIn(items: readonly StepItem[]): readonly string[] {
  return firstOf([...new Set(items.flatMap((item) => urgent(item) ?? []))], URGENT_MAX, 'more of these');
}

function urgent({ does, kind, person, institution, losing }: StepItem): string | null {
  // There is no order that takes mail alone.
  if (losing.length === 0 || kind === 'mail-block' || (does !== 'adds-block' && does !== 'closes')) return null;
  const whom = person ?? institution;
  if (whom === null) return null;
  const order = person === null ? `muster block --institution ${whom}` : `muster block ${whom}`;
  const what = does === 'closes' ? 'the closing' : 'a block';
  return `It holds ${what} of ${whom}; if that can't wait, run "${order} --reason …".`;
}

function command(from: string, to: string): string {
  return `muster approve-revision ${from}..${to} --reason …`;
}

function refused(what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: WHERE, what, next });
}

function short(revision: string): string {
  return revision.slice(0, 12);
}
