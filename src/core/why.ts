/** Why: a person's standing with every reason, what each system holds, and the last changes; reads, never writes. */
import type { Diagnostic, Origin } from '../diagnostic.ts';
import { MusterError, type Trouble, troubleOf } from '../errors.ts';
import { type Condition, type Entry, fold, type Instant, type User } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import { nearest } from '../model/nearest.ts';
import { personLabel } from '../model/restrictions.ts';
import { type Ended, indexModel, type Reason, type Standing, standing } from '../model/standing.ts';
import type { Answerable, RevisionMemory } from './approval/answers.ts';
import { askedOf, askServers, type Inquiry, thingsOf } from './asking-servers.ts';
import type { Address, Attributes, ChangeKind, Ownership } from './change.ts';
import { type Desire, desire } from './desire.ts';
import type { HandChange } from './hand-change.ts';
import { type ModeSettings, whyObserved } from './modes.ts';
import type { Outcome } from './outcome.ts';
import { type HeldFor, heldFor, outstandingIn } from './outstanding.ts';
import type { PassParts } from './pass.ts';
import { shownTasks } from './person-tasks.ts';
import type { Notice } from './plan.ts';
import type { Journal } from './ports.ts';
import type { Report } from './report.ts';
import { type ShutOut, shutOutOf } from './shut-out.ts';
import { shutSinceOf } from './shut-out-memory.ts';
import type { Task } from './tasks.ts';
import { thingOf } from './thing.ts';

/** Who last wrote a line, as the source knows it. */
export interface Authorship {
  /** Commit id. */
  readonly commit: string;
  /** As the commit names them. */
  readonly author: string;
  readonly at: Instant;
  /** First line of the commit's message. */
  readonly summary: string;
  /** Who answered for that commit when it came in; absent: nobody had to, or it is not known. */
  readonly answer?: Answerable;
}

/** What `why` needs of a source besides its content; null where it keeps no history. */
export interface History {
  /** The last commit that touched that line, up to `revision`; null: not known. */
  blame(origin: Origin, revision: string): Promise<Authorship | null>;
}

export type Authored<T> = T & { readonly authorship: Authorship | null };

/** One thing that a system holds for the person. */
export interface HeldThing {
  readonly address: Address;
  readonly location: string;
  readonly ownership: Ownership;
  readonly enabled: boolean;
  /** Whether the person can use it at this moment. */
  readonly usable: boolean;
  readonly attributes: Attributes;
  readonly protectedBecause: string | null;
}

/** What Muster last wrote or accepted of one thing, where nobody asks the system itself. */
export interface RememberedThing {
  /** Kind of the thing, where it is no account. */
  readonly thing?: string;
  readonly enabled: boolean;
  readonly attributes: Attributes;
  /** Why Muster disabled it; null: it did not. */
  readonly disabledFor: string | null;
  /** When it was first found deleted; null: it exists. */
  readonly goneAt: Instant | null;
}

export type SystemAnswer = { readonly system: string } & (
  | { readonly server: string; readonly things: readonly HeldThing[] }
  | { readonly remembered: readonly RememberedThing[] }
  | { readonly trouble: Trouble }
);

export interface PastChange {
  readonly at: Instant;
  readonly runId: string;
  readonly system: string;
  readonly kind: ChangeKind;
  /** Kind of the thing, where it is no account. */
  readonly thing?: string;
  readonly cause: string;
  /** Values that somebody had changed by hand, and that were put back. */
  readonly byHand?: readonly HandChange[];
  readonly status: Outcome['status'] | 'unknown';
}

