/** Ledger rebuild: learns again, from one system, what in it is Muster's and what was deleted; shown first, then done as approved. */
import { createHash } from 'node:crypto';
import { compareText } from '../../diagnostic.ts';
import { MusterError } from '../../errors.ts';
import { canonicalJson, type Observed } from '../change.ts';
import { historyOf } from '../footing.ts';
import { bearsUnknownMark, knownFrom } from '../known.ts';
import { lostWrites } from '../lost-writes.ts';
import type { PassParts } from '../pass.ts';
import type { LedgerRow } from '../ports.ts';
import { recordedAct } from './acts.ts';
import { acceptedState } from './adopt.ts';
import { type Operator, onScene, type Scene } from './scene.ts';

export interface Rebuild {
  readonly system: string;
  /** Kind of what is in question there. */
  readonly thing: string;
  /** Nothing of what the ledger knows came back. */
  readonly noneCame: boolean;
  /** Rows to add; those that the ledger has already stay as they are. */
  readonly rows: readonly LedgerRow[];
  /** Accounts whose mark cannot be trusted, and why. */
  readonly refused: readonly { readonly location: string; readonly because: string }[];
  /** Of the rows: disabled accounts, which from now on count as disabled by hand. */
  readonly disabled: readonly string[];
  /** Keys of people whose thing the ledger knows and the system does not have any more. */
  readonly deleted: readonly string[];
  /** The server, where it is in doubt whether it shows everything that was written: approving takes what it shows for the truth. */
  readonly doubt: { readonly server: string; readonly because: string; readonly lost: readonly Lost[] } | null;
  readonly digest: string;
  readonly done: boolean;
}

/** Whether an approval would do anything. */
export function somethingToAccept({ rows, deleted, doubt }: Rebuild): boolean {
  return rows.length + deleted.length > 0 || doubt !== null;
}

/** What the server does not show of what the ledger has for one person. */
export interface Lost {
  readonly key: string;
  readonly what: readonly string[];
}

/**
 * Without `approval` it only shows. Throws MusterError when the reading is unproven, or is not what was approved.
 * @param system which one; absent: the one that holds accounts
 */
export async function rebuildLedger(
  parts: PassParts,
  approval: (Operator & { readonly digest: string }) | null,
  system?: string,
): Promise<Rebuild> {
  const act = async (scene: Scene): Promise<Rebuild> => {
    const { shown, gone } = await look(scene);
    if (approval === null) return shown;
    if (!shown.digest.startsWith(approval.digest) || approval.digest.length < 8) throw moved(shown.digest);
    const detail = { learned: shown.rows.length, deleted: gone.length };
    const { by, reason } = approval;
    const record = { act: 'ledger-rebuild', person: null, by, reason, detail } as const;
    await recordedAct(parts, record, () => learn(scene, shown, gone, approval));
    return { ...shown, done: true };
  };
  return onScene(parts, 'ledger rebuild', act, { ofThePast: true, ...(system === undefined ? {} : { system }) });
}

async function learn(scene: Scene, shown: Rebuild, gone: readonly LedgerRow[], approval: Operator): Promise<void> {
  const { parts } = scene;
  await parts.store.ledger.put([...gone.map((row) => ({ ...row, goneAt: scene.at })), ...shown.rows]);
  // Whether the store was lost is told by marks, and an issued thing bears none.
  if (!scene.reconciler.traits.thing.issued) await parts.store.ledger.establish(scene.at);
  await parts.store.approvals.approve({
    digest: shown.digest,
    fingerprints: [],
    people: [],
    by: approval.by,
    reason: approval.reason,
    at: scene.at,
    expires: scene.at,
  });
  await acceptServer(scene);
}

/** From now on the server counts on from where it stands, whatever it forgot. */
async function acceptServer({ parts, reconciler, session, footing, at }: Scene): Promise<void> {
  const position = await session.reader.position();
  if (position === null) return;
  const { system } = reconciler;
  await parts.store.servers.accept({ ...position, system, address: footing.address, at, backAt: null });
}

interface Look {
  readonly shown: Rebuild;
  /** Rows of deleted accounts. */
  readonly gone: readonly LedgerRow[];
}

