/** Gaps: where what one system holds of a person is not as the repository says, each with its reason. */
import { Moment } from '../model/moment.ts';
import type { Desired, Observed } from './change.ts';
import type { DiffInput } from './diff.ts';
import { type Index, indexer } from './diff-index.ts';
import type { Gap, GapReason } from './gap-reasons.ts';
import type { LedgerRow } from './ports.ts';
import type { Traits } from './traits.ts';

/** What a diff is made of, but for disagreeing clocks: how things stand depends on none. */
export type Comparing = Omit<DiffInput, 'doubtful'>;

/** Everybody's, in the order of what is wanted. What is not Muster's yet is compared as if it were. */
export function gapsIn({ desired, observation, ledger, traits, at, unsettled }: Comparing): readonly Gap[] {
  const index = indexer()(ledger, observation);
  const moment = new Moment(at);
  return desired.flatMap((one) => {
    const found = unsettled.has(one.address.key)
      ? [whole('unsettled')]
      : gapsOf({ desired: one, traits, moment, index, ...foundFor(one, index, traits) });
    return found.map((gap) => ({ person: one.person, ...gap }));
  });
}

type Found = Omit<Gap, 'person'>;

interface Subject {
  readonly desired: Desired;
  readonly traits: Traits;
  readonly moment: Moment;
  readonly index: Index;
  readonly row: LedgerRow | null;
  /** Where Muster works. */
  readonly here: Observed | undefined;
  readonly moved: Observed | undefined;
}

function foundFor({ address: { key } }: Desired, index: Index, { thing }: Traits) {
  const row = index.rows.get(key) ?? null;
  const known = row === null ? undefined : index.inScope.get(row.handle);
  const here = known ?? (thing.issued ? index.theirs(key)[0] : index.named(key));
  return { row, here, moved: row === null ? undefined : index.elsewhere.get(row.handle) };
}

function whole(reason: GapReason): Found {
  return { reason, attribute: null };
}

function gapsOf(subject: Subject): readonly Found[] {
  const { desired, index, row, here, moved, traits } = subject;
  // By its handle certainly the one, wherever it lies now.
  if (row !== null && moved !== undefined && !index.inScope.has(row.handle)) return [whole('moved')];
  if (here === undefined) return notThere(subject);
  if (row !== null && here.handle !== row.handle && index.gone.has(row.handle)) return [whole('gone')];
  const differing = [...accessGap(subject, here), ...valueGaps(subject, here)];
  if (here.protectedBecause !== null) return differing.length === 0 ? [] : [whole('protected')];
  if (here.ownership === 'foreign' || (here.ownership === 'unmarked' && !here.managed)) return [whole('foreign')];
  const isOurs = here.ownership === 'ours' || traits.thing.innate || traits.thing.issued;
  const isMissed = !isOurs && (desired.verdict.allowed || here.enabled);
  return isMissed ? [whole('to-adopt'), ...differing] : differing;
}

function notThere({ desired, traits, index, row }: Subject): readonly Found[] {
  if (traits.thing.innate) return [];
  if (!desired.verdict.allowed) return [];
  if (row !== null) return [whole('gone')];
  return [whole(index.conflicts.has(desired.address.key) ? 'conflict' : 'to-make')];
}

/** Whether they can use it, against whether they may. */
function accessGap({ desired, row, traits, moment }: Subject, here: Observed): readonly Found[] {
  if (desired.verdict.allowed) {
    if (here.enabled) return [];
    return [whole(row?.disabledFor == null ? 'off-by-hand' : 'to-give')];
  }
  if (moment.reached(traits.usableUntil(here))) return [];
  const isOurs = here.ownership === 'ours' || traits.thing.innate || traits.thing.issued;
  return [whole(isOurs ? 'to-take' : 'on-not-ours')];
}

function valueGaps({ desired, row, traits }: Subject, here: Observed): readonly Found[] {
  const isOurs = row !== null && here.handle === row.handle && here.ownership === 'ours';
  // Whoever is out may show what they were shut out with: an issued thing that is off holds no number.
  if (traits.thing.issued && !here.enabled) return [];
  return Object.entries(desired.attributes).flatMap(([attribute, wanted]): readonly Found[] => {
    const is = here.attributes[attribute] ?? null;
    if (is === wanted) return [];
    const known = isOurs ? row.state.attributes[attribute] : undefined;
    if (traits.loosens(attribute, is, wanted) && known !== is) return [{ reason: 'restricted-by-hand', attribute }];
    if (!isOurs) return [{ reason: 'differs', attribute }];
    return [{ reason: known === wanted ? 'changed-by-hand' : 'to-write', attribute }];
  });
}
