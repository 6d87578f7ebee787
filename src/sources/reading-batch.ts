/** What goes to a reading worker and what comes back: many files in one message each way. */
import type { Kind } from '../model/document.ts';

/** One content to be read as one kind of document. */
export interface Content {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

/** Contents end to end, as copied to a worker. */
export interface Batch {
  readonly kinds: readonly Kind[];
  readonly bytes: Uint8Array;
  /** Where in `bytes` each content ends. */
  readonly ends: readonly number[];
}

/** What a worker read out of a batch, in its order. */
export interface Answer {
  /** Packed forms (`pack`); null where reading threw, which it never should. */
  readonly packed: readonly (string | null)[];
  readonly texts: readonly string[];
}

/** The number of the file that a worker is reading, in memory that it shares: what tells which one made it exceed a limit. */
export const IDLE = -1;

export function batchOf(contents: readonly Content[]): Batch {
  // Of exactly this length: a message copies the whole buffer behind an array, not only the part in view.
  const bytes = new Uint8Array(contents.reduce((sum, content) => sum + content.bytes.length, 0));
  const ends: number[] = [];
  let end = 0;
  for (const content of contents) {
    bytes.set(content.bytes, end);
    end += content.bytes.length;
    ends.push(end);
  }
  return { kinds: contents.map(({ kind }) => kind), bytes, ends };
}