/** The ledger is what is in question, so the reading is not measured against it; what it misses is looked for one by one. */
async function look(scene: Scene): Promise<Look> {
  const { reader } = scene.session;
  const { issued, innate } = scene.reconciler.traits.thing;
  if (innate) throw nothingToLearn(scene.reconciler.system);
  const { observed, elsewhere } = await reader.observe(scene.desired, {
    ...knownFrom([], []),
    openAttempts: scene.known.openAttempts,
  });
  const living = scene.rows.filter(({ goneAt }) => goneAt === null);
  const noneCame = observed.length === 0 && living.length > 0;
  // An issued thing that is taken for deleted is not made again by itself: somebody may say so of all of them.
  if (noneCame && !issued) throw nothingCame(reader.server, living.length);
  const here = new Set([...observed, ...elsewhere].map(({ handle }) => handle));
  const missing = living.filter(({ handle }) => !here.has(handle));
  const found = await reader.lookup(
    missing.map(({ key, handle }) => ({ key, handle })),
    scene.known,
  );
  const moved = new Set(found.map(({ handle }) => handle));
  const gone = missing.filter(({ handle }) => !moved.has(handle));
  const everything = [...observed, ...elsewhere, ...found];
  const forgotten = gone.map(({ handle }) => handle);
  const lost = [...lostWrites(living, everything, forgotten)].map(([key, what]): Lost => ({ key, what }));
  return { shown: planRebuild(scene, [...observed, ...elsewhere], gone, doubtOf(scene, lost), noneCame), gone };
}

function doubtOf({ footing }: Scene, lost: readonly Lost[]): Rebuild['doubt'] {
  if (footing.standing === 'steady') return null;
  return {
    server: footing.address,
    because: historyOf(footing),
    lost: lost.toSorted((a, b) => compareText(a.key, b.key)),
  };
}

function planRebuild(
  scene: Scene,
  observed: readonly Observed[],
  gone: readonly LedgerRow[],
  doubt: Rebuild['doubt'],
  noneCame: boolean,
): Rebuild {
  const desired = new Map(scene.desired.map((one) => [one.address.key, one]));
  // A row of a deleted account does not count: the account may have been restored since.
  const deleted = new Set(gone);
  const rowsLeft = scene.rows.filter((row) => row.goneAt === null && !deleted.has(row));
  const living = new Map(rowsLeft.map((row) => [row.handle, row]));
  const taken = new Set([...living.values()].map(({ key }) => key));
  const marked = observed.filter((one) => bearsUnknownMark(one, living));
  const byPerson = Map.groupBy(marked, (one) => one.markedKey ?? one.address.key);
  const rows: LedgerRow[] = [];
  const refused: { location: string; because: string }[] = [];
  for (const [key, claimants] of byPerson) {
    const [only] = claimants;
    if (only === undefined || claimants.length > 1) {
      refused.push(
        ...claimants.map(({ location }) => ({
          location,
          because: `${claimants.length} accounts bear the mark of ${key}`,
        })),
      );
      continue;
    }
    if (taken.has(key)) {
      refused.push({ location: only.location, because: `the ledger has another account as that of ${key}` });
      continue;
    }
    const { system } = scene.reconciler;
    rows.push({
      system,
      key,
      handle: only.handle,
      state: acceptedState(scene, desired.get(key), only),
      disabledFor: null,
      goneAt: null,
    });
  }
  rows.sort((a, b) => compareText(a.key, b.key));
  const handles = gone.map(({ handle }) => handle).sort(compareText);
  const digest = createHash('sha256')
    // The numbers of a server in doubt move on; what it is in doubt for does not.
    .update(canonicalJson({ rows, deleted: handles, ...(doubt === null ? {} : { lost: doubt.lost }) }))
    .digest('hex');
  const { system, traits } = scene.reconciler;
  return {
    system,
    thing: traits.thing.kind,
    noneCame,
    rows,
    refused,
    disabled: rows.filter(({ state }) => !state.enabled).map(({ key }) => key),
    deleted: gone.map(({ key }) => key).sort(compareText),
    doubt,
    digest,
    done: false,
  };
}

function nothingToLearn(system: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `${system}, ledger rebuild`,
    what: 'there is nothing to learn again: what was lost there is written again by itself.',
    next: 'Run "muster plan" to see what the next pass does there.',
  });
}

function nothingCame(server: string, known: number): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `${server}, ledger rebuild`,
    what: `not one account came back, and the ledger knows ${known}.`,
    next: 'Check the rights of the account Muster logs in with, and the units in the configuration.',
  });
}

function moved(digest: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'ledger rebuild',
    what: 'what would be learned is not what was approved.',
    next: `Look at "muster ledger rebuild" again, then approve ${digest.slice(0, 12)}.`,
  });
}
