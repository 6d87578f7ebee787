/** The port to the approvals that a forge recorded: merge requests by which commits came in. */

/** A merge request that was merged. */
export interface MergedRequest {
  /** As people know it: `!12`. */
  readonly name: string;
  /** Log-on name of whoever opened it. */
  readonly author: string;
  /** Its own commits, as they were when it was merged; what its branch was built on is not among them. */
  readonly commits: readonly string[];
  /** Addresses of everybody whom its own commits name as author or committer. */
  readonly writers: readonly string[];
  /** The commits that merging made of it: of the merge, of the squash, or of both; none where the branch was only moved ahead. */
  readonly results: readonly string[];
  /** Log-on names of those who approved the last of its commits: what came before a later push does not count, and is left out. */
  readonly approvedBy: readonly string[];
}

export interface MergedRequests {
  /** Those that brought any of these commits to the branch. Throws MusterError where the forge can't be asked, or answers in part. */
  bringing(commits: readonly string[]): Promise<readonly MergedRequest[]>;
}
