/** Shut out: one verdict on one person over every channel, from what should be and what each server was read to hold; pure. */
import type { Instant } from '../model/document.ts';
import type { Right, Standing } from '../model/standing.ts';
import { byHandWhileObserved } from './modes.ts';
import type { Thing } from './thing.ts';
import type { Lingering } from './traits.ts';

/** `unknown`: it was not read, or what was read does not tell. */
export type Found = 'open' | 'shut' | 'unknown';

/** What one server was read to hold for one person. */
export interface ServerAnswer {
  readonly server: string;
  /** When it was read, or asked in vain; null: it never was. */
  readonly at: Instant | null;
  readonly found: Found;
  /** As in `disabled`, or why it is not known. */
  readonly what: string;
  /** Since when it has been shut there, as far as that was written down; null: not known, or it is not shut. */
  readonly shutSince: Instant | null;
}

/** What one system answered, from every server that is listed for it. */
export interface SystemAsked {
  readonly system: string;
  readonly thing: Thing;
  readonly afterShutting: readonly Lingering[];
  readonly answers: readonly ServerAnswer[];
}

/** One way in which a person can do something, as logging in or sending mail, and how it stands. */
export interface Channel {
  readonly system: string;
  /** As in `log in`. */
  readonly name: string;
  /** `unknown`: nobody declares the person. */
  readonly should: Found;
  /** `shut` only where every listed server was read as shut; `open` where one was read as open. */
  readonly found: Found;
  /** Since when it has been shut, by the server that was the last to be; null: not known, or it is not shut. */
  readonly since: Instant | null;
  readonly answers: readonly ServerAnswer[];
}

/** One server that is not yet as it should be, or was not read. */
export interface Outstanding {
  readonly system: string;
  readonly name: string;
  readonly server: string;
  readonly found: 'open' | 'unknown';
  readonly what: string;
  /** A sentence: what to do about it. */
  readonly next: string;
}

/** What goes on for a while although somebody is shut out of one system on every server. */
export interface Remaining {
  readonly system: string;
  readonly text: string;
  /** Null: nobody can tell. */
  readonly until: Instant | null;
  /** From when `until` is counted; null: it has no term, or when they were shut out is not known. */
  readonly from: Instant | null;
  /** Servers of which it is not known when they took it: what is counted leaves them out. */
  readonly uncounted: readonly string[];
}

/**
 * - `blocked`: nothing is allowed, and every channel was read as shut on every listed server.
 * - `being-blocked`: at least one channel should be shut and was not read as shut everywhere.
 * - `not-blocked`: something is allowed, and whatever is not was read as shut.
 * - `undeclared`: nobody says what should be.
 */
export type ShutOutVerdict = 'blocked' | 'being-blocked' | 'not-blocked' | 'undeclared';

export interface ShutOut {
  readonly verdict: ShutOutVerdict;
  readonly channels: readonly Channel[];
  readonly outstanding: readonly Outstanding[];
  readonly remains: readonly Remaining[];
}

/**
 * @param standing null: nobody declares the person
 * @param observed whether nothing of theirs is written, so that a pass would not help
 */
export function shutOutOf(
  standing: Standing | null,
  asked: readonly SystemAsked[],
  at: Instant,
  observed = false,
): ShutOut {
  const channels = asked.map(({ system, thing, answers }) => ({
    system,
    name: thing.channel.name,
    should: shouldBe(standing, thing.channel.right),
    found: foundIn(answers),
    since: sinceOf(answers),
    answers,
  }));
  const denied = channels.filter(({ should }) => should === 'shut');
  return {
    verdict: verdictOf(standing, channels, denied),
    channels,
    outstanding: asked.flatMap((system, n) => (channels[n]?.should === 'shut' ? outstandingIn(system, observed) : [])),
    remains: asked.flatMap((system, n) => (channels[n]?.should === 'shut' ? remainsOf(system, at) : [])),
  };
}

function shouldBe(standing: Standing | null, right: Right): Found {
  if (standing === null) return 'unknown';
  return standing[right].allowed ? 'open' : 'shut';
}

/** One that is open is enough to get in; one that was not read is enough to doubt. */
function foundIn(answers: readonly ServerAnswer[]): Found {
  if (answers.some(({ found }) => found === 'open')) return 'open';
  return answers.length > 0 && answers.every(({ found }) => found === 'shut') ? 'shut' : 'unknown';
}

function sinceOf(answers: readonly ServerAnswer[]): Instant | null {
  return foundIn(answers) === 'shut' ? latest(answers) : null;
}

function latest(answers: readonly ServerAnswer[]): Instant | null {
  const moments = answers.flatMap(({ shutSince }) => shutSince ?? []);
  return moments.length === 0 ? null : Math.max(...moments);
}

function verdictOf(
  standing: Standing | null,
  channels: readonly Channel[],
  denied: readonly Channel[],
): ShutOutVerdict {
  if (standing === null) return 'undeclared';
  if (denied.some(({ found }) => found !== 'shut')) return 'being-blocked';
  return denied.length > 0 && denied.length === channels.length ? 'blocked' : 'not-blocked';
}

function outstandingIn({ system, thing, answers }: SystemAsked, observed: boolean): readonly Outstanding[] {
  const { name } = thing.channel;
  if (answers.length === 0) {
    const what = 'no server of it was asked';
    return [{ system, name, server: system, found: 'unknown', what, next: lookThere(system) }];
  }
  return answers.flatMap(({ server, found, what }): readonly Outstanding[] => {
    if (found === 'shut') return [];
    const toShut = observed ? byHandWhileObserved(thing) : `${thing.byHand} there, or run "muster sync".`;
    const next = found === 'open' ? toShut : lookThere(server);
    return [{ system, name, server, found, what, next }];
  });
}

function lookThere(server: string): string {
  return `See that ${server} can be read, then run "muster why" again.`;
}

function remainsOf({ system, answers, afterShutting }: SystemAsked, at: Instant): readonly Remaining[] {
  // Its time begins only once it is shut everywhere.
  if (foundIn(answers) !== 'shut') return [];
  const from = latest(answers);
  const uncounted = answers.filter(({ shutSince }) => shutSince === null).map(({ server }) => server);
  return afterShutting.flatMap(({ text, lasts }): readonly Remaining[] => {
    if (lasts === null) return [{ system, text, until: null, from: null, uncounted: [] }];
    if (from === null) return [{ system, text, until: null, from, uncounted }];
    const until = from + lasts;
    return until <= at ? [] : [{ system, text, until, from, uncounted }];
  });
}
