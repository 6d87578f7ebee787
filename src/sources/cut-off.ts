/** Tells a file that was cut off in transit from one that was edited, by its last good version. */
import type { Problem } from '../model/tree.ts';

/** Of a text that does not end in a newline, where nobody knows any more what it is to be compared with. */
export const UNPROVEN_END: Problem = {
  line: 1,
  column: 1,
  message:
    'The last line of this file has no end, and what the file said before is not known any more, so nobody can tell whether it was cut off. If it is complete, end its last line with Enter.',
};

/**
 * The problem with a text that does not end in a newline, compared with the last good text of the same file; null: it is whole.
 * Cut off counts what is a beginning of the good text without its end, and what has as its last line a beginning of a good line.
 */
export function cutOff(text: string, good: string): Problem | null {
  if (text.endsWith('\n') || text.trimEnd() === good.trimEnd()) return null;
  const lines = text.split('\n');
  const last = (lines.at(-1) ?? '').replace(/\r$/, '');
  const goodLines = good.replaceAll('\r\n', '\n').split('\n');
  const begun = goodLines.find((line) => line.length > last.length && line.startsWith(last));
  const isBeginning = good.startsWith(text) && good.slice(text.length).trim() !== '';
  if (begun === undefined && !isBeginning) return null;
  const message =
    'This file seems to be cut off: it ends like the beginning of its last good version. If it is complete, end its last line with Enter.';
  const missing = isBeginning ? goodLines[lines.length - 1] : begun;
  return { line: lines.length, column: last.length + 1, message, ...(missing === undefined ? {} : { fix: missing }) };
}
