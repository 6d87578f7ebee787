/** Suggestions: the known name that a mistyped one probably means. */
import { nearest } from './nearest.ts';

/** Looking through 100,000 names takes tens of milliseconds: beyond this many different unknown names, something else is wrong. */
const SUGGESTIONS_MAX = 20;

/** Null: nothing near, or too many unknown names to look for each. */
export type Suggest = (word: string) => string | null;

/** Each distinct word is looked up once, in the order in which they are asked for. */
export function suggestFrom(known: ReadonlyMap<string, unknown>): Suggest {
  const answers = new Map<string, string | null>();
  return (word) => {
    const before = answers.get(word);
    if (before !== undefined) return before;
    const answer = answers.size < SUGGESTIONS_MAX ? nearest(word, known.keys()) : null;
    answers.set(word, answer);
    return answer;
  };
}
