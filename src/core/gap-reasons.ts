/** Why one system is not as the repository says of one person, and whether the repository itself explains it. */
import type { Person } from './change.ts';

/**
 * Why a system is not as the repository says. The first six follow from the repository, and are made so by themselves once somebody is
 * looked after; the others are a question to people.
 */
export const GAP_REASONS = [
  'to-make',
  'to-give',
  'to-take',
  'to-write',
  'to-adopt',
  'unsettled',
  'differs',
  'changed-by-hand',
  'restricted-by-hand',
  'off-by-hand',
  'on-not-ours',
  'foreign',
  'protected',
  'moved',
  'gone',
  'conflict',
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

const EXPLAINED: ReadonlySet<GapReason> = new Set(GAP_REASONS.slice(0, GAP_REASONS.indexOf('differs')));

/** Whether the repository itself says why, so that nobody need be asked. */
export function isExplained(reason: GapReason): boolean {
  return EXPLAINED.has(reason);
}

export interface Gap {
  readonly person: Person;
  readonly reason: GapReason;
  /** What differs; null: the thing as a whole. */
  readonly attribute: string | null;
}
