/** The words of reconciliation: what should be, what is, and the closed set of changes between them. */
import { createHash } from 'node:crypto';
import { compareText, type Origin } from '../diagnostic.ts';
import type { Entry, Instant } from '../model/document.ts';
import type { Verdict } from '../model/standing.ts';
import type { HandChange } from './hand-change.ts';

/** Attribute name to canonical value; null: the attribute is absent. */
export type Attributes = Readonly<Record<string, string | null>>;

/** One thing in one system. */
export interface Address {
  readonly system: string;
  readonly kind: string;
  /** Folded, as in the model. */
  readonly key: string;
}

/** Who a thing belongs to, and how to call them in a sentence. */
export interface Person {
  /** Key of the user in the model. */
  readonly key: string;
  /** As in `Anna Jensen (ajensen)`. */
  readonly label: string;
}

/** What a system needs besides the attributes to make a thing (its place, its log-on name): for its writer; opaque to core. */
export type Blueprint = Readonly<Record<string, string>>;

export interface Desired {
  readonly address: Address;
  readonly person: Person;
  /** Whether the person may use the thing now, and why or why not. */
  readonly verdict: Verdict;
  /** Only mapped attributes; what is not named here is not ours to compare. */
  readonly attributes: Attributes;
  /** False for held and vanished people: they can lose, never gain. */
  readonly mayGain: boolean;
  /** When what is declared of the person was first taken in; null: in this pass. */
  readonly knownSince: Instant | null;
  readonly origin: Origin;
  /** The entries that it comes from, for the lines of their fields; absent: the origin is all that is known. */
  readonly entry?: EntryPlace;
  readonly institution?: EntryPlace | undefined;
  readonly blueprint: Blueprint;
  /** Key of the institution that the person belongs to; absent where nothing depends on it. */
  readonly belongsTo?: string;
}

/** What is asked of an entry to tell which of its lines decided something, and whether that is news. */
export type EntryPlace = Pick<Entry<unknown>, 'origin' | 'fields' | 'past' | 'knownSince'>;

/** `ours`: bears the mark and is in the ledger. `unmarked`: nobody's. `foreign`: anyone else's, or a mark that nothing confirms. */
export type Ownership = 'ours' | 'unmarked' | 'foreign';

/** What the system itself says of a thing, untouched: for preconditions and protection checks; opaque to core. */
export type RawValues = Readonly<Record<string, string | null>>;

export interface Observed {
  readonly address: Address;
  /** objectGUID, token serial: survives renames, and is unlike that of any thing of another system. */
  readonly handle: string;
  readonly ownership: Ownership;
  /** Attempt id in this instance's own mark, whether or not the ledger confirms it; null: no mark of ours. */
  readonly attempt: string | null;
  /** Key of the person whom that mark names, whatever the thing is called now. */
  readonly markedKey: string | null;
  readonly enabled: boolean;
  readonly attributes: Attributes;
  /** Why nobody may touch it; null: may be touched. */
  readonly protectedBecause: string | null;
  /** Where it is, for messages (a DN). */
  readonly location: string;
  /** Whether it lies where Muster works; outside, only what is ours already can still be taken from. */
  readonly managed: boolean;
  readonly raw: RawValues;
}

/** Since when somebody is away, and where they belonged then. */
export interface Leave {
  readonly since: Instant;
  /** Key of the institution. */
  readonly institution: string;
  /** Values that say who they are and where they belong, as Muster last wrote them. */
  readonly who: Attributes;
}

/** The part of a thing that Muster owns, before or after a change. */
export interface State {
  readonly enabled: boolean;
  readonly attributes: Attributes;
}

export type Effect = 'takes' | 'neither' | 'gives';

/** What a change counts as at the gate. */
export type ChangeClass = 'block' | 'disable' | 'due' | 'update' | 'phone' | 'create' | 'lift' | 'enable' | 'adopt';

export const CHANGE_CLASSES: readonly ChangeClass[] = [
  'block',
  'disable',
  'due',
  'update',
  'phone',
  'create',
  'lift',
  'enable',
  'adopt',
];

/** Why Muster does it, kept in the ledger for a disable so that only that is ever undone. */
export interface Cause {
  /** `not-started`, `ended`, `closed`, `person-blocked` …, or `declared`, `drift`, `operator`. */
  readonly kind: string;
  /** One clause in plain words. */
  readonly text: string;
  readonly origin: Origin | null;
  /** Where the further reasons stand, when there are several. */
  readonly furtherOrigins?: readonly Origin[];
  /** For each reason the lines that it needs, all of them: none of an operator's. Absent: each origin is a reason of its own. */
  readonly needs?: readonly (readonly Origin[])[];
  /** Keys of the blocked institutions behind it. */
  readonly institutions: readonly string[];
  /** Values that somebody changed by hand, and that are put back; absent: none is. */
  readonly byHand?: readonly HandChange[];
}

