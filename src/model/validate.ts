/** Validation across files: typed entries and the last good ones become one Model, with every problem and what to remember. */
import { byPlace, compareText, type Diagnostic } from '../diagnostic.ts';
import { daysIn } from './block-window.ts';
import { withConsequences } from './consequence.ts';
import { dayOf } from './day.ts';
import type {
  AnyEntry,
  Block,
  ConfirmedTask,
  Day,
  Entry,
  HostedServer,
  Instant,
  Institution,
  Kind,
  User,
} from './document.ts';
import { blockedTargets, endedPeople, peopleWithin } from './former-addresses.ts';
import { allGatherer, type FoundAll } from './gather-all.ts';
import { heldAmongBlocks, heldAmongPeople, heldAmongWork } from './held-entries.ts';
import type { HeldEntry } from './held-entry.ts';
import type { Loaded } from './loaded.ts';
import type { Model, OperatorBlock } from './model.ts';
import { lastResult, steadyItems, steadySet } from './reuse.ts';
import { isFinished } from './server-rules.ts';
import { NONE, type Settled } from './settle.ts';
import {
  type BlockKind,
  peopleSettler,
  pickEntries,
  type SettledAll,
  type SettledBlocks,
  type SettledPeople,
  type SettledWork,
  settleBlocks,
  settleWork,
} from './settle-all.ts';
import { contactComparer } from './shared-contacts.ts';
import { type BlockTime, mayForget } from './vanished.ts';

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
  /** Good entries that are new, changed or moved, or stand alone in another content; `knownSince` null marks a new document. */
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

export type Resolve = (loaded: Loaded, remembered: readonly AnyEntry[], options: ResolveOptions) => Resolution;

/**
 * Everything that the repository and the operators want, whatever the order of files and entries. `remembered` are the last good
 * entries as the memory gives them. Where `loaded` is not trusted, nothing that stands in it counts and all remembered is held.
 * Never throws for what people wrote.
 */
export function resolve(loaded: Loaded, remembered: readonly AnyEntry[], options: ResolveOptions): Resolution {
  return resolver(false)(loaded, remembered, options);
}

/**
 * `resolve` for one who asks again and again: of what is the same as last time, the result is the very one of last time.
 * @param lasting false: it is asked once, so that nothing need be kept of each person
 */
export function resolver(lasting = true): Resolve {
  const inZone = lastResult(daysIn);
  const find = lastResult(allGatherer());
  const blockedNow = steadySet<string>();
  const endedBy = lastResult(endedPeople());
  const blockedInstitutions = steadySet<string>();
  const within = lastResult(peopleWithin);
  const settlePeople = lastResult(peopleSettler(lasting));
  const newsOfPeople = lastResult(pickNews<'institution' | 'user'>);
  const heldPeople = lastResult(heldAmongPeople);
  const usersOf = lastResult((users: Model['users']) => [...users.values()]);
  const problemsInFiles = lastResult(fileProblems);
  const inCommon = contactComparer();
  const files = lastResult(readableFiles);
  const toModel = modeller();
  return (loaded, remembered, { timeZone, operatorBlocks, at, forgetful = false }) => {
    const time = { days: inZone(timeZone), at, today: dayOf(at, timeZone) };
    const found = find(loaded, remembered);
    const institutions = blockedInstitutions(outInstitutions(found, operatorBlocks, time.today));
    const blocked = blockedNow([
      ...outPeople(found, operatorBlocks, time.today),
      ...within(institutions, found.user, found.institution),
      ...endedBy(found.user, time.today),
    ]);
    const people = settlePeople(loaded, found, blocked);
    const blocks = settleBlocks(found, time);
    const work = settleWork(found, people.objectionTo, time.today);
    const model = toModel(timeZone, people, blocks, operatorBlocks, work);
    const shared = loaded.trusted ? inCommon(usersOf(model.users)) : NONE;
    const ofFiles = problemsInFiles(loaded, forgetful ? null : remembered, people, shared);
    return {
      model,
      diagnostics: [...ofFiles, ...acrossFiles(blocks, forgetful), ...acrossFiles(work, forgetful)].sort(byPlace),
      heldEntries: loaded.trusted
        ? [...heldPeople(people), ...heldAmongBlocks(blocks, time), ...heldAmongWork(work)]
        : [],
      remember: {
        entries: [...newsOfPeople(people), ...pickNews(blocks), ...pickNews(work)],
        forget: [
          ...pickEntries(blocks, ({ entry }) => isForgettable(entry, time)),
          ...pickEntries(work, ({ entry }) => isDoneWith(entry)),
        ],
        get files() {
          return files(loaded);
        },
      },
    };
  };
}

/** Keys of institutions that are blocked, by the repository or from the command line. */
function outInstitutions(found: FoundAll, orders: readonly OperatorBlock[], today: Day): readonly string[] {
  return [...blockedTargets([found['blocked-institution']], today), ...orderedTargets(orders, 'institution')];
}

/** Keys of people whom a block of their own keeps out or from mail. */
function outPeople(found: FoundAll, orders: readonly OperatorBlock[], today: Day): readonly string[] {
  return [...blockedTargets([found['blocked-user'], found['mail-block']], today), ...orderedTargets(orders, 'user')];
}

