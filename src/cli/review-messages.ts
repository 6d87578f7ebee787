/** What the daemon and the process that reviews say to each other, and the names under which reviews are kept. */
import type { Reviewed } from '../daemon/reviewer.ts';
import type { Trouble } from '../errors.ts';

/** What came of it, as the process that looks says it. */
export type Answer = Omit<Reviewed, 'bytes'>;

/** With the memory that the process takes by now, in bytes. */
export type FromReviewer = { readonly bytes: number } & (
  | { readonly kind: 'reviewed'; readonly reviewed: Answer }
  | { readonly kind: 'failed'; readonly trouble: Trouble }
);

/** Under which it is kept what a review of that merge request showed. */
export function sealName(number: number): string {
  return `merge request ${number}`;
}

/** Null: what was reviewed under that name is no merge request. */
export function numberIn(name: string): number | null {
  const [, digits] = /^merge request (\d{1,9})$/.exec(name) ?? [];
  return digits === undefined ? null : Number(digits);
}
