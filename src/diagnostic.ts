/** Problems in what people wrote: values with a place, collected and never thrown. */

/** A place in the desired-state repository. Lines and columns count from 1. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  /** It stood there, and need not any more: whoever wrote what stands there now did not write it. */
  readonly past?: true;
}

/** How much stands still because of a problem, until a person mends it. */
export type Holds = 'everything' | 'file' | 'entry' | 'nothing';

/** One problem, in words that a person who does not program can act on. */
export interface Diagnostic extends Origin {
  readonly severity: 'error' | 'warning';
  /** What is wrong. One sentence, no jargon, never the YAML parser's own words. */
  readonly message: string;
  /** The corrected line, or the line to write; absent where only the author can know it. */
  readonly fix?: string;
  readonly holds: Holds;
  /**
   * What that means until it is mended, as a sentence; null: the message says it. Absent: what `holds` says, as the last good
   * documents go on.
   */
  readonly consequence?: string | null;
}

/** `users/cbs/ajensen.yaml:4:3`, the form that editors and terminals make clickable. */
export function place(origin: Origin): string {
  const column = origin.column === undefined ? '' : `:${origin.column}`;
  return `${origin.file}:${origin.line}${column}`;
}

/** Total order of diagnostics: by file, line, column, then message, so that equal input gives equal bytes. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compareText(a.message, b.message)
  );
}

/** Code-unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
