/** Access: whether an account should be enabled or disabled, and why; only what Muster disabled is given back. */
import type { Origin } from '../diagnostic.ts';
import type { Moment } from '../model/moment.ts';
import type { Ended, Reason, ReasonKind } from '../model/standing.ts';
import { about, type Case, type Finding, NOTHING, noticed, reasonsOf } from './case.ts';
import {
  type Cause,
  type ChangeClass,
  type Desired,
  type Disable,
  type Effect,
  type Enable,
  fellDue,
  type Observed,
  type State,
} from './change.ts';
import { comingBack, hereAgain, leaveOf, leftMeanwhile } from './coming-back.ts';
import { lineOfField } from './decided-by.ts';
import type { LedgerRow } from './ports.ts';
import type { Traits } from './traits.ts';

/** Said by a person about a person or an institution: goes first, on its own budget, in the block lane. */
const EXPLICIT: ReadonlySet<ReasonKind> = new Set([
  'closed',
  'person-blocked',
  'institution-blocked',
  'operator-blocked',
  'mail-blocked',
]);

/** Which of several reasons names the cause: the one that counts against the widest budget first. */
export const CAUSES_OF_DISABLES: readonly ReasonKind[] = [
  'operator-blocked',
  'institution-blocked',
  'person-blocked',
  'closed',
  'ended',
  'not-started',
  'mail-blocked',
];

/** Kinds of a cause whose end counts as lifting. */
export const BLOCKS: ReadonlySet<string> = new Set([
  'person-blocked',
  'institution-blocked',
  'operator-blocked',
  'mail-blocked',
]);

export function isExplicit(reason: Reason): boolean {
  return EXPLICIT.has(reason.kind);
}

/** Enable, disable, a notice, or nothing, for one existing thing whose ledger row is known. */
export function accessChange(subject: Case, row: LedgerRow, observed: Observed): Finding {
  const { desired } = subject;
  if (!desired.verdict.allowed)
    return observed.enabled
      ? { ...NOTHING, changes: [disable(subject, observed, isDisabledIn(row))] }
      : takenOver(subject, row);
  if (observed.enabled) return subject.lost === true ? putBack(subject, row, observed) : acceptEnabled(row);
  if (row.disabledFor === null) return noticed(byHandNotice(subject, observed));
  if (!desired.mayGain) return NOTHING;
  return { ...NOTHING, changes: [enable(subject, observed, row, row.disabledFor)] };
}

/** Whether Muster disabled it, and has neither given it back nor seen it given back. */
export function isDisabledIn(row: LedgerRow | null): boolean {
  return row !== null && !row.state.enabled && row.disabledFor !== null;
}

/** The same, unless it would give anew what nothing can be given anew of. */
export function unlessRefused({ desired, traits }: Case, finding: Finding): Finding {
  const anew = finding.changes.some((change) => change.kind === 'enable' && change.anew === true);
  if (!anew || traits.renewRefused === null) return finding;
  const text = `${desired.person.label} is back and needs a new initial password, but ${traits.renewRefused}`;
  return noticed(about(desired, 'create-refused', text, 'Mend that setting, then sync again.'));
}

/**
 * A disable for whatever reasons stand; also used by the block lane.
 * @param again whether Muster had disabled it already
 */
export function disable(subject: Omit<Case, 'row'>, observed: Observed, again: boolean): Disable {
  const { desired, traits, moment, dated } = subject;
  const before: State = { enabled: true, attributes: {} };
  const after: State = { enabled: false, attributes: {} };
  const leave = leaveOf(subject);
  return {
    kind: 'disable',
    address: desired.address,
    person: desired.person,
    handle: observed.handle,
    location: observed.location,
    before,
    after,
    raw: observed.raw,
    effect: moment.reached(traits.usableUntil(observed)) ? 'neither' : 'takes',
    classes: [classOfDisable(desired.verdict.reasons)],
    cause: causeOf(desired.verdict.reasons, reasonsOf(desired)),
    dated,
    // What must be made can be shut out by mistake for many at once, and is counted each time; a list loses everybody at once.
    ...(again && traits.thing.innate ? { again } : {}),
    ...(leave === null ? {} : { leave }),
  };
}

/** What was written there is lost: nobody has given anything back, so it is taken as before, and given back in its own time. */
function putBack(subject: Case, row: LedgerRow, observed: Observed): Finding {
  if (row.disabledFor === null || row.state.enabled) return NOTHING;
  const change: Disable = {
    ...disable(subject, observed, true),
    cause: row.disabledFor,
    classes: [BLOCKS.has(row.disabledFor.kind) ? 'block' : 'disable'],
  };
  return { ...NOTHING, changes: [change] };
}

/** It is off already: what is new is that they have left, or that an entry about this very thing says the same as a hand did. */
function takenOver(subject: Case, row: LedgerRow): Finding {
  const { desired, traits } = subject;
  const left = leftMeanwhile(subject, row);
  if (left !== null) return { ...NOTHING, accepted: left };
  const { reasons } = desired.verdict;
  if (row.disabledFor !== null || !reasons.some(({ kind }) => traits.adoptedBy.has(kind))) return NOTHING;
  const disabledFor = causeOf(reasons, reasonsOf(desired));
  return { ...NOTHING, accepted: { ...row, state: { ...row.state, enabled: false }, disabledFor } };
}

