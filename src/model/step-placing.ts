/** Where an item of a step stands: its line, and the files that it was read from. */
import { compareText } from '../diagnostic.ts';
import type { Entry, User } from './document.ts';
import { userText } from './entry-text.ts';

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
