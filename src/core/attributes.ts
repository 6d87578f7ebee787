/** Attributes: which mapped values to write, which to accept, and which somebody changed by hand. */
import { compareText } from '../diagnostic.ts';
import { effectOf } from './access.ts';
import { about, type Case } from './case.ts';
import type { Attributes, Change, ChangeClass, Observed, Update } from './change.ts';
import { causedBy } from './decided-by.ts';
import type { HandChange } from './hand-change.ts';
import type { Notice } from './plan.ts';
import type { LedgerRow } from './ports.ts';

export interface AttributeFinding {
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  /** Ledger values as the directory shows them; null: nothing to note. */
  readonly accepted: Attributes | null;
}

type Choice =
  | { readonly write: true; readonly drift: boolean }
  | { readonly write: false; readonly accept: boolean; readonly notice: Notice | null };

/** At most one Update with every value to write, for one thing that is ours. */
export function attributeChanges(subject: Case, row: LedgerRow, observed: Observed): AttributeFinding {
  if (isSettled(subject.desired.attributes, row.state.attributes, observed.attributes)) return NOTHING_FOUND;
  const before: Record<string, string | null> = {};
  const after: Record<string, string | null> = {};
  const accepted: Record<string, string | null> = {};
  const notices: Notice[] = [];
  const byHand: HandChange[] = [];
  for (const [name, wanted] of Object.entries(subject.desired.attributes).sort(([a], [b]) => compareText(a, b))) {
    const is = observed.attributes[name] ?? null;
    const choice = choose(subject, observed.handle, name, wanted, is, row.state.attributes[name]);
    if (choice.write) {
      before[name] = is;
      after[name] = wanted;
      if (choice.drift) byHand.push({ attribute: name });
      continue;
    }
    if (choice.accept) accepted[name] = is;
    if (choice.notice !== null) notices.push(choice.notice);
  }
  return {
    changes: Object.keys(after).length === 0 ? [] : [update(subject, observed, before, after, byHand)],
    notices,
    accepted: Object.keys(accepted).length === 0 ? null : { ...row.state.attributes, ...accepted },
  };
}

export const NOTHING_FOUND: AttributeFinding = { changes: [], notices: [], accepted: null };

/** Nearly everybody, in every pass: everything is as wanted, and the ledger knows it. */
function isSettled(wanted: Attributes, known: Attributes, is: Attributes): boolean {
  for (const name in wanted) {
    const value = is[name] ?? null;
    if (value !== wanted[name] || value !== known[name]) return false;
  }
  return true;
}

/** `known` is the ledger's value; undefined: Muster never wrote nor accepted one. */
function choose(
  subject: Case,
  handle: string,
  name: string,
  wanted: string | null,
  is: string | null,
  known: string | null | undefined,
): Choice {
  const { desired, traits } = subject;
  if (is === wanted) return { write: false, accept: known !== is, notice: null };
  if (traits.loosens(name, is, wanted)) {
    if (known !== is) return { write: false, accept: false, notice: restrictedNotice(subject, name, wanted, is) };
    if (!desired.mayGain) return { write: false, accept: false, notice: null };
  }
  const isDrift = known === wanted;
  if (isDrift && traits.drift(name) === 'report') {
    const text = `${desired.person.label}: ${name} was changed by hand to ${shown(is)}; the repository says ${shown(wanted)}.`;
    const drift = { attribute: name, handle, found: is };
    return { write: false, accept: false, notice: { ...about(desired, 'drift', text, null), drift } };
  }
  return { write: true, drift: isDrift };
}

function update(
  subject: Case,
  observed: Observed,
  before: Attributes,
  after: Attributes,
  byHand: readonly HandChange[],
): Update {
  const { desired, traits, moment, dated } = subject;
  // Who should have no access is disabled before anything else is written, so no later expiry gives them any.
  const now = { enabled: observed.enabled && desired.verdict.allowed, attributes: observed.attributes };
  const then = { enabled: now.enabled, attributes: { ...observed.attributes, ...after } };
  const effect = effectOf(traits, now, then, moment);
  const names = Object.keys(after);
  const classes: ChangeClass[] = [];
  if (names.some((name) => traits.authenticators.has(name))) classes.push('phone');
  if (effect === 'gives') classes.push('enable');
  if (effect === 'takes') classes.push('disable');
  if (classes.length === 0 || names.some((name) => !traits.authenticators.has(name))) classes.push('update');
  return {
    kind: 'update',
    address: desired.address,
    person: desired.person,
    handle: observed.handle,
    location: observed.location,
    before: { enabled: observed.enabled, attributes: before },
    after: { enabled: observed.enabled, attributes: after },
    raw: observed.raw,
    effect,
    classes,
    cause: {
      ...(byHand.length < names.length
        ? { kind: 'declared', text: 'the repository says so' }
        : { kind: 'drift', text: 'was changed by hand; the repository says otherwise' }),
      ...causedBy(
        desired,
        names.flatMap((name) => traits.decidedBy?.(name) ?? []),
      ),
      institutions: [],
      ...(byHand.length === 0 ? {} : { byHand }),
    },
    dated,
  };
}

function restrictedNotice({ desired }: Case, name: string, wanted: string | null, is: string | null): Notice {
  const text = `${desired.person.label}: ${name} was set by hand to ${shown(is)}, which is less than the repository gives (${shown(wanted)}); Muster leaves it so.`;
  return about(desired, 'restricted-by-hand', text, null);
}

function shown(value: string | null): string {
  return value === null ? 'nothing' : `"${value}"`;
}
