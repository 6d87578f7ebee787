/** The approval policy: who must have answered for what a revision brings, by effect and by path. */
import type { Instant } from '../../model/document.ts';
import type { Loaded } from '../../model/loaded.ts';
import type { Deed, StepItem } from '../../model/step-item.ts';

/** One thing that a step between revisions does, as far as the policy asks. */
export type Done = Pick<StepItem, 'does' | 'effect' | 'gaining' | 'paths' | 'text'>;

/** One commit that a revision brings, and who answers for it. */
export interface RangeCommit {
  readonly id: string;
  /** Paths whose content was decided in it: what a merge took over as it was is not among them. */
  readonly paths: readonly string[];
  /** Names of the people whom it is by: who signed it, and whom it names as its author. */
  readonly authors: readonly string[];
  /** Names of the people who said in a commit of their own, or at the forge, that they approve it. */
  readonly approvers: readonly string[];
  /** Why nobody on the list answers for it; null: somebody does. */
  readonly problem: string | null;
}

/** Who approved it and is not themselves an author of it. */
export function othersBehind({ authors, approvers }: RangeCommit): readonly string[] {
  return [...new Set(approvers)].filter((name) => !authors.includes(name));
}

/** Everything that lies between two revisions. */
export interface Range {
  /** Oldest first. */
  readonly commits: readonly RangeCommit[];
  /** Paths that differ between the two ends. */
  readonly changed: readonly string[];
  /** Sentences about what was meant as an approval and reaches none of the commits; absent: none. */
  readonly astray?: readonly string[];
}

/** For what fits it, so many people must have answered. What several rules fit, all of them must allow. */
export interface Rule {
  /** What it is for; null: all. */
  readonly does: readonly Deed[] | null;
  /** A file, or a folder with a slash at its end; null: all. */
  readonly paths: readonly string[] | null;
  /** The author is one of them, and each of the others approved what they did not write. */
  readonly people: number;
  /** Names of those who count; null: everybody on the list. */
  readonly of: readonly string[] | null;
}

export interface Policy {
  /** Names of everybody on the list. */
  readonly people: readonly string[];
  readonly rules: readonly Rule[];
}

/** What takes access at once for a stated reason is not kept waiting for a second person. */
const ONE_WILL_DO: readonly Deed[] = ['adds-block', 'closes', 'shortens'];
const ALONE: Rule = { does: null, paths: null, people: 1, of: null };
const BY_TWO: Rule = { does: null, paths: null, people: 2, of: null };

/** The rules for one item; where the configuration has none for it, those that hold everywhere. */
export function rulesFor({ rules }: Policy, item: Done): readonly Rule[] {
  const own = rules.filter((rule) => fits(rule, item));
  if (own.length > 0) return own;
  const gives = item.effect === 'gives' || item.gaining.length > 0;
  return [ONE_WILL_DO.includes(item.does) && !gives ? ALONE : BY_TWO];
}

function fits({ does, paths }: Rule, item: Done): boolean {
  if (does !== null && !does.includes(item.does)) return false;
  // Of what nobody knows where it comes from, any rule may speak.
  return paths === null || item.paths.length === 0 || item.paths.some((path) => paths.some((one) => covers(one, path)));
}

function covers(rule: string, path: string): boolean {
  return rule.endsWith('/') ? path.startsWith(rule) : path === rule;
}

/** How a repository lets itself be asked who answers for what it brings. One that has none: whoever may push has approved. */
export interface RevisionApproval {
  readonly policy: Policy;
  /** Where people answer: in signed commits, or at the forge by which these came. */
  readonly by: 'signatures' | 'mergeRequests';
  /** Everything that `to` has and `from` has not. Throws MusterError where that can't be found out, or `signal` breaks it off. */
  between(from: string, to: string, at: Instant, signal?: AbortSignal): Promise<Range>;
  /** What stands at a revision. Throws MusterError. */
  loadAt(revision: string): Promise<Loaded>;
}
