/** Builds small repositories for model tests: entries in few words, files of them, and what a store would remember of them. */
import { startOfDay } from '../../src/model/day.ts';
import {
  type AnyEntry,
  type Block,
  type Day,
  type Documents,
  type HostedServer,
  type Instant,
  type Institution,
  type Kind,
  SERVER_STEPS,
  type ServerStep,
  type User,
} from '../../src/model/document.ts';
import type { BrokenEntry, Loaded, LoadedFile, TypedEntry } from '../../src/model/loaded.ts';
import type { OperatorBlock } from '../../src/model/model.ts';
import { indexModel, type Standing, standing } from '../../src/model/standing.ts';
import { type Resolution, resolve } from '../../src/model/validate.ts';

export const ZONE = 'Europe/Copenhagen';

/** A typed entry that does not know its line yet. */
export type Valid = {
  readonly [K in Kind]: {
    readonly kind: K;
    readonly key: string;
    readonly document: Documents[K];
    readonly none: readonly string[];
  };
}[Kind];

/** An entry as it stands in a file: good, or with a mistake, where even whose it is may be unreadable (key null). */
export type Written = Valid | { readonly kind: Kind; readonly key: string | null; readonly mistake: true };

/** Tests write days and know that they are days. */
export function day(text: string): Day {
  return text as Day;
}

/** The first moment of a day in a zone. */
export function startsAt(text: string, timeZone: string = ZONE): Instant {
  return startOfDay(day(text), timeZone);
}

type UserFields = Partial<Omit<User, 'starts' | 'ends'>> & {
  readonly starts?: string | null;
  readonly ends?: string | null;
};

export function user(username: string, fields: UserFields = {}, none: readonly string[] = []): Valid {
  const { starts = null, ends = null, ...rest } = fields;
  const document: User = {
    username,
    name: { given: 'Anna', family: 'Jensen' },
    email: `${username}@example.org`,
    phone: `+4520${String(numberFor(username)).padStart(6, '0')}`,
    institution: 'cbs',
    state: 'active',
    starts: starts === null ? null : day(starts),
    ends: ends === null ? null : day(ends),
    ...rest,
  };
  return { kind: 'user', key: username.normalize('NFC').trim().toLowerCase(), document, none };
}

/** Different usernames, different phones, the same ones every time. */
function numberFor(username: string): number {
  return [...username].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_000, 7);
}

export function institution(id: string, partOf: string | null = null, none: readonly string[] = []): Valid {
  const document: Institution = { id, name: id.toUpperCase(), contacts: [`${id}@example.org`], partOf };
  return { kind: 'institution', key: id, document, none };
}

interface BlockFields {
  readonly from: string;
  readonly until?: string;
  readonly lifted?: string;
  readonly reason?: string;
}

export function block(
  kind: 'blocked-user' | 'blocked-institution' | 'mail-block',
  target: string,
  fields: BlockFields,
  none: readonly string[] = [],
): Valid {
  const document: Block = {
    target,
    reason: fields.reason ?? 'abuse of output',
    from: day(fields.from),
    until: fields.until === undefined ? null : day(fields.until),
    lifted: fields.lifted === undefined ? null : day(fields.lifted),
  };
  return { kind, key: `${target}@${fields.from}`, document, none };
}

/** Days of steps, in words of tests: `{ agreed: '2026-03-02' }`. */
export function server(
  id: string,
  steps: Partial<Record<ServerStep, string>> = {},
  more: Partial<HostedServer> = {},
): Valid {
  const document: HostedServer = {
    id,
    name: 'Genomics server',
    purpose: null,
    institution: 'cbs',
    contact: null,
    requested: day('2026-02-02'),
    // Every step has its place, as the reader gives it.
    steps: Object.fromEntries(SERVER_STEPS.map((step) => [step, steps[step] ?? null])) as HostedServer['steps'],
    cancelled: null,
    ...more,
  };
  return { kind: 'server', key: id, document, none: [] };
}

