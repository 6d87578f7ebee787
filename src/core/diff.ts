/** Diff: the changes between what should be and what a proven reading showed, and what people should know besides. */
import { compareText } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';
import type { Moment } from '../model/moment.ts';
import { eachAnew, eachResult, lastResult, steadyList, steadySet } from '../model/reuse.ts';
import { accessChange } from './access.ts';
import { about, type Case, type Finding, NOTHING, noticed } from './case.ts';
import { type Change, compareChanges, type Desired, type Observed } from './change.ts';
import { created } from './creating.ts';
import { type Index, indexer } from './diff-index.ts';
import {
  existingNotice,
  goneNotice,
  notOursNotice,
  protectedNotice,
  undeclaredNotices,
  unsettledNotice,
} from './diff-notices.ts';
import { judgeIssued } from './issued.ts';
import { judgeOurs } from './ours.ts';
import type { Notice } from './plan.ts';
import type { Conflict, LedgerRow, Observation } from './ports.ts';
import type { Traits } from './traits.ts';

export interface DiffInput {
  readonly desired: readonly Desired[];
  readonly observation: Observation;
  readonly ledger: readonly LedgerRow[];
  readonly traits: Traits;
  readonly at: Instant;
  /** Keys of people whose verdict depends on which of the disagreeing clocks is right. */
  readonly doubtful: ReadonlySet<string>;
  /** Keys of people with a write whose outcome is not known yet: nothing is planned for them. */
  readonly unsettled: ReadonlySet<string>;
}

export interface Diff {
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  /** Rows whose truth the directory showed without any write of ours: accepted values, deletions. */
  readonly accepted: readonly LedgerRow[];
}

/** Same input, same bytes: changes in their total order, notices by person and kind. */
export function diff(input: DiffInput): Diff {
  return differ(false)(input);
}

/**
 * `diff` for one who asks again and again: who is the same in every respect as last time is not judged anew.
 * @param lasting false: it is asked once, so that nothing need be kept of each person
 */
export function differ(lasting = true): (input: DiffInput) => Diff {
  const index = indexer();
  const contextOf = lastResult(asContext);
  const few = { unsettled: steadySet<string>(), doubtful: steadySet<string>() };
  const each = { keyOf: ({ address }: Desired) => address.key, factsOf, work: judge, untouched };
  const judgeEach = lasting ? eachResult(each) : eachAnew(each);
  const worthSaying = lastResult((all: readonly Finding[]) => all.filter((finding) => finding !== NOTHING));
  const declaredIn = steadySet<string>();
  const keysOf = lastResult((desired: readonly Desired[]) => declaredIn(desired.map(({ address }) => address.key)));
  const undeclared = lastResult(undeclaredNotices);
  const marks = steadyList<Observed>();
  return ({ desired, observation, ledger, traits, unsettled, doubtful, at }) => {
    const known = index(ledger, observation);
    const lost = observation.lost === true;
    const context = contextOf(traits, few.unsettled(unsettled), few.doubtful(doubtful), known, lost);
    const findings = worthSaying(judgeEach(desired, context, at));
    const notices = findings.flatMap((finding) => finding.notices);
    return {
      changes: findings.flatMap(({ changes }) => changes).sort(compareChanges(() => 0)),
      notices: [...notices, ...undeclared(keysOf(desired), ledger, marks(known.unknownMarks), traits.thing)].sort(
        byPersonAndKind,
      ),
      accepted: findings.flatMap(({ accepted }) => accepted ?? []),
    };
  };
}

/** What all judgements have in common. */
interface Context {
  readonly traits: Traits;
  readonly unsettled: ReadonlySet<string>;
  readonly doubtful: ReadonlySet<string>;
  readonly index: Index;
  readonly lost: boolean;
}

function asContext(
  traits: Traits,
  unsettled: ReadonlySet<string>,
  doubtful: ReadonlySet<string>,
  index: Index,
  lost: boolean,
): Context {
  return { traits, unsettled, doubtful, index, lost };
}

/** Everybody but those whom the few things that changed are about. */
function untouched(before: Context, now: Context): ((one: Desired) => boolean) | null {
  const { since } = now.index;
  const same =
    before.traits === now.traits &&
    before.unsettled === now.unsettled &&
    before.doubtful === now.doubtful &&
    before.lost === now.lost;
  if (!same || since === null || since.state !== before.index.state) return null;
  return ({ address }) => !since.touched.has(address.key);
}

/** Everything that the judgement of one wanted thing may depend on, besides the moment. */
type Facts = readonly [
  desired: Desired,
  traits: Traits,
  isUnsettled: boolean,
  dated: boolean,
  row: LedgerRow | null,
  isGone: boolean,
  here: Observed | undefined,
  moved: Observed | undefined,
  named: Observed | undefined,
  conflict: Conflict | undefined,
  lost: boolean,
  /** All that the system says are theirs, where it says so. */
  theirs: readonly Observed[],
];

