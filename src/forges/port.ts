/** The port to a forge: the server on which people propose changes to the repository, discuss them, and merge them. */
import { MusterError, type Trouble } from '../errors.ts';

/** A proposal to merge one branch into another, open at the moment of asking. */
export interface MergeRequest {
  /** As people say it: the 7 of !7. */
  readonly number: number;
  /** Its page. */
  readonly url: string;
  /** The commit that is proposed, in lower-case hex. */
  readonly head: string;
  /** Under which that commit is to be had from the repository it shall be merged into, also where it comes from a fork. */
  readonly ref: string;
  /** Name of whoever opened it, as the forge knows them. */
  readonly author: string;
  /** Whether its branch is in somebody else's copy of the repository. */
  readonly isFork: boolean;
}

/**
 * - `working`: it is being looked at.
 * - `passed`: it may be merged, as far as this goes.
 * - `failed`: it may not, until somebody mends it.
 */
export type VerdictState = 'working' | 'passed' | 'failed';

/** What stands beside a commit in one line. */
export interface Verdict {
  readonly state: VerdictState;
  readonly text: string;
  /** Where more is said; null: in the comment alone. */
  readonly link: string | null;
}

/** A problem on the line it is about. */
export interface Remark {
  readonly file: string;
  /** From 1, in the file as it is proposed. */
  readonly line: number;
  /** Markdown. */
  readonly text: string;
}

/** Muster's comments on one merge request: what merging would do, who has yet to approve what was merged, and what came of it. */
export type CommentTopic = 'review' | 'approval' | 'outcome';

/** Everything here asks for what should be and changes only what is not so: doing it twice leaves one comment. Throws MusterError. */
export interface Forge {
  /** The server and repository, for messages. */
  readonly where: string;
  /** What a comment may be long. */
  readonly commentCharactersMax: number;
  /** All that are open into this branch, by number. */
  openRequests(branch: string): Promise<readonly MergeRequest[]>;
  /** Muster's one comment on that topic has this text (Markdown) from then on. A merge request that is no longer there is passed over. */
  comment(request: Pick<MergeRequest, 'number'>, topic: CommentTopic, text: string): Promise<void>;
  /** Muster's remarks are these from then on; those that no longer hold are settled. One whose line can't take it is left to the comment. */
  remark(request: MergeRequest, remarks: readonly Remark[]): Promise<void>;
  /** What stands beside its head. A fork's commit has no place for it here, and is passed over. */
  judge(request: MergeRequest, verdict: Verdict): Promise<void>;
  close(): void;
}

/** A merge request that was merged, as the forge tells it. */
export interface BroughtIn {
  readonly number: number;
  /** As people know it: `!12`. */
  readonly name: string;
  readonly author: string;
  /** Its own commits, as they were when it was merged. */
  readonly commits: readonly string[];
  /** Addresses of everybody whom its own commits name as author or committer. */
  readonly writers: readonly string[];
  /** The commits that merging made of it: of the merge, of the squash, or of both. */
  readonly results: readonly string[];
  /** Who approved the last of its commits; an approval from before a later push is none. */
  readonly approvedBy: readonly string[];
}

/** The other side of a forge: what people said there about what is in the branch by now. */
export interface ForgeApprovals {
  /** The merge requests that brought any of these commits into that branch. Throws MusterError. */
  bringing(commits: readonly string[], branch: string): Promise<readonly BroughtIn[]>;
}

/** The forge wants to be left alone for a while. */
export class ForgeBusy extends MusterError {
  readonly seconds: number;

  constructor(trouble: Trouble, seconds: number) {
    super(trouble);
    this.seconds = seconds;
  }
}