function enable(subject: Case, observed: Observed, row: LedgerRow, disabledFor: Cause): Enable {
  const { desired, traits, moment, dated } = subject;
  const over = desired.verdict.ended.find(({ kind }) => kind === disabledFor.kind);
  const values = valuesWith(subject, observed, row);
  const finally_: State = { enabled: true, attributes: { ...observed.attributes, ...desired.attributes } };
  const due = over !== undefined && endedByDate(over, desired);
  const back = comingBack(subject, row);
  const because = over?.text ?? noLongerFor(disabledFor);
  return {
    kind: 'enable',
    address: desired.address,
    person: desired.person,
    handle: observed.handle,
    location: observed.location,
    before: { enabled: false, attributes: values.before },
    after: { enabled: true, attributes: values.after },
    raw: observed.raw,
    effect: effectOf(traits, observed, finally_, moment),
    classes: [due ? 'due' : BLOCKS.has(disabledFor.kind) ? 'lift' : 'enable', ...values.classes],
    cause: {
      kind: 'over',
      text: back === null ? because : `${because}; ${back.text}`,
      origin: over === undefined ? endedWhere(disabledFor, desired) : over.origin,
      institutions: disabledFor.institutions,
    },
    dated: dated || hasYetToBegin(disabledFor, desired),
    ...back?.anew,
  };
}

/** What an issued thing is switched on with: one that is off may not show what it was switched off with, but the ledger knows. */
function valuesWith({ desired, traits }: Case, observed: Observed, row: LedgerRow) {
  const before: Record<string, string | null> = {};
  const after = traits.thing.issued ? desired.attributes : {};
  let differs = false;
  for (const [name, wanted] of Object.entries(after)) {
    // What it does show is changed by a change of its own, before this one.
    before[name] = (observed.attributes[name] ?? null) === null ? (row.state.attributes[name] ?? null) : wanted;
    differs ||= before[name] !== wanted && traits.authenticators.has(name);
  }
  const classes: readonly ChangeClass[] = differs ? ['phone'] : [];
  return { before, after, classes };
}

/** What was carried out cannot have yet to begin, whatever all clocks say: they went back together. */
function hasYetToBegin({ text }: Cause, { verdict }: Desired): boolean {
  return verdict.ahead.some((one) => text.includes(one));
}

/** The block that shut somebody out may stand as it stood: they may have left the institution that it is about. */
function noLongerFor({ kind, text }: Cause): string {
  return kind === 'institution-blocked'
    ? `does not belong to what is blocked any more (${text})`
    : `what took it away is over (it was: ${text})`;
}

/** Fields of the person's entry that end what they began, or that an institution's block no longer reaches them by. */
const ENDED_BY: Readonly<Record<string, string>> = {
  closed: 'state',
  ended: 'ends',
  'not-started': 'starts',
  'institution-blocked': 'institution',
};

/** Null: by no line of the repository, as an operator's order. */
function endedWhere({ kind }: Cause, desired: Desired): Origin | null {
  const field = ENDED_BY[kind];
  if (field !== undefined) return lineOfField(desired, field);
  return kind === 'operator-blocked' ? null : desired.origin;
}

/** Whether a restriction ran out by a date that had been known, along with all that is declared of the person, before it came. */
export function endedByDate({ endedAt, knownSince }: Ended, desired: Desired): boolean {
  return fellDue(endedAt, knownSince) && fellDue(endedAt, desired.knownSince);
}

/** What the person can do before and after, and so what the change does to them. */
export function effectOf(traits: Traits, before: State, after: State, moment: Moment): Effect {
  const could = !moment.reached(traits.usableUntil(before));
  const can = !moment.reached(traits.usableUntil(after));
  if (could === can) return 'neither';
  return can ? 'gives' : 'takes';
}

function classOfDisable(reasons: readonly Reason[]): ChangeClass {
  if (reasons.some(isExplicit)) return 'block';
  return reasons.every((reason) => fellDue(reason.since, reason.knownSince)) ? 'due' : 'disable';
}

/** The cause that goes to the ledger: named by its weightiest reason, worded by all. */
export function causeOf(reasons: readonly Reason[], text: string): Cause {
  const [first, ...others] = [...reasons].sort(
    (a, b) => CAUSES_OF_DISABLES.indexOf(a.kind) - CAUSES_OF_DISABLES.indexOf(b.kind),
  );
  const furtherOrigins = [...(first?.through ?? []), ...others.flatMap(linesOf)];
  const needs = reasons.some(({ through }) => through !== undefined) ? { needs: reasons.map(linesOf) } : {};
  const institutions = reasons.flatMap((reason) => (reason.institution === null ? [] : [reason.institution]));
  return {
    kind: first?.kind ?? 'declared',
    text,
    origin: first?.origin ?? null,
    ...(furtherOrigins.length === 0 ? {} : { furtherOrigins }),
    ...needs,
    institutions: [...new Set(institutions)].sort(),
  };
}

function linesOf({ origin, through = [] }: Reason): readonly Origin[] {
  return [...(origin === null ? [] : [origin]), ...through];
}

/** Somebody else gave back what Muster had taken, and it may be given: the record of our disable ends with it. */
function acceptEnabled(row: LedgerRow): Finding {
  if (row.state.enabled && row.disabledFor === null && row.away === undefined) return NOTHING;
  const accepted = { ...hereAgain(row), state: { ...row.state, enabled: true }, disabledFor: null };
  return { ...NOTHING, accepted };
}

function byHandNotice({ desired, traits }: Case, observed: Observed) {
  return about(
    desired,
    'disabled-by-hand',
    `${desired.person.label} ${traits.thing.disabledByHand} (${observed.location}); Muster leaves it so.`,
    traits.wayBack(desired.address.key),
  );
}