function factsOf(one: Desired, { traits, unsettled, doubtful, index, lost }: Context): Facts {
  const { key } = one.address;
  const row = index.rows.get(key) ?? null;
  const handle = row?.handle ?? '';
  const here = index.inScope.get(handle);
  const isGone = index.gone.has(handle);
  return [
    one,
    traits,
    unsettled.has(key),
    doubtful.has(one.person.key),
    row,
    isGone,
    here,
    index.elsewhere.get(handle),
    // Whoever is where the ledger has them is not looked for by name.
    here === undefined || isGone || row?.goneAt !== null ? index.named(key) : undefined,
    index.conflicts.get(key),
    lost,
    traits.thing.issued ? index.theirs(key) : NO_THINGS,
  ];
}

const NO_THINGS: readonly Observed[] = [];

function judge(facts: Facts, moment: Moment): Finding {
  const [desired, traits, isUnsettled, dated, row, isGone, here, moved, named, conflict, lost, theirs] = facts;
  if (isUnsettled) return noticed(unsettledNotice(desired));
  const subject: Case = { desired, row, traits, moment, dated, lost };
  if (traits.thing.issued) return judgeIssued(subject, { row, here, theirs, conflict });
  if (row === null && traits.thing.innate) return named === undefined ? NOTHING : judgeInnate(subject, named);
  if (row === null) return judgeUnknown(subject, named, conflict);
  if (row.goneAt !== null) return judgeReturned(subject, row, here) ?? judgeGone(subject, row, named);
  if (isGone) return judgeGone(subject, row, named);
  if (here !== undefined) return judgeOurs(subject, row, here);
  if (moved !== undefined) return judgeMoved(subject, moved);
  return noticed(goneNotice(desired));
}

/** No row in the ledger: create, or say why an existing thing of that name is not touched. */
function judgeUnknown(subject: Case, existing: Observed | undefined, conflict: Conflict | undefined): Finding {
  if (existing !== undefined) return noticed(existingNotice(subject, existing));
  return created(subject, conflict);
}

/** Nothing was written of it yet, so it is taken for what everybody has. */
function judgeInnate(subject: Case, observed: Observed): Finding {
  const { system, key } = subject.desired.address;
  const state = { enabled: true, attributes: {} };
  const row: LedgerRow = { system, key, handle: observed.handle, state, disabledFor: null, goneAt: null };
  return judgeOurs({ ...subject, row }, row, observed);
}

/**
 * A deleted thing that is there again under the same handle was restored, or had not reached the server that was asked: handles
 * are never given twice. With the mark that names this person it is Muster's as before; null: it has not come back so.
 */
function judgeReturned(subject: Case, row: LedgerRow, back: Observed | undefined): Finding | null {
  if (back === undefined || back.markedKey !== row.key) return null;
  const alive: LedgerRow = { ...row, goneAt: null };
  const finding = judgeOurs({ ...subject, row: alive }, alive, { ...back, ownership: 'ours' });
  return { ...finding, accepted: finding.accepted ?? alive };
}

/** Outside the managed scope, but by its handle certainly the one we wrote: a block still reaches it, nothing else does. */
function judgeMoved(subject: Case, moved: Observed): Finding {
  const { desired, row } = subject;
  const text = `The account of ${desired.person.label} was moved out of the managed units, to ${moved.location}.`;
  const next = 'Move it back, or add its unit to the configuration; until then only blocks and closings reach it.';
  const notices = [about(desired, 'moved', text, next)];
  if (moved.protectedBecause !== null) {
    return { changes: [], notices: [...notices, protectedNotice(subject, moved)], accepted: null };
  }
  const access = row === null ? NOTHING : accessChange(subject, row, moved);
  return { changes: access.changes.filter((change) => change.classes.includes('block')), notices, accepted: null };
}

function judgeGone(subject: Case, row: LedgerRow, recreated: Observed | undefined): Finding {
  const { desired, moment } = subject;
  const accepted = row.goneAt === null ? { ...row, goneAt: moment.exactly() } : null;
  if (recreated !== undefined) return { ...noticed(notOursNotice(subject, recreated)), accepted };
  if (!desired.verdict.allowed) return { ...NOTHING, accepted };
  return { ...noticed(goneNotice(desired)), accepted };
}

function byPersonAndKind(a: Notice, b: Notice): number {
  return compareText(a.person ?? '', b.person ?? '') || compareText(a.kind, b.kind) || compareText(a.text, b.text);
}
