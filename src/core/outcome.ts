/** What became of one change. */
import type { State } from './change.ts';

/** What a write came to. */
export interface Written {
  readonly handle: string;
  /** The values that now stand, for the ledger. */
  readonly state: State;
  /** Names of the groups that somebody was in who left, or that they were taken out of on coming back; null: could not be read. */
  readonly groups?: readonly string[] | null;
}

/** Why nothing was written yet, where that is as it should be: it is planned anew. */
export interface PutOff {
  readonly putOff: string;
}

export type Outcome =
  | { readonly status: 'applied'; readonly written: Written }
  | { readonly status: 'failed'; readonly error: string; readonly next: string }
  | { readonly status: 'skipped'; readonly because: string };
