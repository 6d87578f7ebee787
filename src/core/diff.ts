/** Diff: the changes between what should be and what a proven reading showed, and what people should know besides. */
import { compareText } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';
import { accessChange, endedByDate } from './access.ts';
import { attributeChanges } from './attributes.ts';
import { about, type Case, type Finding, NOTHING, noticed, reasonsOf } from './case.ts';
import { type Change, type Create, compareChanges, type Desired, type Observed } from './change.ts';
import { otherNameNotices } from './other-name.ts';
import type { Notice } from './plan.ts';
import type { Conflict, LedgerRow, Observation, Traits } from './ports.ts';

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
  const index = indexOf(input);
  const findings = input.desired.map((desired) => judge(desired, input, index));
  const undeclared = undeclaredNotices(input);
  return {
    changes: findings.flatMap((finding) => finding.changes).sort(compareChanges(() => 0)),
    notices: [...findings.flatMap((finding) => finding.notices), ...undeclared].sort(byPersonAndKind),
    accepted: findings.flatMap((finding) => (finding.accepted === null ? [] : [finding.accepted])),
  };
}

interface Index {
  readonly rows: ReadonlyMap<string, LedgerRow>;
  readonly inScope: ReadonlyMap<string, Observed>;
  readonly elsewhere: ReadonlyMap<string, Observed>;
  readonly byName: ReadonlyMap<string, Observed>;
  readonly gone: ReadonlySet<string>;
  readonly conflicts: ReadonlyMap<string, Conflict>;
}

function indexOf({ ledger, observation }: DiffInput): Index {
  const byHandle = (things: readonly Observed[]) => new Map(things.map((thing) => [thing.handle, thing]));
  const everything = [...observation.elsewhere, ...observation.observed];
  const gone = new Set(observation.gone);
  const lives = (row: LedgerRow) => row.goneAt === null && !gone.has(row.handle);
  // A deleted account's row gives way to that of the account which took its place.
  const livingLast = [...ledger].sort((a, b) => Number(lives(a)) - Number(lives(b)));
  return {
    rows: new Map(livingLast.map((row) => [row.key, row])),
    inScope: byHandle(observation.observed),
    elsewhere: byHandle(observation.elsewhere),
    // A thing that bears a person's mark counts as theirs even where it is called otherwise now.
    byName: new Map([
      ...everything.flatMap((thing) => (thing.markedKey === null ? [] : [[thing.markedKey, thing] as const])),
      ...everything.map((thing) => [thing.address.key, thing] as const),
    ]),
    gone,
    conflicts: new Map(observation.conflicts.map((conflict) => [conflict.key, conflict])),
  };
}

function judge(desired: Desired, input: DiffInput, index: Index): Finding {
  const { key } = desired.address;
  if (input.unsettled.has(key)) return noticed(unsettledNotice(desired));
  const row = index.rows.get(key) ?? null;
  const dated = input.doubtful.has(desired.person.key);
  const subject: Case = { desired, row, traits: input.traits, at: input.at, dated };
  if (row === null) return judgeUnknown(subject, index);
  if (row.goneAt !== null) return judgeReturned(subject, row, index) ?? judgeGone(subject, row, index);
  if (index.gone.has(row.handle)) return judgeGone(subject, row, index);
  const here = index.inScope.get(row.handle);
  if (here !== undefined) return judgeOurs(subject, row, here);
  const moved = index.elsewhere.get(row.handle);
  if (moved !== undefined) return judgeMoved(subject, moved);
  return noticed(goneNotice(desired));
}

/** No row in the ledger: create, or say why an existing thing of that name is not touched. */
function judgeUnknown(subject: Case, index: Index): Finding {
  const { desired, traits, at } = subject;
  const existing = index.byName.get(desired.address.key);
  if (existing !== undefined) return noticed(existingNotice(subject, existing));
  if (!desired.verdict.allowed || !desired.mayGain) return NOTHING;
  const conflict = index.conflicts.get(desired.address.key);
  if (conflict !== undefined) return noticed(about(desired, 'conflict', conflict.text, conflict.next));
  if (traits.createRefused !== null) {
    return noticed(
      about(
        desired,
        'create-refused',
        `${desired.person.label} gets no account: ${traits.createRefused}`,
        'Mend that setting, then sync again.',
      ),
    );
  }
  const after = { enabled: true, attributes: desired.attributes };
  const [newest] = desired.verdict.ended;
  const due = newest !== undefined && endedByDate(newest, desired);
  const create: Create = {
    kind: 'create',
    address: desired.address,
    person: desired.person,
    handle: null,
    after,
    blueprint: desired.blueprint,
    effect: traits.usable(after, at) ? 'gives' : 'neither',
    classes: due ? ['create', 'due'] : ['create'],
    cause: { kind: 'declared', text: 'is declared and has no account yet', origin: desired.origin, institutions: [] },
    dated: subject.dated,
  };
  return { changes: [create], notices: [], accepted: null };
}

function judgeOurs(subject: Case, row: LedgerRow, observed: Observed): Finding {
  if (observed.protectedBecause !== null) return noticed(protectedNotice(subject, observed));
  const access = accessChange(subject, row, observed);
  if (observed.ownership !== 'ours') {
    const takes = access.changes.filter((change) => change.effect !== 'gives' && change.classes.includes('block'));
    return { changes: takes, notices: [notOursNotice(subject, observed)], accepted: null };
  }
  const attributes = attributeChanges(subject, row, observed);
  const enabledFinally = access.accepted ?? row;
  const acceptedAttributes = attributes.accepted ?? row.state.attributes;
  const changed = access.accepted !== null || attributes.accepted !== null;
  const accepted = changed
    ? { ...enabledFinally, state: { enabled: enabledFinally.state.enabled, attributes: acceptedAttributes } }
    : null;
  return {
    changes: [...access.changes, ...attributes.changes],
    notices: [...access.notices, ...attributes.notices, ...otherNameNotices(subject, observed)],
    accepted,
  };
}

