/** Judging a revision: whether the people whom the policy asks for have answered for everything that it brings. */
import type { Answerable } from './answers.ts';
import { type Done, othersBehind, type Policy, type Range, type RangeCommit, type Rule, rulesFor } from './policy.ts';

export type Verdict =
  | ({ readonly approved: true } & Answerable)
  | {
      readonly approved: false;
      /** Each once. */
      readonly missing: readonly Lack[];
      /** Somebody on the list answers for every commit, so that approvals are all that is missing. */
      readonly answered: boolean;
    };

/** One thing that is missing. */
export interface Lack {
  /** Null: of none in particular. */
  readonly commit: string | null;
  /** A sentence. */
  readonly text: string;
  /** Names of those of whom enough could still answer; none where nobody's approval would mend it. */
  readonly of: readonly string[];
}

/**
 * Every commit needs somebody on the list behind it, whatever it does. Then each item needs its people for each commit that decided
 * something in its files, so that nobody's approval of one commit counts for a later one.
 */
export function judge(policy: Policy, { commits, changed }: Range, items: readonly Done[]): Verdict {
  const nobody = commits.flatMap(({ id, problem }): readonly Lack[] =>
    problem === null ? [] : [{ commit: id, text: `Commit ${short(id)}: ${problem}`, of: [] }],
  );
  if (commits.length === 0) nobody.push({ commit: null, text: 'No commit tells who brought it.', of: [] });
  if (nobody.length > 0) return refused(nobody, false);
  const roaming = roamingIn(commits, changed);
  const missing = [...items, ...unspoken(changed, items)].flatMap((item) =>
    behind(commits, roaming, item).flatMap((commit) =>
      rulesFor(policy, item).flatMap((rule) => lack(policy, rule, commit, item)),
    ),
  );
  if (missing.length > 0) return refused(missing, true);
  const [signedBy, approvedBy] = [commits.flatMap(({ authors }) => authors), commits.flatMap(othersBehind)];
  return { approved: true, signedBy: distinct(signedBy).toSorted(), approvedBy: distinct(approvedBy).toSorted() };
}

function refused(missing: readonly Lack[], answered: boolean): Verdict {
  return { approved: false, missing: [...new Map(missing.map((lack) => [lack.text, lack])).values()], answered };
}

/** Files that changed and of which no item speaks: nobody knows what they do. */
function unspoken(changed: readonly string[], items: readonly Done[]): readonly Done[] {
  const spoken = new Set(items.flatMap(({ paths }) => paths));
  return changed
    .filter((path) => !spoken.has(path))
    .map((path) => ({
      does: 'changes-settings',
      effect: 'neither',
      gaining: [],
      paths: [path],
      text: `${path} changes`,
    }));
}

/**
 * The commits that may have decided an item: those of its own files, and those that roam. A file in it that no commit decided came
 * about by the merging itself: then every commit may be behind it.
 */
function behind(
  commits: readonly RangeCommit[],
  roaming: ReadonlySet<RangeCommit>,
  { paths }: Done,
): readonly RangeCommit[] {
  const decided = new Set(commits.flatMap((commit) => commit.paths));
  if (paths.length === 0 || paths.some((path) => !decided.has(path))) return commits;
  return commits.filter((commit) => roaming.has(commit) || commit.paths.some((path) => paths.includes(path)));
}

/**
 * Commits whose work may have ended up in another file, where it looks as if it had only been moved. What leaves a file again is taken
 * out of it by a second commit, so all the others are those whose every file they alone touched, and differs in the end.
 */
function roamingIn(commits: readonly RangeCommit[], changed: readonly string[]): ReadonlySet<RangeCommit> {
  const differing = new Set(changed);
  const touched = new Map<string, number>();
  for (const path of commits.flatMap((commit) => [...new Set(commit.paths)])) {
    touched.set(path, (touched.get(path) ?? 0) + 1);
  }
  const stays = (path: string) => differing.has(path) && touched.get(path) === 1;
  return new Set(commits.filter(({ paths }) => !paths.every(stays)));
}

/** What this rule misses for this commit. */
function lack(policy: Policy, rule: Rule, commit: RangeCommit, { text }: Done): readonly Lack[] {
  const counts = (name: string) => policy.people.includes(name) && (rule.of === null || rule.of.includes(name));
  const others = othersBehind(commit).filter(counts);
  const alone = rule.people === 1;
  const have = alone ? distinct([...commit.authors, ...others]).filter(counts).length : others.length + 1;
  if (have >= rule.people) return [];
  const who = rule.of === null ? 'of the people on the list' : `of ${rule.of.join(', ')}`;
  const by = commit.authors.join(' and ');
  const needed = alone ? `needs one ${who}` : `needs the approval of ${rule.people - have} more ${who}, not by ${by}`;
  const of = policy.people.filter((name) => counts(name) && !commit.authors.includes(name) && !others.includes(name));
  return [
    { commit: commit.id, text: `Commit ${short(commit.id)} by ${by} ${needed}: ${text.replace(/\.?$/, '.')}`, of },
  ];
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function short(id: string): string {
  return id.slice(0, 10);
}
