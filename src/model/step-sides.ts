/** The two sides of a step: what counts before it and what counts after it, and what each person may do on either. */
import { compareText } from '../diagnostic.ts';
import { circumstancesOf, restrictionsIn, type Surroundings, surveyor } from './circumstances.ts';
import { sameContent } from './content.ts';
import type { AnyEntry, Entry, Instant, Institution, Kind, User } from './document.ts';
import type { Loaded } from './loaded.ts';
import type { Model } from './model.ts';
import type { Restriction } from './restrictions.ts';
import { versionsOf } from './restrictions.ts';
import { beyond, leftBy, type Spans } from './spans.ts';
import { mayGain } from './standing.ts';
import type { StepOptions } from './step-item.ts';
import { type Resolution, type Resolve, resolver } from './validate.ts';

/** One side. */
export interface Side {
  readonly model: Model;
  readonly surroundings: Surroundings;
}

/** What a person gets and loses from now on: to log in, and to send mail. */
export interface AccessChange {
  readonly gained: { readonly logIn: Spans; readonly mail: Spans };
  readonly lost: { readonly logIn: Spans; readonly mail: Spans };
}

export interface Sides {
  readonly before: Side;
  readonly after: Side;
  /** Of what stands after the step, with what stood before it remembered. */
  readonly resolution: Resolution;
  readonly at: Instant;
  /** Whether an entry stood there before with a mistake, so that nobody knows what it said. */
  wasBroken(kind: Kind, key: string): boolean;
  /** Its name by now, or the last one; its key where nobody declared it. */
  institutionName(key: string): string;
  /** Keys of the people who belong to an institution or to one that is part of it, before or after, in code-unit order. */
  peopleUnder(institution: string): readonly string[];
  accessChange(user: string): AccessChange;
  /** Whether nothing that this person's access depends on says anything else; false also where that can't be told at once. */
  isUntouched(user: string): boolean;
}

/** The step as Muster would take it: what vanishes goes on by what stood before, and so does what has a mistake. */
export function sidesOf(
  before: Loaded,
  after: Loaded,
  { timeZone, at, operatorBlocks = [], remembered = [] }: StepOptions,
  resolve: Resolve = resolver(false),
): Sides {
  const first = resolve(before, remembered, { timeZone, operatorBlocks, at, forgetful: true });
  const resolution = resolve(after, rememberedAfter(first, remembered), { timeZone, operatorBlocks, at });
  const survey = surveyor();
  const [side0, side1] = [first.model, resolution.model].map((model) => ({ model, surroundings: survey(model) }));
  if (side0 === undefined || side1 === undefined) throw new RangeError('a step has two sides');
  const broken = lazily(
    () => new Set(before.files.flatMap((file) => file.broken.map(({ kind, key }) => `${kind} ${key ?? ''}`))),
  );
  return {
    ...{ before: side0, after: side1, resolution, at },
    wasBroken: (kind, key) => broken().has(`${kind} ${key}`),
    institutionName: (key) =>
      (side1.model.institutions.get(key) ?? side0.model.institutions.get(key))?.document.name ?? key,
    ...questionsAbout(side0, side1, at),
  };
}

/** What the memory holds once a revision was taken in. */
function rememberedAfter({ remember }: Resolution, remembered: readonly AnyEntry[]): readonly AnyEntry[] {
  if (remembered.length === 0) return remember.entries;
  const identity = ({ kind, key }: { readonly kind: Kind; readonly key: string }) => `${kind} ${key}`;
  const all = new Map(remembered.map((entry) => [identity(entry), entry]));
  for (const entry of remember.entries) all.set(identity(entry), entry);
  for (const entry of remember.forget) all.delete(identity(entry));
  return [...all.values()];
}

function questionsAbout(
  before: Side,
  after: Side,
  at: Instant,
): Pick<Sides, 'peopleUnder' | 'accessChange' | 'isUntouched'> {
  const changes = new Map<string, AccessChange>();
  const population = lazily(() => populationOf([before.model, after.model]));
  return {
    accessChange: (user) => remembering(changes, user, () => accessChangeOf(before, after, user, at)),
    peopleUnder: (institution) => population()(institution),
    isUntouched(user) {
      const [was, is] = [before.model.users.get(user), after.model.users.get(user)];
      if (was === undefined || is === undefined || !isSameEntry(was, is)) return false;
      if (before.surroundings === after.surroundings) return true;
      const [, ...around] = circumstancesOf(was, before.surroundings);
      const [, ...now] = circumstancesOf(is, after.surroundings);
      return around.every((part, n) => part === now[n]);
    },
  };
}

function accessChangeOf(before: Side, after: Side, user: string, at: Instant): AccessChange {
  const [was, is] = [accessIn(before, user, at), accessIn(after, user, at)];
  const entry = after.model.users.get(user);
  const gains = entry !== undefined && mayGain(entry);
  return {
    gained: {
      logIn: gains ? beyond(is.logIn, was.logIn) : NEVER,
      mail: gains ? beyond(is.mail, was.mail) : NEVER,
    },
    lost: { logIn: beyond(was.logIn, is.logIn), mail: beyond(was.mail, is.mail) },
  };
}

const NEVER: Spans = [];

/** What a person may do on one side; whoever is not there may nothing. */
function accessIn(side: Side, user: string, at: Instant): { readonly logIn: Spans; readonly mail: Spans } {
  const entry = side.model.users.get(user);
  return entry === undefined ? { logIn: NEVER, mail: NEVER } : accessBy(restrictionsOf(side, entry), at);
}

export function restrictionsOf({ surroundings }: Side, entry: Entry<User>): readonly Restriction[] {
  return restrictionsIn(circumstancesOf(entry, surroundings));
}

export function accessBy(restrictions: readonly Restriction[], at: Instant) {
  const mail = leftBy(restrictions, at);
  const access = restrictions.filter(({ kind }) => kind !== 'mail-blocked');
  return { mail, logIn: access.length === restrictions.length ? mail : leftBy(access, at) };
}

/** Whether both say the same, in the same condition; where they stand does not count. */
export function isSameEntry<D>(a: Entry<D>, b: Entry<D>): boolean {
  if (a.condition !== b.condition || a.rivals.length !== b.rivals.length) return false;
  if (a.document !== b.document && !sameContent(a.document, b.document)) return false;
  return a.rivals.every(({ document }, n) => sameContent(document, b.rivals[n]?.document));
}

/** Who belongs to an institution, directly or through others, in any of the models. */
function populationOf(models: readonly Model[]): (institution: string) => readonly string[] {
  const members = new Map<string, Set<string>>();
  const parts = new Map<string, Set<string>>();
  for (const { users, institutions } of models) {
    for (const entry of users.values()) {
      for (const { document } of versionsOf(entry)) add(members, document.institution, entry.key);
    }
    for (const entry of institutions.values()) {
      for (const { document } of versionsOf<Institution>(entry)) {
        if (document.partOf !== null) add(parts, document.partOf, entry.key);
      }
    }
  }
  const known = new Map<string, readonly string[]>();
  return (institution) =>
    remembering(known, institution, () => {
      const below = new Set([institution]);
      for (const key of below) for (const part of parts.get(key) ?? []) below.add(part);
      const people = new Set([...below].flatMap((key) => [...(members.get(key) ?? [])]));
      return [...people].sort(compareText);
    });
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function remembering<T>(known: Map<string, T>, key: string, work: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const result = work();
  known.set(key, result);
  return result;
}

function lazily<T>(work: () => T): () => T {
  let known: { readonly result: T } | null = null;
  return () => {
    known ??= { result: work() };
    return known.result;
  };
}
