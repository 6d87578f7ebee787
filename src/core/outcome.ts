/** What became of one change. */
import type { State } from './change.ts';

/** What a write came to. */
export interface Written {
  readonly handle: string;
  /** The values that now stand, for the ledger. */
  readonly state: State;
}

/** Why nothing was written yet, where that is as it should be: it is planned anew. */
export interface PutOff {
  readonly putOff: string;
}

export type Outcome =
  | { readonly status: 'applied'; readonly written: Written }
  | { readonly status: 'failed'; readonly error: string; readonly next: string }
  | { readonly status: 'skipped'; readonly because: string };
