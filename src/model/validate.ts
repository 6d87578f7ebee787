/** Validation across files: typed entries and the last good ones become one Model, with every problem and what to remember. */
import { byPlace, compareText, type Diagnostic } from '../diagnostic.ts';
import { daysIn } from './block-window.ts';
import { withConsequences } from './consequence.ts';
import { dayOf } from './day.ts';
import type { AnyEntry, Entry, Instant, Kind } from './document.ts';
import type { HeldEntry } from './held-entry.ts';
import type { Loaded } from './loaded.ts';
import type { Model, OperatorBlock } from './model.ts';
import type { Objection, Settled } from './settle.ts';
import { type BlockKind, pickEntries, type SettledAll, settleAll, targetFieldOf } from './settle-all.ts';
import { sharedContacts } from './shared-contacts.ts';
import { type BlockTime, mayForget, vanishedBlock, vanishedInstitution, vanishedUser } from './vanished.ts';

export interface ResolveOptions {
  /** IANA name: the zone in which a plain date is a day. */
  readonly timeZone: string;
  /** Those that are in force or may come to be; none of them is checked, for none stands in a file. */
  readonly operatorBlocks: readonly OperatorBlock[];
  /** Decides only what is over: whether a lift stands, what need not be reported, what may be forgotten. */
  readonly at: Instant;
  /** Nobody knows whether there are last good documents: then nothing is said of what a mistake leads to for lack of one. */
  readonly forgetful?: boolean;
}

/** What the memory has to take in, once this revision counts as seen. */
export interface ToRemember {
  /** Good entries that are new, changed or moved; `knownSince` null marks new content. */
  readonly entries: readonly AnyEntry[];
  /** Blocks that ended long ago and left the files. */
  readonly forget: readonly AnyEntry[];
  /** Blob of every file that could be read: the next cut-off end is measured against it. */
  readonly files: ReadonlyMap<string, string>;
}

export interface Resolution {
  readonly model: Model;
  /** Those of the files and those across files, by place. */
  readonly diagnostics: readonly Diagnostic[];
  /** By kind and key; of what vanished, only what a person has to know. */
  readonly heldEntries: readonly HeldEntry[];
  readonly remember: ToRemember;
}

/**
 * Everything that the repository and the operators want, whatever the order of files and entries. `remembered` are the last good
 * entries as the memory gives them. Where `loaded` is not trusted, nothing that stands in it counts and all remembered is held.
 * Never throws for what people wrote.
 */
export function resolve(loaded: Loaded, remembered: readonly AnyEntry[], options: ResolveOptions): Resolution {
  const { timeZone, at } = options;
  const time = { days: daysIn(timeZone), at, today: dayOf(at, timeZone) };
  const { settled, besides } = settleAll(loaded, remembered, time);
  const model = modelOf(settled, options);
  return {
    model,
    diagnostics: [
      ...diagnosticsOf(loaded, settled, model, options.forgetful === true ? null : remembered),
      ...besides,
    ].sort(byPlace),
    heldEntries: loaded.trusted ? heldEntriesOf(settled, model, time) : [],
    remember: {
      entries: pickEntries(settled, ({ remember }) => remember).map(asRemembered),
      forget: forgettable(settled, time),
      files: loaded.trusted ? readableFiles(loaded) : new Map(),
    },
  };
}

function modelOf(settled: SettledAll, { timeZone, operatorBlocks }: ResolveOptions): Model {
  return {
    timeZone,
    institutions: new Map(counting(settled.institution).map((entry) => [entry.key, entry])),
    users: new Map(counting(settled.user).map((entry) => [entry.key, entry])),
    blockedInstitutions: counting(settled['blocked-institution']),
    blockedUsers: counting(settled['blocked-user']),
    mailBlocks: counting(settled['mail-block']),
    operatorBlocks: [...operatorBlocks].sort((a, b) => compareText(a.id, b.id)),
  };
}

function counting<D>(settled: ReadonlyMap<string, Settled<D>>): readonly Entry<D>[] {
  return [...settled.values()].filter(({ counts }) => counts).map(({ entry }) => entry);
}

/** `remembered` null: not known. */
function diagnosticsOf(
  loaded: Loaded,
  settled: SettledAll,
  model: Model,
  remembered: readonly AnyEntry[] | null,
): readonly Diagnostic[] {
  const acrossFiles = Object.values(settled).flatMap((ofKind: ReadonlyMap<string, Settled<unknown>>) =>
    [...ofKind.values()].flatMap(({ diagnostics }) => (remembered === null ? diagnostics.map(forgetful) : diagnostics)),
  );
  const shared = loaded.trusted ? sharedContacts(model.users.values()) : [];
  const inFiles =
    remembered === null || !loaded.trusted
      ? loaded.files.flatMap(({ diagnostics }) => diagnostics)
      : withConsequences(loaded, remembered);
  return [...loaded.diagnostics, ...inFiles, ...acrossFiles, ...shared];
}

/** Whether there was a good document before is not known. */
function forgetful({ consequence, ...diagnostic }: Diagnostic): Diagnostic {
  return consequence === null ? { ...diagnostic, consequence } : diagnostic;
}

/** The memory keeps documents, not the state of a pass. */
function asRemembered(entry: AnyEntry): AnyEntry {
  return { ...entry, condition: 'declared', rivals: [] };
}

function readableFiles(loaded: Loaded): ReadonlyMap<string, string> {
  const readable = loaded.files.filter(({ unreadable }) => !unreadable);
  return new Map(readable.map(({ path, blob }) => [path, blob]));
}

function forgettable(settled: SettledAll, time: BlockTime): readonly AnyEntry[] {
  const vanished = pickEntries(settled, ({ entry }) => entry.condition === 'vanished');
  return vanished.filter((entry) => entry.kind !== 'user' && entry.kind !== 'institution' && mayForget(entry, time));
}

/** Only of a repository that counts as a whole: of any other, everything goes on as it last was, and one sentence says so. */
function heldEntriesOf(settled: SettledAll, model: Model, time: BlockTime): readonly HeldEntry[] {
  const needed = neededInstitutions(model);
  const blocks = (kind: BlockKind, what: string) =>
    heldOf(kind, settled[kind], (entry) => vanishedBlock(entry, targetFieldOf(kind), what, time));
  return [
    ...heldOf('institution', settled.institution, (entry) => vanishedInstitution(entry, needed.has(entry.key))),
    ...heldOf('user', settled.user, vanishedUser),
    ...blocks('blocked-institution', 'block'),
    ...blocks('blocked-user', 'block'),
    ...blocks('mail-block', 'mail block'),
  ];
}

/** `whenGone` says what a person has to know of an entry that left the files; null: nothing, for nobody misses it. */
function heldOf<D>(
  kind: Kind,
  settled: ReadonlyMap<string, Settled<D>>,
  whenGone: (entry: Entry<D>) => Objection | null,
): readonly HeldEntry[] {
  return [...settled.values()].flatMap(({ entry, held }): HeldEntry[] => {
    const { key, condition, origin } = entry;
    if (condition === 'declared') return [];
    const why = condition === 'held' ? held : whenGone(entry);
    if (why === null) return [];
    return [{ kind, key, condition, origin, text: why.message, fix: why.fix }];
  });
}

/** Institutions that a person with an open account belongs to, or that another institution is part of. */
function neededInstitutions(model: Model): ReadonlySet<string> {
  const users = [...model.users.values()].filter(({ document }) => document.state === 'active');
  const parents = [...model.institutions.values()].map(({ document }) => document.partOf ?? '');
  return new Set([...users.map(({ document }) => document.institution), ...parents]);
}