/**
 * A deleted thing that is there again under the same handle was restored, or had not reached the server that was asked: handles
 * are never given twice. With the mark that names this person it is Muster's as before; null: it has not come back so.
 */
function judgeReturned(subject: Case, row: LedgerRow, index: Index): Finding | null {
  const back = index.inScope.get(row.handle);
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

function judgeGone(subject: Case, row: LedgerRow, index: Index): Finding {
  const { desired, at } = subject;
  const accepted = row.goneAt === null ? { ...row, goneAt: at } : null;
  const recreated = index.byName.get(desired.address.key);
  if (recreated !== undefined) return { ...noticed(notOursNotice(subject, recreated)), accepted };
  if (!desired.verdict.allowed) return { ...NOTHING, accepted };
  return { ...noticed(goneNotice(desired)), accepted };
}

/** Ledger rows of people whom nobody declares and no memory holds: left as they are, and said. */
function undeclaredNotices({ ledger, desired, observation }: DiffInput): Notice[] {
  const declared = new Set(desired.map((one) => one.address.key));
  const inLedger = new Set(ledger.filter((row) => row.goneAt === null).map((row) => row.handle));
  const unknownMarks = observation.observed.filter((one) => one.attempt !== null && !inLedger.has(one.handle));
  const unknown = unknownMarks
    .filter((one) => !declared.has(one.address.key))
    .map(
      (one): Notice => ({
        kind: 'unknown-mark',
        person: one.address.key,
        text: `${one.location} bears Muster's mark, but neither the ledger nor the repository knows it; it is left alone.`,
        next: 'Run "muster ledger rebuild" if the account is Muster\'s; otherwise clear the mark.',
        origin: null,
        urgent: false,
      }),
    );
  const orphaned = ledger
    .filter((row) => !declared.has(row.key) && row.goneAt === null)
    .map(
      (row): Notice => ({
        kind: 'undeclared',
        person: row.key,
        text: `The account ${row.key} is Muster's, but no document says what it should be; it is left alone.`,
        next: `Write users/…/${row.key}.yaml again, with "state: closed" to take the access away.`,
        origin: null,
        urgent: false,
      }),
    );
  return [...unknown, ...orphaned];
}

function existingNotice(subject: Case, existing: Observed): Notice {
  return existing.protectedBecause === null ? notOursNotice(subject, existing) : protectedNotice(subject, existing);
}

function notOursNotice(subject: Case, existing: Observed): Notice {
  const { desired, traits, at } = subject;
  const shutOut = !desired.verdict.allowed && traits.usable(existing, at);
  const consequence = shutOut ? ` They should have no access (${reasonsOf(desired)}), but can still log in.` : '';
  const where = `An account named ${desired.address.key} exists (${existing.location})`;
  if (existing.attempt !== null) {
    return {
      ...about(
        desired,
        'unknown-mark',
        `${where} and bears Muster's mark, but the ledger does not know it.${consequence}`,
        'Run "muster ledger rebuild", or clear the mark if the account is somebody else\'s.',
      ),
      urgent: shutOut,
    };
  }
  if (existing.ownership === 'foreign') {
    return {
      ...about(
        desired,
        'foreign',
        `${where} and is marked by somebody else; Muster does not touch it.${consequence}`,
        "Clear the mark if the account should be Muster's, then adopt it.",
      ),
      urgent: shutOut,
    };
  }
  return {
    ...about(
      desired,
      'exists-not-ours',
      `${where} and is not Muster's; it is left alone.${consequence}`,
      existing.managed
        ? `Run "muster adopt ${desired.address.key}" to take it over, or choose another username.`
        : 'It lies outside the managed units: choose another username, or move the account and adopt it.',
    ),
    urgent: shutOut,
  };
}

function protectedNotice({ desired, traits, at }: Case, observed: Observed): Notice {
  const urgent = !desired.verdict.allowed && traits.usable(observed, at);
  const text = `${desired.person.label} is protected (${observed.protectedBecause}) and is never changed by Muster${
    urgent ? `, although they should not have access: ${reasonsOf(desired)}` : ''
  }.`;
  return { ...about(desired, 'protected', text, urgent ? 'Disable the account by hand now.' : null), urgent };
}

function goneNotice(desired: Desired): Notice {
  return about(
    desired,
    'gone',
    `The account of ${desired.person.label} was deleted in the directory; Muster does not make it again by itself.`,
    `Write "state: closed" if they left, or run "muster enable ${desired.address.key} --reason …" to have a new account made.`,
  );
}

function unsettledNotice(desired: Desired): Notice {
  return about(
    desired,
    'unsettled',
    `A write for ${desired.person.label} was sent and its answer was lost; nothing more is done until the server that got it can say.`,
    'Sync again when that server answers.',
  );
}

function byPersonAndKind(a: Notice, b: Notice): number {
  return compareText(a.person ?? '', b.person ?? '') || compareText(a.kind, b.kind) || compareText(a.text, b.text);
}
