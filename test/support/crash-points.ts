/** The forty changes, struck at one point: a write to the directory, a statement to the database, a step of a mail; and what is wrong afterwards. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  type Bench,
  type Ending,
  endingOf,
  PASSWORDS_IN_FORCE,
  RECIPIENTS,
  rewind,
  syncByCommand,
  WRITES,
} from './forty-changes.ts';
import { MAIL_STEPS, type MailStep } from './mail-server.ts';
import { program } from './programs.ts';
import { syncInChild } from './site.ts';
import type { Strike } from './write-tap.ts';

/** Where, and how. Numbers are from 1. */
export type Point =
  /** Killed before the controller gets that write, or after it is done and before its answer. */
  | { readonly at: 'write'; readonly when: Strike['when']; readonly nth: number }
  /** Its answer is lost, and the process goes on. */
  | { readonly at: 'answer'; readonly nth: number }
  /** Killed before that statement writes to the database. */
  | { readonly at: 'statement'; readonly nth: number }
  /** Killed at that step of the how manieth mail. */
  | { readonly at: 'mail'; readonly step: MailStep; readonly nth: number };

/** `certificate:write:before:17`, `certificate:mail:whole:2`. */
export function pointName(point: Point): string {
  const how = point.at === 'write' ? [point.when] : point.at === 'mail' ? [point.step] : [];
  return ['certificate', point.at, ...how, point.nth].join(':');
}

/** Every one there is. @param statements as many as an undisturbed run makes. */
export function allPoints(statements: number): readonly Point[] {
  const writes = upTo(WRITES).flatMap((nth): readonly Point[] => [
    { at: 'write', when: 'before', nth },
    { at: 'write', when: 'after', nth },
    { at: 'answer', nth },
  ]);
  const mails = MAIL_STEPS.flatMap((step) =>
    // All mails go over one connection.
    upTo(step === 'connected' ? 1 : RECIPIENTS.length).map((nth): Point => ({ at: 'mail', step, nth })),
  );
  return [...writes, ...upTo(statements).map((nth): Point => ({ at: 'statement', nth })), ...mails];
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n + 1);
}

/** An undisturbed run, and how many statements it makes; throws where something is wrong with that already. */
export async function undisturbed(bench: Bench): Promise<{ readonly ending: Ending; readonly statements: number }> {
  let statements = 0;
  const run = async () => {
    const { status, stderr } = await inChild(bench, 0);
    statements = Number(/^statement (\d+)$/m.exec(stderr)?.[1]);
    if (status !== 0 || !(statements > 0)) throw new Error(`undisturbed, the sync ends with ${status}: ${stderr}`);
  };
  const ending = await endingOf(bench, run, 1);
  const strange = differences(ending, ending);
  if (strange.length > 0) throw new Error(`undisturbed: ${strange.join('; ')}`);
  return { ending, statements };
}

/** Strikes there, syncs on undisturbed, and lists what differs from an undisturbed run. */
export async function strikeAt(bench: Bench, expected: Ending, point: Point): Promise<readonly string[]> {
  await rewind(bench);
  const ending = await endingOf(bench, () => struck(bench, point), mayRepeat(point) ? 2 : 1);
  return differences(point.at === 'statement' ? counted(ending) : ending, expected);
}

/**
 * Where the process dies by itself, requests are under way that the controller got and never did, since their connection was gone:
 * then only its own counter tells how often it wrote.
 */
function counted(ending: Ending): Ending {
  return { ...ending, writes: WRITES, answers: WRITES };
}

/** A mail may come again only where its answer may have been on the way: before it, nothing was taken, or nothing was sent. */
function mayRepeat(point: Point): boolean {
  return point.at === 'statement' || (point.at === 'mail' && (point.step === 'whole' || point.step === 'answered'));
}

function struck(bench: Bench, point: Point): Promise<void> {
  switch (point.at) {
    case 'write':
      return killedAtWrite(bench, point);
    case 'answer':
      return deafened(bench, point.nth);
    case 'statement':
      return killedAtStatement(bench, point.nth);
    case 'mail':
      return killedAtMail(bench, point);
  }
}

