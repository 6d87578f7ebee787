/** Ledger rebuild: learns again, from the marks in the directory, which accounts are Muster's; shown first, then done as approved. */
import { createHash } from 'node:crypto';
import { MusterError } from '../../errors.ts';
import { canonicalJson, type Observed } from '../change.ts';
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
  readonly digest: string;
  readonly done: boolean;
}

/** Without `approval` it only shows. Throws MusterError when the reading is unproven, or is not what was approved. */
export async function rebuildLedger(
  parts: PassParts,
  approval: (Operator & { readonly digest: string }) | null,
): Promise<Rebuild> {
  return onScene(parts, 'ledger rebuild', async (scene) => {
    const { observed } = await scene.session.reader.observe(scene.desired, scene.known);
    const shown = planRebuild(scene, observed);
    if (approval === null) return shown;
    if (!shown.digest.startsWith(approval.digest) || approval.digest.length < 8) throw moved(shown.digest);
    await parts.store.ledger.put(shown.rows);
    await parts.store.ledger.establish(scene.at);
    await parts.store.approvals.approve({
      digest: shown.digest,
      fingerprints: [],
      by: approval.by,
      reason: approval.reason,
      at: scene.at,
      expires: scene.at,
    });
    return { ...shown, done: true };
  });
}

function planRebuild(scene: Scene, observed: readonly Observed[]): Rebuild {
  const desired = new Map(scene.desired.map((one) => [one.address.key, one]));
  // A row of a deleted account does not count: the account may have been restored since.
  const living = new Map(scene.rows.filter(({ goneAt }) => goneAt === null).map((row) => [row.handle, row]));
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
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  const digest = createHash('sha256').update(canonicalJson(rows)).digest('hex');
  return {
    rows,
    refused,
    disabled: rows.filter(({ state }) => !state.enabled).map(({ key }) => key),
    digest,
    done: false,
  };
}

function moved(digest: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'ledger rebuild',
    what: 'what would be learned is not what was approved.',
    next: `Look at "muster ledger rebuild" again, then approve ${digest.slice(0, 12)}.`,
  });
}
