/** Ledger rebuild: learns again, from the directory, which accounts are Muster's and which were deleted; shown first, then done as approved. */
import { createHash } from 'node:crypto';
import { compareText } from '../../diagnostic.ts';
import { MusterError } from '../../errors.ts';
import { canonicalJson, type Observed } from '../change.ts';
import { knownFrom } from '../known.ts';
import type { PassParts } from '../pass.ts';
import type { LedgerRow } from '../ports.ts';
import { acceptedState } from './adopt.ts';
import { type Operator, onScene, type Scene } from './scene.ts';

export interface Rebuild {
  /** Rows to add; those that the ledger has already stay as they are. */
  readonly rows: readonly LedgerRow[];
  /** Accounts whose mark cannot be trusted, and why. */
  readonly refused: readonly { readonly location: string; readonly because: string }[];
  /** Of the rows: disabled accounts, which from now on count as disabled by hand. */
  readonly disabled: readonly string[];
  /** Keys of accounts that the ledger knows and the directory does not have any more. */
  readonly deleted: readonly string[];
  readonly digest: string;
  readonly done: boolean;
}

/** Without `approval` it only shows. Throws MusterError when the reading is unproven, or is not what was approved. */
export async function rebuildLedger(
  parts: PassParts,
  approval: (Operator & { readonly digest: string }) | null,
): Promise<Rebuild> {
  return onScene(parts, 'ledger rebuild', async (scene) => {
    const { shown, gone } = await look(scene);
    if (approval === null) return shown;
    if (!shown.digest.startsWith(approval.digest) || approval.digest.length < 8) throw moved(shown.digest);
    await parts.store.ledger.put([...gone.map((row) => ({ ...row, goneAt: scene.at })), ...shown.rows]);
    await parts.store.ledger.establish(scene.at);
    await parts.store.approvals.approve({
      digest: shown.digest,
      fingerprints: [],
      people: [],
      by: approval.by,
      reason: approval.reason,
      at: scene.at,
      expires: scene.at,
    });
    return { ...shown, done: true };
  });
}

interface Look {
  readonly shown: Rebuild;
  /** Rows of deleted accounts. */
  readonly gone: readonly LedgerRow[];
}

/** The ledger is what is in question, so the reading is not measured against it; what it misses is looked for one by one. */
async function look(scene: Scene): Promise<Look> {
  const { reader } = scene.session;
  const { observed, elsewhere } = await reader.observe(scene.desired, {
    ...knownFrom([], []),
    openAttempts: scene.known.openAttempts,
  });
  const living = scene.rows.filter(({ goneAt }) => goneAt === null);
  if (observed.length === 0 && living.length > 0) throw nothingCame(reader.server, living.length);
  const here = new Set([...observed, ...elsewhere].map(({ handle }) => handle));
  const missing = living.filter(({ handle }) => !here.has(handle));
  const found = await reader.lookup(
    missing.map(({ key, handle }) => ({ key, handle })),
    scene.known,
  );
  const moved = new Set(found.map(({ handle }) => handle));
  const gone = missing.filter(({ handle }) => !moved.has(handle));
  return { shown: planRebuild(scene, [...observed, ...elsewhere], gone), gone };
}

function planRebuild(scene: Scene, observed: readonly Observed[], gone: readonly LedgerRow[]): Rebuild {
  const desired = new Map(scene.desired.map((one) => [one.address.key, one]));
  // A row of a deleted account does not count: the account may have been restored since.
  const deleted = new Set(gone);
  const rowsLeft = scene.rows.filter((row) => row.goneAt === null && !deleted.has(row));
  const living = new Map(rowsLeft.map((row) => [row.handle, row]));
  const taken = new Set([...living.values()].map(({ key }) => key));
  const marked = observed.filter((one) => one.attempt !== null && !living.has(one.handle));
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
    .update(canonicalJson({ rows, deleted: handles }))
    .digest('hex');
  return {
    rows,
    refused,
    disabled: rows.filter(({ state }) => !state.enabled).map(({ key }) => key),
    deleted: gone.map(({ key }) => key).sort(compareText),
    digest,
    done: false,
  };
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