export function confirmation(task: string, done: string, by: string | null = null): Valid {
  return { kind: 'confirmed-task', key: `${task}@${done}`, document: { task, done: day(done), by }, none: [] };
}

export function mistake(kind: Kind, key: string | null): Written {
  return { kind, key, mistake: true };
}

export function operatorBlock(
  scope: 'user' | 'institution',
  target: string,
  at: Instant,
  until: Instant | null = null,
): OperatorBlock {
  return { id: `order-${scope}-${target}-${at}`, scope, target, reason: 'phoned in', by: 'oper', at, until };
}

/** Path to entries; `unreadable` where nothing in the file can be read. */
export type Files = Readonly<Record<string, readonly Written[] | 'unreadable'>>;

/** Entries stand ten lines apart, in the order given. */
export function repository(files: Files, trusted = true): Loaded {
  return {
    revision: 'r1',
    committedAt: null,
    files: Object.entries(files).map(([path, entries]) => loadedFile(path, entries)),
    diagnostics: [],
    trusted,
  };
}

function loadedFile(path: string, written: readonly Written[] | 'unreadable'): LoadedFile {
  const entries: TypedEntry[] = [];
  const broken: BrokenEntry[] = [];
  for (const [nth, one] of (written === 'unreadable' ? [] : written).entries()) {
    const line = nth * 10 + 1;
    if ('mistake' in one) broken.push({ kind: one.kind, key: one.key, line });
    else entries.push({ ...one, line });
  }
  const unreadable = written === 'unreadable';
  return { path, blob: `blob of ${path}`, kind: kindAt(path), entries, broken, unreadable, diagnostics: [] };
}

function kindAt(path: string): Kind {
  if (path.startsWith('institutions/')) return 'institution';
  if (path === 'blocked-institutions.yaml') return 'blocked-institution';
  if (path === 'blocked-users.yaml') return 'blocked-user';
  if (path.startsWith('servers/')) return 'server';
  if (path === 'confirmed-tasks.yaml') return 'confirmed-task';
  return path === 'mail-blocks.yaml' ? 'mail-block' : 'user';
}

export interface Circumstances {
  readonly remembered?: readonly AnyEntry[];
  readonly operatorBlocks?: readonly OperatorBlock[];
  readonly at?: Instant;
  readonly timeZone?: string;
}

/** A quiet day on which nothing in these tests happens to begin or end. */
export const TODAY = startsAt('2026-06-15');

export function resolved(loaded: Loaded, circumstances: Circumstances = {}): Resolution {
  const { remembered = [], operatorBlocks = [], at = TODAY, timeZone = ZONE } = circumstances;
  return resolve(loaded, remembered, { timeZone, operatorBlocks, at });
}

/** What the store would hold after a pass at that moment over these files, on top of what it held before. */
export function afterPass(loaded: Loaded, circumstances: Circumstances = {}): readonly AnyEntry[] {
  const { remembered = [], at = TODAY } = circumstances;
  const { entries, forget } = resolved(loaded, circumstances).remember;
  const identity = ({ kind, key }: AnyEntry) => `${kind} ${key}`;
  const kept = new Map(remembered.map((entry) => [identity(entry), entry]));
  for (const entry of entries) kept.set(identity(entry), { ...entry, knownSince: entry.knownSince ?? at });
  for (const entry of forget) kept.delete(identity(entry));
  return [...kept.values()];
}

export function standingIn(resolution: Resolution, key: string, at: Instant = TODAY): Standing {
  return standing(indexModel(resolution.model), key, at);
}

/** What they may do at a moment, in three letters: `LMT`, `L-T`, `---`. */
export function may(resolution: Resolution, key: string, at: Instant = TODAY): string {
  const { mayLogIn, maySendMail, token } = standingIn(resolution, key, at);
  return `${mayLogIn.allowed ? 'L' : '-'}${maySendMail.allowed ? 'M' : '-'}${token.allowed ? 'T' : '-'}`;
}
