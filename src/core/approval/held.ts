/** A revision that was held because it is not approved: kept from pass to pass, so that whoever brought it is told, also of how it ended. */
import { createHash } from 'node:crypto';
import type { Instant } from '../../model/document.ts';
import type { Loaded } from '../../model/loaded.ts';
import { canonicalJson } from '../change.ts';
import type { Repository } from '../ports.ts';
import type { RevisionAnswer } from './answers.ts';
import type { Lack } from './judging.ts';

export interface HeldRevision {
  /** The last revision applied. */
  readonly from: string;
  readonly to: string;
  /** All commits that it brings. */
  readonly commits: readonly string[];
  readonly lacks: readonly Lack[];
  /** What somebody can do about it. */
  readonly next: string;
}

/** That it counts since, or something else in its place. */
export interface LetIn extends RevisionAnswer {
  readonly revision: string;
  /** Of the pass that took it in. */
  readonly at: Instant;
  /** False where the branch was set back meanwhile, so that not all that was held came in. */
  readonly isWhole: boolean;
}

export interface HeldStanding {
  readonly held: HeldRevision;
  /** Of the pass that first held it. */
  readonly since: Instant;
  /** Null: it is held. */
  readonly letIn: LetIn | null;
}

/** A merge request by which commits of a held revision came, by its number at the forge. */
export interface ToldRequest {
  readonly number: number;
  readonly commits: readonly string[];
}

/** Who has been told, or may have been where that was broken off. */
export interface ToldOfHeld {
  /** `stateOf` the standing that all of them know of; null: none yet. */
  readonly state: string | null;
  readonly requests: readonly ToldRequest[];
}

/** Where it is kept: of the revision that is held, or was the last one to be, and of no other. */
export interface HeldRevisions {
  standing(): Promise<HeldStanding | null>;
  /** Takes the place of what was kept. For passes, under the lease. */
  keep(standing: HeldStanding): Promise<void>;
  told(): Promise<ToldOfHeld>;
  /** For whoever tells. */
  keepTold(told: ToldOfHeld): Promise<void>;
}

/** The same again is no news. */
export async function keepHeld(memory: HeldRevisions, held: HeldRevision, at: Instant): Promise<void> {
  const before = await memory.standing();
  const goesOn = before !== null && before.letIn === null;
  if (goesOn && canonicalJson(before.held) === canonicalJson(held)) return;
  await memory.keep({ held, since: goesOn && before.held.to === held.to ? before.since : at, letIn: null });
}

/** After a revision was taken in. */
export async function keepLetIn(
  memory: HeldRevisions,
  { descends }: Pick<Repository, 'descends'>,
  { revision }: Pick<Loaded, 'revision'>,
  answer: RevisionAnswer | null,
  at: Instant,
): Promise<void> {
  const before = await memory.standing();
  if (before === null || before.letIn !== null) return;
  const { signedBy, approvedBy, commits } = answer ?? NOBODY;
  const isWhole = await descends(before.held.to, revision);
  await memory.keep({ ...before, letIn: { revision, at, isWhole, signedBy, approvedBy, commits } });
}

const NOBODY: RevisionAnswer = { signedBy: [], approvedBy: [], commits: [] };

/** One short text for all that is told of it: the same standing, the same text. */
export function stateOf(standing: HeldStanding): string {
  return createHash('sha256').update(canonicalJson(standing)).digest('hex');
}