export interface WhyAnswer {
  readonly format: 1;
  readonly user: string;
  readonly at: Instant;
  readonly revision: string;
  /** Null: nobody of that name is declared, nor ever was. */
  readonly declared: {
    readonly label: string;
    readonly document: User;
    readonly origin: Origin;
    readonly condition: Condition;
    readonly authorship: Authorship | null;
  } | null;
  readonly standing: Standing | null;
  /** That nothing of theirs is written, and why; absent: it is. */
  readonly onlyObserved?: string;
  /** Every reason against the person, each once, with who wrote it. */
  readonly reasons: readonly Authored<Reason>[];
  readonly ended: readonly Authored<Ended>[];
  /** Mistakes in the files that any of this stands in. */
  readonly diagnostics: readonly Diagnostic[];
  readonly systems: readonly SystemAnswer[];
  /** Where the person should be shut out and is not, or nobody can tell; none where no system was asked. */
  readonly outstanding: readonly Notice[];
  /** What the last pass held of theirs. */
  readonly held: readonly HeldFor[];
  /** What somebody changed by hand, and the last pass left so; absent: nothing. */
  readonly drifted?: readonly Notice[];
  /** Every channel side by side, from every listed server, and one verdict over all of them. */
  readonly shutOut: ShutOut;
  /** What people do by hand for this person: open, and over lately. */
  readonly tasks: readonly Task[];
  /** Newest first. */
  readonly history: readonly PastChange[];
  readonly trouble: readonly Trouble[];
}

/** Enough to see a tug of war, and the change before it. */
const CHANGES_SHOWN = 10;

/**
 * Everything known of one person.
 * @param username in any case.
 * @throws MusterError (`person`) where nobody of that name is declared and no system holds anything of that name.
 */
export async function whyOf(parts: PassParts, history: History | null, username: string): Promise<WhyAnswer> {
  const key = fold(username);
  const at = parts.clock();
  const want = await desire(parts.repository, parts.store, parts.settings.timeZone, at);
  const { model } = want.resolution;
  const entry = model.users.get(key) ?? null;
  const question = { keys: [key], model, at };
  const inquiries = await Promise.all(parts.reconcilers.map((one) => askServers(one, parts.store, question)));
  const systems = inquiries.map((one) => held(one, key, at));
  if (entry === null && systems.every(holdsNothing)) throw unknown(username, model);
  const now = standingOf(model, key, at);
  const blame = blamer(history, want, parts.store.revisions);
  const last = await parts.store.reports.latest();
  const shutAt = await shutSinceOf({ journal: parts.store.journal, shutOuts: parts.shutOuts }, key);
  const onlyObserved = observedWords(model, parts.settings, key);
  const person = { key, observed: onlyObserved.onlyObserved !== undefined };
  return {
    format: 1,
    user: key,
    at,
    revision: want.loaded.revision,
    declared: entry === null ? null : { ...declaration(entry), authorship: await blame(entry.origin) },
    standing: now.standing,
    ...onlyObserved,
    reasons: await Promise.all(now.reasons.map(withAuthor(blame))),
    ended: await Promise.all(now.ended.map(withAuthor(blame))),
    diagnostics: want.resolution.diagnostics.filter(({ file }) => file === entry?.origin.file),
    systems,
    outstanding: parts.reconcilers.flatMap((one, nth) => outstandingIn(one, inquiries[nth], model, person, at) ?? []),
    held: heldFor(last, key),
    ...driftedOf(last, entry),
    shutOut: shutOutOf(
      now.standing,
      inquiries.map((one) => askedOf(one, key, at, shutAt)),
      at,
      person.observed,
    ),
    tasks: shownTasks((await parts.tasks?.memory.of(key)) ?? [], at),
    history: await pastChanges(parts.store.journal, key),
    trouble: want.trouble,
  };
}

/** What everybody has by itself says of nobody that they exist. */
function holdsNothing(answer: SystemAnswer): boolean {
  return 'things' in answer && answer.things.every(({ enabled, address }) => enabled && thingOf(address.kind).innate);
}

/** What the last pass told of that person's values and left as they are. */
function driftedOf(last: Pick<Report, 'plan'> | null, entry: Entry<User> | null): Pick<WhyAnswer, 'drifted'> {
  const label = entry === null ? null : personLabel(entry.document);
  const drifted = last?.plan.notices.filter(({ kind, person }) => kind === 'drift' && person === label) ?? [];
  return drifted.length === 0 ? {} : { drifted };
}

