/** Desire: what the repository and the operators want at one revision; where the repository fails, the last good documents. */
import { type Trouble, troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Loaded } from '../model/loaded.ts';
import { type Resolution, type Resolve, resolve as resolveAnew } from '../model/validate.ts';
import { type Admission, admit } from './approval/admitting.ts';
import type { RevisionAnswer } from './approval/answers.ts';
import type { HeldRevision } from './approval/held.ts';
import { NotApproved } from './approval/refusing.ts';
import type { Repository, Store } from './ports.ts';

/**
 * Orders are asked for whether or not they have ended: what a date ends is for the model to say, which is also asked about the other
 * moments that it might be while the clocks disagree.
 */
const EVER = 0;

export interface Desire {
  readonly loaded: Loaded;
  /** Who answers for the revision; null: nobody has to. */
  readonly answer: RevisionAnswer | null;
  readonly resolution: Resolution;
  /** Why the repository as it is now was not used; empty: it was. */
  readonly trouble: readonly Trouble[];
  /** The revision that was not used because it is not approved; null: there is none. */
  readonly held: HeldRevision | null;
}

/** What the rest of a pass needs of it: without the files and the last good documents, which are as large as all else together. */
export interface Wanted extends Pick<Desire, 'trouble'> {
  /** The revision that was not used because it is not approved; null: there is none. */
  readonly unapproved: string | null;
  readonly loaded: Pick<Loaded, 'revision' | 'committedAt' | 'commit' | 'trusted'>;
  readonly resolution: Omit<Resolution, 'remember'>;
}

export function wantedOf({ loaded, answer, resolution, trouble, held }: Desire): Wanted {
  const { revision, committedAt, trusted } = loaded;
  const commit = answeredCommit(loaded, answer);
  const { model, heldEntries, diagnostics } = resolution;
  const kept = { revision, committedAt, trusted, ...(commit === undefined ? {} : { commit }) };
  const unapproved = held?.to ?? null;
  return { loaded: kept, resolution: { model, heldEntries, diagnostics }, trouble, unapproved };
}

/** A revision for which nobody has to answer stands as it is in Git. */
function answeredCommit({ commit }: Loaded, answer: RevisionAnswer | null): Loaded['commit'] {
  if (commit === undefined || answer === null) return commit;
  const { signedBy, approvedBy } = answer;
  return { ...commit, signedBy, approvedBy };
}

/**
 * Never throws for a repository that is away or refused: blocks, closings and dates still reach everyone.
 * @param resolve one that remembers, for who asks again and again.
 * @param signal breaks off asking the repository; then it counts as away.
 */
export async function desire(
  repository: Repository,
  store: Store,
  timeZone: string,
  at: Instant,
  resolve: Resolve = resolveAnew,
  signal?: AbortSignal,
): Promise<Desire> {
  const [remembered, last] = await Promise.all([store.memory.entries(), store.memory.revision()]);
  const { loaded, ...admitted } = await loadAdmitted(repository, store, { last, remembered, timeZone, at, signal });
  // Asked for last: a server that hangs must not keep an order out that is given meanwhile.
  const operatorBlocks = await store.orders.blocks(EVER);
  const resolution = resolve(loaded, remembered, { timeZone, operatorBlocks, at });
  return { loaded, resolution, ...admitted };
}

/** What counted in the last pass, with the orders as they are now; asks no repository, and so waits for none. */
export async function desireRemembered(store: Store, timeZone: string, at: Instant): Promise<Desire> {
  const [remembered, last, operatorBlocks] = await Promise.all([
    store.memory.entries(),
    store.memory.revision(),
    store.orders.blocks(EVER),
  ]);
  const loaded = nothingLoaded(last);
  const resolution = resolveAnew(loaded, remembered, { timeZone, operatorBlocks, at });
  // That nothing was read is no news of any entry.
  return {
    loaded,
    answer: null,
    resolution: { ...resolution, heldEntries: [], diagnostics: [] },
    trouble: [],
    held: null,
  };
}

function nothingLoaded(last: string | null): Loaded {
  return { revision: last ?? 'none', committedAt: null, files: [], diagnostics: [], trusted: false };
}

async function loadAdmitted(
  repository: Repository,
  store: Store,
  before: Omit<Admission, 'loaded'>,
): Promise<Omit<Desire, 'resolution'>> {
  try {
    const loaded = await repository.load(before.signal, before.remembered);
    const answer = loaded.trusted ? await admit(repository, store, { ...before, loaded }) : null;
    return { loaded, answer, trouble: [], held: null };
  } catch (error) {
    const held = error instanceof NotApproved ? error.held : null;
    return { loaded: nothingLoaded(before.last), answer: null, trouble: [troubleOf(error)], held };
  }
}
