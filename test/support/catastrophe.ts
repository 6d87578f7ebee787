/** A catastrophe as data: what strikes a healthy installation, what must be said of it, what may be written; and how one is run. */
import { readFile, writeFile } from 'node:fs/promises';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import { troubleOf } from '../../src/errors.ts';
import { reportPage } from '../../src/views/report.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import type { Files } from './desired-state.ts';
import type { EmbeddedGround, GroundOptions } from './embedded-ground.ts';
import { type Account, type Ground, type Hand, TIME_ZONE, type Written, writtenBetween } from './ground.ts';

export type Step<G extends Ground = Ground> = (ground: G) => Promise<unknown>;

export interface Catastrophe<G extends Ground = EmbeddedGround> {
  /** Begins with its row of docs/failures.md where it has one. */
  readonly title: string;
  /** What happens. */
  readonly strike: readonly Step<G>[];
  /** How Muster meets it; one `muster sync` by default. */
  readonly meet?: (ground: G) => Promise<Report>;
  /** Stands in the page that a person reads. */
  readonly says: string;
  /** 2 (somebody is needed) by default. */
  readonly exit?: 0 | 1 | 2;
  /** Nothing by default. */
  readonly written?: Written;
  /** What is written was approved before by an operator, and so may be more than the limits. */
  readonly approved?: true;
  /** What undoes it, besides files and accounts being put back; null: it cannot be undone by those who did it, and why. */
  readonly undo?: readonly Step<G>[] | { readonly never: string };
  readonly options?: GroundOptions;
}

/** What a catastrophe came to. */
export interface Aftermath {
  /** The page of the pass, or the words in which it failed. */
  readonly page: string;
  readonly exit: number;
  readonly written: Written;
}

/** Lets it happen, and Muster meet it. */
export async function suffer<G extends Ground>(one: Catastrophe<G>, ground: G): Promise<Aftermath> {
  for (const step of one.strike) await step(ground);
  const before = await looked(ground);
  const { page, exit } = await met(one, ground);
  const written = writtenBetween(before, await looked(ground));
  return { page, exit, written };
}

async function met<G extends Ground>(one: Catastrophe<G>, ground: G): Promise<Omit<Aftermath, 'written'>> {
  try {
    const report = await (one.meet ?? ((whole: G) => whole.sync()))(ground);
    return { page: pageOf(report), exit: exitCodeOf(report) };
  } catch (error) {
    const { where, what, next } = troubleOf(error);
    return { page: `${where}: ${what}\n${next}`, exit: 1 };
  }
}

/** No account where the directory itself is away. */
async function looked(ground: Ground): Promise<ReadonlyMap<string, Account>> {
  return ground.accounts().catch(() => new Map());
}

/** The report as a person reads it, in one line of words. */
export function pageOf(report: Report): string {
  return pageAsText(reportPage(report, { timeZone: TIME_ZONE, all: false }), plainStyle).replaceAll(/\s+/g, ' ');
}

// ---------------------------------------------------------------- steps

/** Writes files. */
export function files<G extends Ground>(make: Files | ((ground: G) => Files)): Step<G> {
  return (ground) => ground.declare(typeof make === 'function' ? make(ground) : make);
}

/** Writes every file whose path matches anew; null deletes it. */
export function edited<G extends Ground>(
  paths: RegExp,
  edit: (text: string, ground: G, path: string) => string | null,
): Step<G> {
  return (ground) => {
    const chosen = Object.entries(ground.files()).filter(([path]) => paths.test(path));
    if (chosen.length === 0) throw new RangeError(`no file matches ${paths}`);
    return ground.declare(Object.fromEntries(chosen.map(([path, text]) => [path, edit(text, ground, path)])));
  };
}

/** Puts the same text into every file whose path matches, or deletes it. */
export function became(paths: RegExp, text: string | null): Step {
  return edited(paths, () => text);
}

/** Moves every file whose path matches. */
export function renamed(paths: RegExp, to: (path: string) => string): Step {
  return (ground) => {
    const chosen = Object.entries(ground.files()).filter(([path]) => paths.test(path));
    const gone = chosen.map(([path]) => [path, null] as const);
    const come = chosen.map(([path, text]) => [to(path), text] as const);
    return ground.declare(Object.fromEntries([...gone, ...come]));
  };
}

/** Somebody goes through all accounts. */
export function hands(hand: (account: Account, nth: number) => Hand): Step {
  return (ground) => ground.byHand(hand);
}

/** Somebody sets the same values on all accounts. */
export function allSet(values: Readonly<Record<string, string | null>>): Step {
  return hands(() => ({ set: values }));
}

/** Our clock goes wrong by so much; the server's goes along, or stays right. */
export function clock(byMs: number, server: 'along' | 'right' = 'right'): Step<EmbeddedGround> {
  return async ({ scene }) => {
    scene.clock.now += byMs;
    if (server === 'right') scene.clock.serverOffMs -= byMs;
  };
}

export function usernameOf({ values }: Account): string {
  return values.sAMAccountName ?? '';
}

// ---------------------------------------------------------------- undoing

/** Remembers the accounts and the time as they are; what it gives puts them back. */
export async function remembered({ scene }: EmbeddedGround): Promise<() => Promise<void>> {
  const { file } = scene.directory;
  const text = await readFile(file);
  const clock = { ...scene.clock };
  return async () => {
    await writeFile(file, text);
    Object.assign(scene.clock, clock);
  };
}

/** Puts the repository back to how it was healthy. */
export async function repaired(ground: Ground): Promise<void> {
  const now = ground.files();
  const gone = Object.keys(now).filter((path) => !(path in ground.healthy));
  const changed = Object.entries(ground.healthy).filter(([path, text]) => now[path] !== text);
  const all = Object.fromEntries([...gone.map((path) => [path, null] as const), ...changed]);
  if (Object.keys(all).length > 0) await ground.declare(all);
}
