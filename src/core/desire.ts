/** Desire: what the repository and the operators want at one revision; where the repository fails, the last good documents. */
import { MusterError, type Trouble, troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Loaded } from '../model/loaded.ts';
import { type Resolution, type Resolve, resolve as resolveAnew } from '../model/validate.ts';
import type { Repository, Store } from './ports.ts';

/**
 * Orders are asked for whether or not they have ended: what a date ends is for the model to say, which is also asked about the other
 * moments that it might be while the clocks disagree.
 */
const EVER = 0;

export interface Desire {
  readonly loaded: Loaded;
  readonly resolution: Resolution;
  /** Why the repository as it is now was not used; empty: it was. */
  readonly trouble: readonly Trouble[];
}

/** What the rest of a pass needs of it: without the files and the last good documents, which are as large as all else together. */
export interface Wanted extends Pick<Desire, 'trouble'> {
  readonly loaded: Pick<Loaded, 'revision' | 'committedAt' | 'commit' | 'trusted'>;
  readonly resolution: Omit<Resolution, 'remember'>;
}

export function wantedOf({ loaded, resolution, trouble }: Desire): Wanted {
  const { revision, committedAt, commit, trusted } = loaded;
  const { model, heldEntries, diagnostics } = resolution;
  const kept = { revision, committedAt, trusted, ...(commit === undefined ? {} : { commit }) };
  return { loaded: kept, resolution: { model, heldEntries, diagnostics }, trouble };
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
  const { loaded, trouble } = await loadTrusted(repository, store, last, signal);
  // Asked for last: a server that hangs must not keep an order out that is given meanwhile.
  const operatorBlocks = await store.orders.blocks(EVER);
  const resolution = resolve(loaded, remembered, { timeZone, operatorBlocks, at });
  return { loaded, resolution, trouble };
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
  return { loaded, resolution: { ...resolution, heldEntries: [], diagnostics: [] }, trouble: [] };
}

function nothingLoaded(last: string | null): Loaded {
  return { revision: last ?? 'none', committedAt: null, files: [], diagnostics: [], trusted: false };
}

async function loadTrusted(repository: Repository, store: Store, last: string | null, signal?: AbortSignal) {
  try {
    const loaded = await repository.load(signal);
    if (!loaded.trusted || last === null) return { loaded, trouble: [] };
    await refuseStrayRevision(repository, store, last, loaded.revision);
    return { loaded, trouble: [] };
  } catch (error) {
    return { loaded: nothingLoaded(last), trouble: [troubleOf(error)] };
  }
}

/** A force-push or a rollback would silently unblock people: only what descends from the last applied revision counts. */
async function refuseStrayRevision(repository: Repository, store: Store, from: string, to: string): Promise<void> {
  if (from === to || (await repository.descends(from, to)) || (await store.approvals.allowsStep(from, to))) return;
  throw new MusterError({
    remedy: 'person',
    where: 'the desired-state repository',
    what: `revision ${short(to)} does not build on ${short(from)}, the last one applied: history was rewritten or rolled back.`,
    next: `If that was meant, run "muster approve-revision ${from}..${to} --reason …"; until then the last good documents count.`,
  });
}

function short(revision: string): string {
  return revision.slice(0, 12);
}