function orderedTargets(orders: readonly OperatorBlock[], of: OperatorBlock['scope']): readonly string[] {
  return orders.flatMap(({ scope, target }) => (scope === of ? [target] : []));
}

type Modeller = (
  timeZone: string,
  people: SettledPeople,
  blocks: SettledBlocks,
  operatorBlocks: readonly OperatorBlock[],
  work: SettledWork,
) => Model;

/** Entries that say the same as before are the very ones of before, and so are their lists and the whole. */
function modeller(): Modeller {
  const byKey = <D>() => lastResult(mapped<D>);
  const users = byKey<User>();
  const countingUsers = lastResult(counting<User>);
  const institutions = byKey<Institution>();
  const steadily = <D>() => steadyItems<Entry<D>>(({ key }) => key);
  const steady = {
    institution: steadily<Institution>(),
    'blocked-institution': steadily<Block>(),
    'blocked-user': steadily<Block>(),
    'mail-block': steadily<Block>(),
    orders: steadyItems<OperatorBlock>(({ id }) => id),
    server: steadily<HostedServer>(),
    'confirmed-task': steadily<ConfirmedTask>(),
  };
  const model = lastResult(modelOf);
  return (timeZone, people, blocks, operatorBlocks, work) => {
    const ofKind = (kind: BlockKind) => steady[kind](counting(blocks[kind]));
    return model(
      timeZone,
      institutions(steady.institution(counting(people.institution))),
      users(countingUsers(people.user)),
      ofKind('blocked-institution'),
      ofKind('blocked-user'),
      ofKind('mail-block'),
      steady.orders(operatorBlocks.toSorted((a, b) => compareText(a.id, b.id))),
      steady.server(counting(work.server)),
      steady['confirmed-task'](counting(work['confirmed-task'])),
    );
  };
}

function mapped<D>(entries: readonly Entry<D>[]): ReadonlyMap<string, Entry<D>> {
  const byKey = new Map<string, Entry<D>>();
  for (const entry of entries) byKey.set(entry.key, entry);
  return byKey;
}

function modelOf(
  timeZone: string,
  institutions: Model['institutions'],
  users: Model['users'],
  blockedInstitutions: Model['blockedInstitutions'],
  blockedUsers: Model['blockedUsers'],
  mailBlocks: Model['mailBlocks'],
  operatorBlocks: Model['operatorBlocks'],
  hostedServers: Model['hostedServers'],
  confirmedTasks: Model['confirmedTasks'],
): Model {
  const blocks = { blockedInstitutions, blockedUsers, mailBlocks, operatorBlocks };
  return { timeZone, institutions, users, ...blocks, hostedServers, confirmedTasks };
}

function counting<D>(settled: readonly Settled<D>[]): readonly Entry<D>[] {
  const entries: Entry<D>[] = [];
  for (const { counts, entry } of settled) if (counts) entries.push(entry);
  return entries;
}

/** What stands in the files, and what is wrong across them with people and institutions. `remembered` null: not known. */
function fileProblems(
  loaded: Loaded,
  remembered: readonly AnyEntry[] | null,
  people: SettledPeople,
  shared: readonly Diagnostic[],
): readonly Diagnostic[] {
  const { institution, user, besides } = people;
  const inFiles =
    remembered === null || !loaded.trusted
      ? loaded.files.flatMap(({ diagnostics }) => diagnostics)
      : withConsequences(loaded, remembered);
  const across = acrossFiles({ institution, user }, remembered === null);
  return [...loaded.diagnostics, ...inFiles, ...across, ...shared, ...besides];
}

/** `forgetful`: whether there was a good document before is not known. */
function acrossFiles(settled: Partial<SettledAll>, forgetful: boolean): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const ofKind of Object.values(settled)) {
    for (const { diagnostics } of ofKind) found.push(...(forgetful ? diagnostics.map(withoutMemory) : diagnostics));
  }
  return found;
}

function withoutMemory({ consequence, ...diagnostic }: Diagnostic): Diagnostic {
  return consequence === null ? { ...diagnostic, consequence } : diagnostic;
}

/** What is new, as the memory takes it in: documents, not the state of a pass. */
function pickNews<K extends Kind>(settled: Pick<SettledAll, K>): readonly AnyEntry[] {
  return pickEntries(settled, ({ remember }) => remember).map((entry) => ({
    ...entry,
    condition: 'declared',
    rivals: [],
  }));
}

function readableFiles(loaded: Loaded): ReadonlyMap<string, string> {
  const readable = new Map<string, string>();
  if (!loaded.trusted) return readable;
  for (const { path, blob, unreadable } of loaded.files) if (!unreadable) readable.set(path, blob);
  return readable;
}

/** A server that left the files with nothing left to do, or a confirmation that did: neither is missed. */
function isDoneWith({ condition, document }: Entry<HostedServer | ConfirmedTask>): boolean {
  return condition === 'vanished' && ('task' in document || isFinished(document));
}

function isForgettable(entry: Entry<Block>, time: BlockTime): boolean {
  return entry.condition === 'vanished' && mayForget(entry, time);
}
