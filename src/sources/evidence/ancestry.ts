/** Ancestry within a range: which of its commits somebody means who names one, or two with what lies between. */

interface Node {
  readonly id: string;
  readonly parents: readonly string[];
}

/**
 * The commits that `after` has and `before` has not. None where either is not of this range and `before` did not come earlier: what is
 * not known here can't be told apart.
 * @param earlier commits on which the whole range builds: who names one of them as `before` means everything up to `after`
 */
export function ancestry(
  commits: readonly Node[],
  earlier: ReadonlySet<string>,
): (before: string, after: string) => readonly string[] {
  const parents = new Map(commits.map((commit) => [commit.id, commit.parents]));
  const known = new Set(commits.flatMap(({ id, parents: those }) => [id, ...those]));
  return (before, after) => {
    if (!known.has(before) && !earlier.has(before)) return [];
    const seen = closure(parents, before);
    return [...closure(parents, after)].filter((id) => !seen.has(id));
  };
}

function closure(parents: ReadonlyMap<string, readonly string[]>, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const before = parents.get(next);
    if (before === undefined || found.has(next)) continue;
    found.add(next);
    open.push(...before);
  }
  return found;
}
