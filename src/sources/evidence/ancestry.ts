/** Ancestry within a range: what somebody who approves one commit has thereby seen. */

/** The commit of an id and all that lie before it, as far as they are of this range; none for an id that is not. */
export function ancestry(
  commits: readonly { readonly id: string; readonly parents: readonly string[] }[],
): (id: string) => ReadonlySet<string> {
  const parents = new Map(commits.map((commit) => [commit.id, commit.parents]));
  return (id) => {
    const found = new Set<string>();
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const before = parents.get(next);
      if (before === undefined || found.has(next)) continue;
      found.add(next);
      open.push(...before);
    }
    return found;
  };
}
