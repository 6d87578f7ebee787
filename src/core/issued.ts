/** Issued things: what a system says itself whose it is, and somebody may have several of; one of them at most is Muster's and is on. */
import { accessChange, disable } from './access.ts';
import { type Case, type Finding, NOTHING, noticed } from './case.ts';
import type { Adopt, Desired, Observed } from './change.ts';
import { created } from './creating.ts';
import { protectedNotice } from './diff-notices.ts';
import { lostNotice, offNotice, otherwiseNotice, severalNotice } from './issued-notices.ts';
import { judgeOurs } from './ours.ts';
import type { Conflict, LedgerRow } from './ports.ts';

/** What is known of one person's. */
export interface Held {
  readonly row: LedgerRow | null;
  /** The one that the row is about, wherever it is. */
  readonly here: Observed | undefined;
  /** All that the system says are theirs. */
  readonly theirs: readonly Observed[];
  readonly conflict: Conflict | undefined;
}

/** Whether one that the ledger has for this person still is theirs; where the system can't say whose it is, the ledger can. */
export function isStillTheirs(key: string, { markedKey }: Observed): boolean {
  return markedKey === null || markedKey === key;
}

/**
 * Doubt may take and never gives: whoever may have none loses every one, whoever gave it; but of two that are on, or of one that is
 * otherwise than declared and nobody has taken over, nothing is changed, and no further one is made.
 */
export function judgeIssued(subject: Case, held: Held): Finding {
  const { desired, moment } = subject;
  const { row } = held;
  const own =
    row !== null && held.here !== undefined && isStillTheirs(desired.address.key, held.here) ? held.here : null;
  const others = held.theirs.filter(({ handle }) => handle !== own?.handle);
  if (row === null || own !== null) return judge(subject, held, own, others);
  const finding = judge(subject, held, null, others);
  const accepted = held.here === undefined && row.goneAt === null ? { ...row, goneAt: moment.exactly() } : null;
  return { ...finding, accepted: finding.accepted ?? accepted };
}

function judge(subject: Case, { row, conflict }: Held, own: Observed | null, others: readonly Observed[]): Finding {
  const { desired, traits } = subject;
  const on = others.filter(({ enabled }) => enabled);
  const living = row === null ? null : { ...row, goneAt: null };
  if (!desired.verdict.allowed) {
    const ours = own === null || living === null ? NOTHING : judgeOwn(subject, living, own);
    return withRevival(together(ours, ...on.map((one) => switchedOff(subject, one))), row, own);
  }
  if (own !== null && living !== null) {
    if (on.length > 0) return noticed(severalNotice(subject, [own, ...on]));
    if (!isTakenOver(living, desired) && !isAlike(desired, own)) return noticed(otherwiseNotice(subject, own));
    return withRevival(judgeOwn(subject, living, own), row, own);
  }
  const [only, second] = on;
  if (second !== undefined) return noticed(severalNotice(subject, on));
  if (only !== undefined) {
    return isAlike(desired, only) && desired.mayGain && only.protectedBecause === null
      ? { ...NOTHING, changes: [takeOver(desired, only)] }
      : noticed(otherwiseNotice(subject, only));
  }
  const [off] = others;
  if (off !== undefined) return noticed(offNotice(subject, off, traits.wayBack(desired.address.key)));
  return row === null ? created(subject, conflict) : noticed(lostNotice(subject));
}

/** Where one that is off does not show its values, they come with switching it on. */
function judgeOwn(subject: Case, row: LedgerRow, own: Observed): Finding {
  const shows = own.enabled || Object.values(own.attributes).some((value) => value !== null);
  if (shows || own.protectedBecause !== null) return judgeOurs(subject, row, own);
  return accessChange(subject, row, own);
}

function switchedOff(subject: Case, other: Observed): Finding {
  if (other.protectedBecause !== null) return noticed(protectedNotice(subject, other));
  return { ...NOTHING, changes: [disable(subject, other, false)] };
}

function together(...findings: readonly Finding[]): Finding {
  return {
    changes: findings.flatMap(({ changes }) => changes),
    notices: findings.flatMap(({ notices }) => notices),
    accepted: findings.find(({ accepted }) => accepted !== null)?.accepted ?? null,
  };
}

/** One that was found gone and is there again. */
function withRevival(finding: Finding, row: LedgerRow | null, own: Observed | null): Finding {
  if (row === null || row.goneAt === null || own === null) return finding;
  return { ...finding, accepted: finding.accepted ?? { ...row, goneAt: null } };
}

/** One that Muster only ever switched off was somebody else's, and still is. */
function isTakenOver({ state }: LedgerRow, { attributes }: Desired): boolean {
  return Object.keys(attributes).some((name) => name in state.attributes);
}

/** As it would be made. */
function isAlike({ attributes }: Desired, one: Observed): boolean {
  return Object.entries(attributes).every(([name, value]) => (one.attributes[name] ?? null) === value);
}

function takeOver(desired: Desired, one: Observed): Adopt {
  const state = { enabled: one.enabled, attributes: one.attributes };
  return {
    kind: 'adopt',
    address: desired.address,
    person: desired.person,
    handle: one.handle,
    location: one.location,
    raw: one.raw,
    effect: 'neither',
    classes: ['adopt'],
    cause: { kind: 'declared', text: 'is as it is declared', origin: desired.origin, institutions: [] },
    dated: false,
    before: state,
    after: state,
  };
}
