/** How it stands with merge requests that are open: what Muster last said of each, for whoever asks elsewhere than on the forge. */
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';

export interface MergeRequestStanding {
  /** The 7 of !7. */
  readonly number: number;
  readonly url: string;
  /** As the forge knows them. */
  readonly author: string;
  /** Whether what it would do was worked out, or only whether it has mistakes. */
  readonly how: 'plan' | 'validate';
  readonly head: string;
  /** Null: not looked at yet. */
  readonly headline: string | null;
  readonly at: Instant | null;
  /** Why it could not be looked at; null: it could, or nobody has tried. */
  readonly trouble: Trouble | null;
}

export interface MergeRequestStandings {
  /** Those that are open, by number. */
  readonly open: readonly MergeRequestStanding[];
  /** When the forge was last asked, or tried to be; null: never. */
  readonly at: Instant | null;
  /** When it last answered. */
  readonly answeredAt: Instant | null;
  /** Why the forge could not be asked; null: it could. */
  readonly trouble: Trouble | null;
}

export interface MergeRequestMemory {
  /** Exactly these are open. Their pages stay as they are. */
  keep(standings: MergeRequestStandings): Promise<void>;
  /** The whole of a review, as a page in JSON, until its merge request is no longer open. */
  keepPage(number: number, page: string): Promise<void>;
}