/** In words, where nothing of that person's is written. */
export function observedWords(model: Model, settings: ModeSettings, key: string): Pick<WhyAnswer, 'onlyObserved'> {
  const words = whyObserved(model, settings, key);
  return words === null ? {} : { onlyObserved: words };
}

interface StandingOf {
  /** Null: nobody of that name is declared. */
  readonly standing: Standing | null;
  readonly reasons: readonly Reason[];
  readonly ended: readonly Ended[];
}

/** The standing of one person, with every reason once. */
export function standingOf(model: Model, key: string, at: Instant): StandingOf {
  if (!model.users.has(key)) return { standing: null, reasons: [], ended: [] };
  const now = standing(indexModel(model), key, at);
  return {
    standing: now,
    reasons: unique([...now.mayLogIn.reasons, ...now.maySendMail.reasons, ...now.token.reasons]),
    ended: unique([...now.mayLogIn.ended, ...now.maySendMail.ended]),
  };
}

export function declaration({ document, origin, condition }: Entry<User>) {
  return { label: personLabel(document), document, origin, condition };
}

type BlameLine = (origin: Origin | null) => Promise<Authorship | null>;

/** Where the history can't say, the answer is worth having without it. */
function blamer(history: History | null, { loaded }: Desire, revisions: Pick<RevisionMemory, 'answerFor'>): BlameLine {
  return async (origin) => {
    if (history === null || origin === null || origin.past === true || !loaded.trusted) return null;
    try {
      const authorship = await history.blame(origin, loaded.revision);
      const answer = authorship === null ? null : await revisions.answerFor(authorship.commit);
      return authorship === null || answer === null ? authorship : { ...authorship, answer };
    } catch {
      return null;
    }
  };
}

function withAuthor(blame: BlameLine): <T extends { readonly origin: Origin | null }>(one: T) => Promise<Authored<T>> {
  return async (one) => ({ ...one, authorship: await blame(one.origin) });
}

/** A reason against logging in is one against mail, too: said once. */
function unique<T extends { readonly text: string; readonly origin: Origin | null }>(
  reasons: readonly T[],
): readonly T[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify([reason.text, reason.origin]), reason])).values()];
}

/** Shown as the first server that answered has it. */
function held(inquiry: Inquiry, key: string, at: Instant): SystemAnswer {
  const { system, traits, servers } = inquiry;
  const answered = servers.find((one) => 'found' in one);
  if (answered === undefined) {
    const failed = servers.find((one) => 'trouble' in one);
    return { system, trouble: failed?.trouble ?? troubleOf('no server was asked') };
  }
  const things = thingsOf(inquiry, answered.found, key);
  return {
    system,
    server: answered.server,
    things: things.map(({ raw: _raw, handle: _handle, attempt: _attempt, ...thing }) => ({
      ...thing,
      usable: traits.usableUntil(thing) > at,
    })),
  };
}

/** Newest first. */
export async function pastChanges(journal: Pick<Journal, 'of'>, key: string): Promise<readonly PastChange[]> {
  const records = await journal.of(key, CHANGES_SHOWN);
  return records.map(({ intent, outcome, at }) => ({
    at: at ?? intent.at,
    runId: intent.runId,
    system: intent.change.address.system,
    kind: intent.change.kind,
    ...(intent.change.address.kind === 'account' ? {} : { thing: intent.change.address.kind }),
    cause: intent.change.cause.text,
    ...(intent.change.cause.byHand === undefined ? {} : { byHand: intent.change.cause.byHand }),
    status: outcome?.status ?? 'unknown',
  }));
}

function unknown(username: string, model: Model): MusterError {
  const near = nearest(fold(username), model.users.keys());
  return new MusterError({
    remedy: 'person',
    where: `why ${username}`,
    what: 'Nobody of that username is declared, and no system holds anything of that name.',
    next: near === null ? 'Check the spelling of the username.' : `Did you mean ${near}? Run "muster why ${near}".`,
  });
}
