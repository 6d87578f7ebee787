/** Acts of operators that no journal tells of: each is a row of the audit chain before it is done, and one with what came of it. */
import { MusterError, troubleOf } from '../../errors.ts';
import type { ActEvent } from '../audit.ts';
import type { PassParts } from '../pass.ts';
import { underLease } from '../pass.ts';
import { doubtOfStore, keepHead } from '../restored.ts';
import type { Operator } from './scene.ts';

/** Runs `work` between its two rows. Throws what it throws, and MusterError where nothing can be recorded: then nothing is done. */
export async function recordedAct<T>(
  { store, clock }: Pick<PassParts, 'store' | 'clock'>,
  act: Pick<ActEvent, 'act' | 'person' | 'detail' | 'by' | 'reason'>,
  work: () => Promise<T>,
): Promise<T> {
  const append = (phase: ActEvent['phase'], more: ActEvent['detail'] = {}) =>
    store.audit.append({ ...act, kind: 'act', phase, detail: { ...act.detail, ...more } }, clock());
  await append('begun');
  let done: T;
  try {
    done = await work();
  } catch (error) {
    // What it failed of has to be told, and may be the store itself.
    await append('failed', { error: troubleOf(error).what }).catch(() => undefined);
    throw error;
  }
  await append('done');
  return done;
}

export interface AcceptedHistory {
  /** Why everything was held. */
  readonly because: string;
  /** The row from which the chain counts on. */
  readonly seq: number;
}

/** An operator has looked: the store as it is counts from now on, and the chain says so. Throws MusterError where nothing is held for it. */
export async function acceptHistory(parts: PassParts, { by, reason }: Operator): Promise<AcceptedHistory> {
  const { store, clock, headFile } = parts;
  return underLease(store, 'audit accept', async () => {
    const because = (await doubtOfStore(parts))?.because ?? null;
    if (because === null) {
      const next =
        headFile === undefined
          ? 'Set "audit.headFile" to have a restored database noticed.'
          : 'Run "muster audit verify" to see how the chain stands.';
      throw new MusterError({
        remedy: 'person',
        where: 'muster audit accept',
        what: 'there is nothing to accept.',
        next,
      });
    }
    const kept = await headFile?.read().catch(() => null);
    const detail = { because, ...(kept == null ? {} : { keptSeq: kept.seq, keptHash: kept.hash }) };
    // A head that can't be kept leaves everything held, and then the chain must not say that it was accepted.
    await recordedAct(parts, { act: 'history-accepted', person: null, by, reason, detail }, () =>
      keepHead(parts, clock()),
    );
    const { seq } = await keepHead(parts, clock());
    return { because, seq };
  });
}
