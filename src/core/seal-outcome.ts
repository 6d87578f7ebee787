/** What came of a reviewed merge: after the first whole pass over it, and each time that what is held of it becomes less. */
import { type Change, fingerprint } from './change.ts';
import type { Journal, Store } from './ports.ts';
import type { Report } from './report.ts';
import type { Deviation, SealedChange, SealOutcome, Seals } from './seal.ts';
import { isIn, nameOf, originsOf, type SealInForce, unshown } from './seals-in-force.ts';

/** Changes of one person that are looked through for one that an earlier pass over the same merge made. */
const LATEST_LOOKED_AT = 20;

interface Parts {
  readonly seals?: Seals;
  readonly store: Pick<Store, 'journal'>;
}

/** Writes down what came of each. Where not everything could be read it stays as it is: nobody knows yet what else there is. */
export async function settleSeals(
  { seals, store }: Parts,
  inForce: readonly SealInForce[],
  report: Report,
): Promise<void> {
  if (seals === undefined || inForce.length === 0) return;
  if (report.plan.unread.length + report.trouble.length > 0 || report.interrupted !== undefined) return;
  const applied = new Set(
    report.applied.flatMap(({ change, outcome }) => (outcome.status === 'applied' ? [deedOf(change)] : [])),
  );
  const held = unshown(inForce, report.plan.changes).filter((change) => !applied.has(deedOf(change)));
  for (const one of inForce) {
    const own = held.filter(isOf(one));
    const { outcome } = one;
    if (outcome !== null && outcome.held.length === own.length) continue;
    const next = outcome ?? (await firstOutcome(one, report, applied, own, store.journal));
    await seals.settle(one.id, { ...next, at: report.finishedAt, held: own.map(({ address }) => address) });
  }
}

function isOf({ merged, outcome }: SealInForce): (change: Change) => boolean {
  const before = new Set((outcome?.held ?? []).map(nameOf));
  const isWritten = isIn(merged.lines);
  return (change) => (outcome === null ? originsOf(change).some(isWritten) : before.has(nameOf(change.address)));
}

async function firstOutcome(
  { seal, merged }: SealInForce,
  report: Report,
  applied: ReadonlySet<string>,
  held: readonly Change[],
  journal: Journal,
): Promise<SealOutcome> {
  const planned = Map.groupBy(report.plan.changes, ({ address }) => nameOf(address));
  let [done, waiting] = [0, 0];
  const deviations: Deviation[] = held.map((change) => deviationOf(change, 'unshown', change));
  for (const shown of seal.changes) {
    const now = planned.get(nameOf(shown.address)) ?? [];
    const same = now.find((change) => fingerprint(change) === shown.fingerprint);
    const [instead] = now;
    if (same !== undefined && applied.has(deedOf(same))) done += 1;
    else if (same !== undefined) waiting += 1;
    // An earlier pass that could not read everything made it all the same.
    else if (merged.at < report.startedAt && (await wasMade(shown, merged.at, journal))) done += 1;
    else if (instead !== undefined) deviations.push(deviationOf(shown, 'otherwise', instead));
    else
      deviations.push({
        person: shown.person,
        address: shown.address,
        how: 'needless',
        because: 'it is so already',
        origin: null,
      });
  }
  const { name, head } = seal;
  const { revision } = merged;
  return {
    name,
    head,
    revision,
    at: report.finishedAt,
    shown: seal.changes.length,
    done,
    waiting,
    deviations,
    held: [],
  };
}

async function wasMade(
  { person, fingerprint: print }: SealedChange,
  since: number,
  journal: Journal,
): Promise<boolean> {
  const latest = await journal.of(person.key, LATEST_LOOKED_AT);
  return latest.some(
    ({ intent, outcome }) =>
      outcome?.status === 'applied' && intent.at >= since && fingerprint(intent.change) === print,
  );
}

function deviationOf(
  { person, address }: Pick<Change, 'person' | 'address'>,
  how: Deviation['how'],
  { cause }: Change,
): Deviation {
  return { person, address, how, because: cause.text, origin: cause.origin };
}

function deedOf({ address, kind }: Change): string {
  return `${kind} ${nameOf(address)}`;
}