/** What is wrong with the ending of a run, in words. */
export function differences(ending: Ending, undisturbed: Ending): readonly string[] {
  const counts = { writes: WRITES, answers: WRITES, open: 0, left: 0, exit: 0, told: [], audit: [] };
  const expected = { ...undisturbed, ...counts, passwords: PASSWORDS_IN_FORCE };
  const keys = [
    'usnSteps',
    'writes',
    'answers',
    'passwords',
    'ledger',
    'open',
    'left',
    'exit',
    'told',
    'audit',
  ] as const;
  const figures = keys
    .filter((key) => JSON.stringify(ending[key]) !== JSON.stringify(expected[key]))
    .map((key) => difference(key, ending[key], expected[key]));
  const dns = new Set([...ending.accounts.keys(), ...expected.accounts.keys()]);
  const accounts = [...dns].filter(
    (dn) => JSON.stringify(ending.accounts.get(dn)) !== JSON.stringify(expected.accounts.get(dn)),
  );
  return [...figures, ...accounts.map((dn) => `${dn} ended as ${JSON.stringify(ending.accounts.get(dn))}`)];
}

/** Of lists only what differs. */
function difference(key: string, is: unknown, should: unknown): string {
  if (!Array.isArray(is) || !Array.isArray(should))
    return `${key} is ${JSON.stringify(is)}, not ${JSON.stringify(should)}`;
  const without = (rows: readonly unknown[], others: readonly unknown[]) => rows.filter((row) => !others.includes(row));
  return `${key} has ${JSON.stringify(without(is, should))} instead of ${JSON.stringify(without(should, is))}`;
}

/** The process is frozen in the instant of the strike, and killed once the controller is done with what it had got. */
async function killedAtWrite({ site, tap }: Bench, { when, nth }: Point & { readonly at: 'write' }): Promise<void> {
  let fell = false;
  const child = syncInChild(site);
  const [ended, said] = [once(child, 'exit'), text(child.stderr)];
  tap.arm({
    write: nth,
    when,
    act: () => {
      fell = child.kill('SIGSTOP');
    },
    done: () => !child.kill('SIGKILL'),
  });
  const [code, signal] = await ended;
  if (!fell || signal !== 'SIGKILL') throw new Error(`The sync was not killed: it ended with ${code}. ${await said}`);
}

async function deafened({ site, tap }: Bench, nth: number): Promise<void> {
  let fell = false;
  tap.arm({
    write: nth,
    when: 'after',
    act: () => {
      fell = true;
    },
    done: () => true,
  });
  const { code } = await syncByCommand(site);
  if (!fell) throw new Error(`No answer was lost at write ${nth}.`);
  // Whoever calls it must hear that something is missing.
  if (code === 0) throw new Error(`The sync ended with 0 although the answer to write ${nth} was lost.`);
}

async function killedAtStatement(bench: Bench, nth: number): Promise<void> {
  const { signal, stderr } = await inChild(bench, nth);
  if (signal !== 'SIGKILL') throw new Error(`The sync was not killed at statement ${nth}: ${stderr}`);
}

async function killedAtMail(bench: Bench, { step, nth }: Point & { readonly at: 'mail' }): Promise<void> {
  const child = syncInChild(bench.site);
  const [ended, said] = [once(child, 'exit'), text(child.stderr)];
  let seen = 0;
  bench.watch = async (reached) => {
    if (reached !== step) return;
    seen += 1;
    if (seen !== nth) return;
    child.kill('SIGKILL');
    await ended;
  };
  const [code, signal] = await ended;
  // After its last answer the process may be quicker to its end than the signal to it.
  if (signal === 'SIGKILL' || (step === 'answered' && seen >= nth)) return;
  throw new Error(`The sync was not killed: it ended with ${code}. ${await said}`);
}

/** A sync that kills itself before that statement; 0: it tells how many there were. */
async function inChild({ site }: Bench, statement: number) {
  const child = spawn(
    process.execPath,
    [program('sync-crash-child'), site.configFile, 'statement', String(statement)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const [ended, said] = [once(child, 'exit'), text(child.stderr)];
  const [status, signal] = await ended;
  return { status, signal, stderr: await said };
}