interface ChangeBase {
  readonly address: Address;
  readonly person: Person;
  readonly effect: Effect;
  /** Every class it counts in; at least one. */
  readonly classes: readonly ChangeClass[];
  readonly cause: Cause;
  /** Differs between the clocks at hand (ours, the server's, the newest commit): held while they disagree. */
  readonly dated: boolean;
}

interface OnExisting extends ChangeBase {
  readonly handle: string;
  readonly location: string;
  readonly before: State;
  readonly after: State;
  /** What the system said when it was read: the write is refused when it says otherwise by then. */
  readonly raw: RawValues;
}

export interface Create extends ChangeBase {
  readonly kind: 'create';
  readonly handle: null;
  readonly after: State;
  readonly blueprint: Blueprint;
}
export interface Adopt extends OnExisting {
  readonly kind: 'adopt';
}
export interface Update extends OnExisting {
  readonly kind: 'update';
}
export interface Enable extends OnExisting {
  readonly kind: 'enable';
  /** Of somebody who was away for too long, or comes from elsewhere: with a new initial password, and without the groups of before. */
  readonly anew?: true;
}
export interface Disable extends OnExisting {
  readonly kind: 'disable';
  /** Of an innate thing: Muster had done it already and has not undone it since. It was counted when it was let through, and is not again. */
  readonly again?: true;
  /** Of somebody who leaves: what is kept of it until they come back. */
  readonly leave?: Leave;
}
export type Change = Create | Adopt | Update | Enable | Disable;
export type ChangeKind = Change['kind'];

const EFFECT_RANK: Readonly<Record<Effect, number>> = { takes: 0, neither: 1, gives: 2 };
const KIND_RANK: Readonly<Record<ChangeKind, number>> = { disable: 0, adopt: 1, update: 2, create: 3, enable: 4 };

/** The one total order of changes: take before give, then kind, then address; `rankOf` orders systems (directory first when taking). */
export function compareChanges(rankOf: (system: string) => number): (a: Change, b: Change) => number {
  return (a, b) =>
    EFFECT_RANK[a.effect] - EFFECT_RANK[b.effect] ||
    rankOf(a.address.system) - rankOf(b.address.system) ||
    KIND_RANK[a.kind] - KIND_RANK[b.kind] ||
    compareText(a.address.key, b.address.key) ||
    compareText(a.handle ?? '', b.handle ?? '');
}

/**
 * What an approval covers: the object, before, after and the words of the reason, but not the line it stands on,
 * nor the raw values of the system. Lower-case hex SHA-256 of canonical JSON.
 */
export function fingerprint(change: Change): string {
  return sha256({
    address: change.address,
    kind: change.kind,
    handle: change.handle,
    before: 'before' in change ? ownedBy(change, change.before) : null,
    after: ownedBy(change, change.after),
    blueprint: change.kind === 'create' ? change.blueprint : null,
    cause: { kind: change.cause.kind, text: change.cause.text },
  });
}

/** An update neither enables nor disables: whether the account is enabled meanwhile makes it no other change. */
function ownedBy({ kind }: Change, state: State): unknown {
  return kind === 'update' ? state.attributes : state;
}

/**
 * What tugs of war and repeated failures are counted by: the object and what is to become of it. Not what it was
 * before, which whoever undoes a change may make new each time. Lower-case hex SHA-256 of canonical JSON.
 */
export function effortOf(change: Change): string {
  return sha256({
    address: change.address,
    kind: change.kind,
    handle: change.handle,
    after: change.after,
    blueprint: change.kind === 'create' ? change.blueprint : null,
    cause: change.cause.kind,
  });
}

/** One digest over many changes, whatever order they come in. */
export function digestOf(changes: readonly Change[]): string {
  return sha256(changes.map(fingerprint).sort(compareText));
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** JSON with object keys in code-unit order and no white space (the idea of RFC 8785, for strings, booleans and nulls). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => compareText(a, b)));
  });
}

/** Whether it only puts back what was let through before. */
export function isAgain(change: Change): boolean {
  return change.kind === 'disable' && change.again === true;
}

/** When a change was asked for by a date that had been known before it fell due. */
export function fellDue(at: Instant | null, knownSince: Instant | null): boolean {
  return at !== null && knownSince !== null && at > knownSince;
}
