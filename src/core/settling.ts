/** Settling: what recovery found is told to the system and written down, one intent at a time, so that one that cannot be stops no other. */
import { type Trouble, troubleOf } from '../errors.ts';
import { groupsOf } from './coming-back.ts';
import type { Connected } from './connecting.ts';
import { isDoubtful } from './footing.ts';
import { knownFrom } from './known.ts';
import type { Notice } from './plan.ts';
import type { Clock, Intent, Journal, LedgerRow, Reader, Reconciler } from './ports.ts';
import { type Recovery, type Resolved, recover, type Witness } from './recover.ts';

export interface Settled extends Recovery {
  readonly notices: readonly Notice[];
}

/** Rows, open questions and what to say, as recovery goes on. */
export interface Settling {
  readonly rows: ReadonlyMap<string, LedgerRow>;
  readonly unsettled: readonly Intent[];
  readonly notices: readonly Notice[];
}

/** Null in a dry run: what was found counts for this pass, and is found again by the next. */
export type Keep = ((recovery: Recovery) => Promise<Settled>) | null;

/** Throws MusterError where the journal takes nothing any more. */
export async function keepRecovery(
  { journal, clock }: { readonly journal: Journal; readonly clock: Clock },
  reconciler: Reconciler,
  recovery: Recovery,
): Promise<Settled> {
  const resolved: Resolved[] = [];
  const unsettled = [...recovery.unsettled];
  const notices: Notice[] = [];
  for (const one of recovery.resolved) {
    const trouble = await tell(reconciler, one);
    if (trouble !== null) notices.push(troubleNotice(one.intent, trouble));
    if (trouble !== null && trouble.remedy !== 'person') {
      unsettled.push(one.intent);
      continue;
    }
    await journal.settle(one.intent, one.outcome, one.row, clock());
    resolved.push(one);
  }
  return { resolved, unsettled, notices };
}

async function tell(reconciler: Reconciler, { intent, outcome }: Resolved): Promise<Trouble | null> {
  try {
    await reconciler.settle(intent.change, intent.attempt, outcome.status === 'applied');
    return null;
  } catch (error) {
    return troubleOf(error);
  }
}

/** Point reads settle most of what a crash left, before anything new is decided. A server of the past can't tell. Never throws. */
export async function settleEarly(
  open: readonly Intent[],
  rows: ReadonlyMap<string, LedgerRow>,
  { session, footing }: Connected,
  at: number,
  keep: Keep,
): Promise<Settling> {
  if (open.length === 0 || footing.standing === 'back') return { rows, unsettled: open, notices: [] };
  const wanted = open.map(({ change }) => ({ key: change.address.key, handle: change.handle }));
  try {
    const found = await session.reader.lookup(wanted, knownFrom(rows.values(), open));
    const witness = { server: session.reader.server, found, proven: false, doubtful: isDoubtful(footing), at };
    return await settle(open, rows, witness, keep, session.reader);
  } catch {
    // The block lane must not wait for this: it asks other servers, and the bulk reading will fail and say why.
    return { rows, unsettled: open, notices: [] };
  }
}

/** Throws MusterError where the journal takes nothing any more. */
export async function settle(
  open: readonly Intent[],
  rows: ReadonlyMap<string, LedgerRow>,
  witness: Witness,
  keep: Keep,
  reader: Pick<Reader, 'groups'>,
): Promise<Settling> {
  if (open.length === 0) return { rows, unsettled: open, notices: [] };
  const { resolved, unsettled } = recover(open, witness, rows);
  const recovery = { resolved: await Promise.all(resolved.map((one) => withGroups(one, reader))), unsettled };
  const settled = keep === null ? { ...recovery, notices: [] } : await keep(recovery);
  const learned = settled.resolved.flatMap(({ row }) => (row === null ? [] : [[row.handle, row] as const]));
  return { rows: new Map([...rows, ...learned]), unsettled: settled.unsettled, notices: settled.notices };
}

/** What somebody had who left is not in the intent: it is read now. Where that fails, it stays unknown. */
async function withGroups(one: Resolved, reader: Pick<Reader, 'groups'>): Promise<Resolved> {
  const { row } = one;
  if (one.intent.change.kind !== 'disable' || row?.away === undefined || row.away.groups !== null) return one;
  return { ...one, row: { ...row, away: { ...row.away, groups: await groupsOf(reader, row.handle) } } };
}

function troubleNotice({ change }: Intent, { what, next }: Trouble): Notice {
  const text = `${change.person.label}: a write of an earlier run was found done, but not everything that belongs to it: ${what}`;
  return { kind: 'unsettled', person: change.person.label, text, next, origin: null, urgent: false };
}
