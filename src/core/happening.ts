/** One thing that happened lately, as a page tells it: what, to whom, why, and who is behind it. */
import type { Origin } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';

export interface Happening {
  readonly at: Instant;
  /** As in `access taken away`. */
  readonly what: string;
  /** The person or institution concerned; key null: no page tells more. */
  readonly about: { readonly key: string | null; readonly label: string } | null;
  /** Plain words; null: none were given. */
  readonly why: string | null;
  readonly origin: Origin | null;
  /** Who is behind it; null: a date, or nobody known. */
  readonly who: string | null;
  /** False where it was tried and did not come about. */
  readonly done: boolean;
}
