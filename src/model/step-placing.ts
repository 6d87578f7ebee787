/** What items of a step have in common: where they stand, and how to tell what gives from what takes. */
import { compareText } from '../diagnostic.ts';
import type { Entry, User } from './document.ts';
import { userText } from './entry-text.ts';
import { beyond, type Spans } from './spans.ts';
import type { StepItem } from './step-item.ts';

export interface Placing {
  readonly file: string;
  readonly line: number;
  readonly paths: readonly string[];
}

export function placing(entry: Entry<unknown>): Placing {
  const { file, line } = entry.origin;
  return { file, line, paths: filesOf(entry) };
}

/** Files of all versions of these entries, each once, in code-unit order. */
export function filesOf(...entries: readonly (Entry<unknown> | undefined)[]): readonly string[] {
  const files = entries.flatMap((entry) =>
    entry === undefined ? [] : [entry.origin.file, ...entry.rivals.map(({ origin }) => origin.file)],
  );
  return [...new Set(files)].sort(compareText);
}

/** A sentence, and under it the document of a person to write. */
export function linesToWrite(sentence: string, user: User, state: User['state']): string {
  return `${sentence}\n${userText(user, state)}`;
}

/** Where something may be had before and after: a time that was not there gives, whatever else was taken. */
export function effectBetween(before: Spans, after: Spans): StepItem['effect'] {
  if (beyond(after, before).length > 0) return 'gives';
  return beyond(before, after).length > 0 ? 'takes' : 'neither';
}
