/** What each merge request is told of a held revision that it brought commits to. */
import { type Answerable, together } from './answers.ts';
import type { HeldStanding, ToldRequest } from './held.ts';
import type { Lack } from './judging.ts';

/**
 * - `lacking`: this is missing of what it brought.
 * - `waiting`: nothing is missing of what it brought, but of what came in with it.
 * - `let-in`: it counts by now.
 * - `gone`: the branch that counts no longer holds what it brought.
 */
export type Telling =
  | { readonly number: number; readonly how: 'lacking'; readonly lacks: readonly Lack[] }
  | { readonly number: number; readonly how: 'waiting' | 'gone' }
  | ({ readonly number: number; readonly how: 'let-in' } & Answerable);

export function tellings(standing: HeldStanding, requests: readonly ToldRequest[]): readonly Telling[] {
  return requests.map((request) => tellingOf(standing, request));
}

function tellingOf({ held, letIn }: HeldStanding, { number, commits }: ToldRequest): Telling {
  const own = new Set(commits);
  if (letIn === null) {
    if (!held.commits.some((one) => own.has(one))) return { number, how: 'gone' };
    // What is missing of no commit in particular is missing of all.
    const lacks = held.lacks.filter(({ commit }) => commit === null || own.has(commit));
    return lacks.length === 0 ? { number, how: 'waiting' } : { number, how: 'lacking', lacks };
  }
  const answers = letIn.commits.filter(({ commit }) => own.has(commit));
  if (answers.length > 0) return { number, how: 'let-in', ...together(answers) };
  if (!letIn.isWhole) return { number, how: 'gone' };
  const { signedBy, approvedBy } = letIn;
  return { number, how: 'let-in', signedBy, approvedBy };
}

/** Known ones with what was found of them now, and new ones. */
export function joined(known: readonly ToldRequest[], found: readonly ToldRequest[]): readonly ToldRequest[] {
  const all = new Map([...known, ...found].map((one) => [one.number, one]));
  return [...all.values()].sort((a, b) => a.number - b.number);
}
