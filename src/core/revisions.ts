/** The port to revisions of the repository that do not count: branches, and what merging them would come to. */
import type { Loaded } from '../model/loaded.ts';

/** What merging one commit into another comes to. */
export type Merge =
  | { readonly kind: 'merged' /** Object id of the tree. */; readonly tree: string }
  | { readonly kind: 'conflict' /** Paths that cannot be merged by themselves. */; readonly paths: readonly string[] };

/** Every method throws MusterError where it cannot answer. */
export interface Revisions {
  /** Fetches the branch that counts, and gives its commit. */
  target(signal?: AbortSignal): Promise<string>;
  /** Fetches a ref (`refs/heads/NAME`, `refs/merge-requests/7/head`), and gives its commit. */
  bring(ref: string, signal?: AbortSignal): Promise<string>;
  /** Of two commits that were fetched. Commits without a common beginning are merged as if there were nothing before them. */
  merge(head: string, target: string): Promise<Merge>;
  /**
   * What stands at a commit, or in a tree that came of merging it.
   * @param tree absent: the commit's own. The revision of what is loaded is its id.
   */
  load(commit: string, tree?: string): Promise<Loaded>;
  /** Whether `to` descends from (or is) `from`. */
  descends(from: string, to: string): Promise<boolean>;
}
