/** A sync of directory, control file and privacyIDEA, struck at one point: a replacement of the list, a write to a token, a statement to the database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type ChannelBench, type ChannelEnding, channelEnding, rewindChannels } from './channel-bench.ts';
import type { Fault } from './privacyidea.ts';
import { program } from './programs.ts';

/** Numbers are from 1. */
export type ChannelPoint =
  /** Killed before or after the how manieth replacement of the control file, or statement that writes to the database. */
  | { readonly at: 'list-before' | 'list-after' | 'statement'; readonly nth: number }
  /** Killed before privacyIDEA does that write, or after it and before its answer; or the answer is lost and the process goes on. */
  | { readonly at: 'token-before' | 'token-after' | 'token-answer'; readonly nth: number };

export interface Undisturbed {
  readonly ending: ChannelEnding;
  readonly points: readonly ChannelPoint[];
  /** Requests that changed something in privacyIDEA. */
  readonly tokenWrites: number;
}

/** `channels:token-after:7`. */
export function channelPointName({ at, nth }: ChannelPoint): string {
  return `channels:${at}:${nth}`;
}

/** An undisturbed run, and every point that it has; throws where something is wrong with that already. */
export async function undisturbedChannels(bench: ChannelBench): Promise<Undisturbed> {
  let said = '';
  let tokenWrites = 0;
  const ending = await channelEnding(bench, async () => {
    const before = bench.otp.state.writes;
    const { code, stderr } = await inChild(bench, 'statement', 0).ended;
    if (code !== 0) throw new Error(`undisturbed, the sync ends with ${code}: ${stderr}`);
    said = stderr;
    tokenWrites = bench.otp.state.writes - before;
  });
  const points = [
    ...(['list-before', 'list-after', 'statement'] as const).flatMap((at) => upTo(at, countOf(at, said))),
    ...(['token-before', 'token-after', 'token-answer'] as const).flatMap((at) => upTo(at, tokenWrites)),
  ];
  return { ending, points, tokenWrites };
}

function countOf(what: string, said: string): number {
  const count = Number(new RegExp(`^${what} (\\d+)$`, 'm').exec(said)?.[1]);
  if (!(count > 0)) throw new Error(`no ${what} was counted: ${said}`);
  return count;
}

function upTo(at: ChannelPoint['at'], count: number): readonly ChannelPoint[] {
  return Array.from({ length: count }, (_, n) => ({ at, nth: n + 1 }));
}

/** Strikes there, syncs on undisturbed, and lists what differs from an undisturbed run. */
export async function strikeChannels(
  bench: ChannelBench,
  { ending }: Undisturbed,
  point: ChannelPoint,
): Promise<readonly string[]> {
  rewindChannels(bench);
  return channelDifferences(await channelEnding(bench, () => struck(bench, point)), ending);
}

/** What is wrong with the ending of a run, in words. */
export function channelDifferences(ending: ChannelEnding, undisturbed: ChannelEnding): readonly string[] {
  const expected: ChannelEnding = { ...undisturbed, open: 0, left: 0, exit: 0 };
  const keys = ['accounts', 'list', 'tokens', 'ledger', 'sealed', 'open', 'left', 'exit', 'audit'] as const;
  return keys
    .filter((key) => JSON.stringify(ending[key]) !== JSON.stringify(expected[key]))
    .map(
      (key) =>
        `${key}: ${missingFrom(expected[key], ending[key])} in place of ${missingFrom(ending[key], expected[key])}`,
    );
}

/** What `here` has and `there` has not; all of it where it is no list. */
function missingFrom(there: unknown, here: unknown): string {
  if (!Array.isArray(there) || !Array.isArray(here)) return JSON.stringify(here);
  return JSON.stringify(here.filter((one) => !there.includes(one)));
}

async function struck(bench: ChannelBench, { at, nth }: ChannelPoint): Promise<void> {
  const isOwn = at === 'statement' || at === 'list-before' || at === 'list-after';
  const { child, ended } = inChild(bench, isOwn ? at : 'statement', isOwn ? nth : 0);
  let fell = false;
  let writes = 0;
  const strike: Fault = async ({ method, path }, proper) => {
    if (method === 'GET' || path === '/auth') return proper();
    writes += 1;
    if (writes !== nth) return proper();
    fell = true;
    if (at !== 'token-before') proper();
    if (at !== 'token-answer') {
      child.kill('SIGKILL');
      await ended;
    }
    return null;
  };
  if (!isOwn) bench.otp.fault = strike;
  const { code, signal, stderr } = await ended;
  if (at === 'token-answer') {
    if (!fell) throw new Error(`No answer was lost at write ${nth}.`);
    // Whoever calls it must hear that something is missing.
    if (code === 0) throw new Error(`The sync ended with 0 although the answer to write ${nth} was lost.`);
  } else if (signal !== 'SIGKILL') throw new Error(`The sync was not killed: it ended with ${code}. ${stderr}`);
}

/** A sync that kills itself at that point; 0: it tells how many there were. */
function inChild({ site }: ChannelBench, what: ChannelPoint['at'], nth: number) {
  const child = spawn(process.execPath, [program('sync-crash-child'), site.config, what, String(nth)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [exited, said] = [once(child, 'exit'), text(child.stderr)];
  const ended = (async () => {
    const [code, signal] = await exited;
    return { code, signal, stderr: await said };
  })();
  return { child, ended };
}
