/** The bare mirror of one branch on this machine: made, fetched into, tidied, and fetched anew where it is damaged. */
import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { MusterError, messageOf } from '../errors.ts';
import type { GitAddress } from './git-address.ts';
import { firstLine, gitText, LOCAL_DEADLINE_MS, writeMirrorConfig } from './git-process.ts';
import { fetchTrouble } from './git-trouble.ts';

/** Where the fetched branch stands in the mirror, whatever it is called at its home. */
export const REF = 'refs/muster/source';
/** A first fetch of a large history over a slow line; later ones take a second. */
const FETCH_DEADLINE_MS = 120_000;
/** Git holds the lock of a branch for milliseconds; whoever meets it waits this long, once. */
const LOCK_WAIT_MS = 1_000;
/** Files of some fifty packs: beyond that, looking objects up slows down (gc.autoPackLimit of git-config(1)). */
const PACK_FILES_MAX = 100;
/** What Git says of a repository whose files are damaged; the server's own says the same, which fetching anew will show. */
const DAMAGE =
  /corrupt|bad object|bad signature|bad ref|invalid sha1 pointer|does not point to a valid object|is empty|garbage at end|(?:missing|unable to read|could not read|cannot read|failed to read) [0-9a-z ]*(?:object|blob|tree|commit|[0-9a-f]{40})|does not match index|inflate|unresolved delta|not a git repository|did not send all necessary objects|index file|packfile/i;

export interface Mirror {
  /** Folder, absolute. */
  readonly folder: string;
  /** The address and branch, for messages. */
  readonly where: string;
  /**
   * Fetches the branch; mends the mirror where damage stands in the way. Throws MusterError, also where `signal` breaks it off.
   */
  fetch(signal?: AbortSignal): Promise<void>;
  /**
   * Fetches everything anew beside the old mirror, and takes its place only when that succeeded: a server that is away does
   * not cost what is there. Throws MusterError.
   */
  renew(): Promise<void>;
  /**
   * Fetches another ref beside the branch, and gives its commit. Throws MusterError; the mirror is not mended for it.
   * @param ref full name, as `refs/heads/NAME`
   */
  bring(ref: string, signal?: AbortSignal): Promise<string>;
}

export interface MirrorOptions {
  /** Folder of the bare mirror, absolute; made if absent, Muster's alone, a cache: it may be deleted. */
  readonly mirror: string;
  readonly fetchDeadlineMs?: number;
}

/** What ends a fetch that would go on. */
interface FetchLimits {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const NEVER = new AbortController().signal;

export function openMirror(
  address: GitAddress,
  { mirror, fetchDeadlineMs = FETCH_DEADLINE_MS }: MirrorOptions,
): Mirror {
  const where = `${address.url}, branch ${address.branch}`;
  const limits = (signal: AbortSignal = NEVER): FetchLimits => ({ deadlineMs: fetchDeadlineMs, signal });
  const renew = (signal?: AbortSignal) => renewMirror(mirror, address, limits(signal), where);
  return {
    folder: mirror,
    where,
    renew,
    bring: (ref, signal) => bring(mirror, address.url, ref, limits(signal)),
    async fetch(signal) {
      try {
        await prepare(mirror, where);
        await fetchBranch(mirror, address, limits(signal), where);
      } catch (error) {
        if (!DAMAGE.test(causeOf(error))) throw error;
        // The first failure says more where the server is at fault: there the second one fails as well.
        await renew(signal).catch(() => {
          throw error;
        });
      }
    },
  };
}

async function renewMirror(mirror: string, address: GitAddress, limits: FetchLimits, where: string): Promise<void> {
  // Several processes may find the damage at once: a plan takes no lease.
  const fresh = `${mirror}.new-${process.pid}`;
  await removeLeftovers(mirror);
  try {
    await prepare(fresh, where);
    await fetchBranch(fresh, address, limits, where);
    await rm(mirror, { recursive: true, force: true });
    await rename(fresh, mirror).catch((error: unknown) => {
      // Another process has put its own there meanwhile, as new as this one.
      if (!/ENOTEMPTY|EEXIST/.test(messageOf(error))) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Removes what renewals of processes that ended, and earlier ones of this process, left beside the mirror. */
async function removeLeftovers(mirror: string): Promise<void> {
  const [folder, prefix] = [dirname(mirror), `${basename(mirror)}.new-`];
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (!Number.isInteger(pid) || pid <= 0 || (pid !== process.pid && isAlive(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Anything but "no such process" is said of one that lives, and belongs to somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

async function prepare(mirror: string, where: string): Promise<void> {
  try {
    await writeMirrorConfig(mirror);
    // A mirror borrows no objects from elsewhere: they could vanish, or be put there by somebody else.
    await rm(join(mirror, 'objects', 'info', 'alternates'), { force: true });
    const ready = await stat(join(mirror, 'HEAD')).catch(() => null);
    if (ready === null) {
      await gitText(mirror, ['init', '--quiet', '--bare', '--template=']);
      await writeMirrorConfig(mirror);
    }
  } catch (error) {
    const what = `The mirror folder ${mirror} cannot be prepared: ${firstLine(messageOf(error))}.`;
    const next =
      'Check that the folder can be written, that the disk has room, and that git (2.39 or newer) is installed.';
    throw new MusterError({ remedy: 'person', where, what, next }, { cause: error });
  }
}

/** What a fetch leaves alone: tags, submodules, files of the mirror besides objects and the ref, and tidying up. */
const FETCH = [
  ...['fetch', '--quiet', '--no-tags', '--no-recurse-submodules'],
  ...['--no-write-fetch-head', '--no-auto-maintenance', '--end-of-options'],
];

/** The ref stands in the mirror only until its commit is known: whoever reviews goes on by that. */
async function bring(mirror: string, url: string, ref: string, limits: FetchLimits): Promise<string> {
  const where = `${url}, ${ref}`;
  const signal = AbortSignal.any([AbortSignal.timeout(limits.deadlineMs), limits.signal]);
  const here = `refs/muster/brought-${process.pid}-${randomUUID()}`;
  try {
    await prepare(mirror, where);
    await gitText(mirror, ['check-ref-format', ref], { signal });
    await overTheNetwork(mirror, signal, [...FETCH, url, `+${ref}:${here}`]);
    return (await gitText(mirror, ['rev-parse', '--verify', '--quiet', `${here}^{commit}`], { signal })).trim();
  } catch (error) {
    if (error instanceof MusterError) throw error;
    if (limits.signal.aborted) throw brokenOff(where);
    if (/couldn't find remote ref|ended with 1$/i.test(messageOf(error))) throw noSuchRef(where, ref);
    throw fetchTrouble(where, error, ref, null);
  } finally {
    await gitText(mirror, ['update-ref', '-d', here]).catch(() => undefined);
  }
}

function noSuchRef(where: string, ref: string): MusterError {
  const what = `The repository has no ${ref.replace(/^refs\/heads\//, 'branch ')}.`;
  return new MusterError({ remedy: 'person', where, what, next: 'Check its name, and that it was pushed.' });
}

async function fetchBranch(
  mirror: string,
  { url, branch }: GitAddress,
  { deadlineMs, signal: breakOff }: FetchLimits,
  where: string,
): Promise<void> {
  const signal = AbortSignal.any([AbortSignal.timeout(deadlineMs), breakOff]);
  const refspec = `+refs/heads/${branch}:${REF}`;
  const fetch = () => overTheNetwork(mirror, signal, [...FETCH, url, refspec]);
  try {
    await fetch().catch(async (error: unknown) => {
      if (!/\.lock': File exists/.test(messageOf(error))) throw error;
      // Another process may be fetching too. A lock older than any fetch was left by a Git that was killed.
      const lock = join(mirror, `${REF}.lock`);
      if (await isOlderThan(lock, deadlineMs)) await rm(lock, { force: true });
      else await setTimeout(LOCK_WAIT_MS);
      await fetch();
    });
  } catch (error) {
    if (breakOff.aborted) throw brokenOff(where);
    if (signal.aborted)
      throw fetchTrouble(where, new Error(`not finished within ${Math.round(deadlineMs / 1000)} s`), branch, null);
    const heads = /couldn't find remote ref/i.test(messageOf(error)) ? await branchesOf(mirror, url) : null;
    throw fetchTrouble(where, error, branch, heads);
  }
  await tidy(mirror);
}

function overTheNetwork(mirror: string, signal: AbortSignal, args: readonly string[]): Promise<string> {
  return gitText(mirror, args, { signal, toServer: true });
}

function brokenOff(where: string): MusterError {
  const what = 'Fetching was broken off, because something else does not wait.';
  return new MusterError({ remedy: 'retry', where, what, next: 'Nothing: the next pass fetches again.' });
}

/** A time in the future was written by a clock that was wrong: it counts by its distance as well. */
async function isOlderThan(path: string, milliseconds: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Math.abs(Date.now() - found.mtimeMs) > milliseconds;
}

/** Checked objects arrive as one pack a fetch, and pile up; a failure to tidy is no reason not to read. */
async function tidy(mirror: string): Promise<void> {
  const packs = await readdir(join(mirror, 'objects', 'pack')).catch(() => []);
  if (packs.length < PACK_FILES_MAX) return;
  await gitText(mirror, ['gc', '--quiet']).catch(() => undefined);
}

/** Branches that the repository has, to name them where the configured one is missing; null where they cannot be had. */
async function branchesOf(mirror: string, url: string): Promise<readonly string[] | null> {
  try {
    const args = ['ls-remote', '--heads', '--quiet', '--end-of-options', url];
    const listing = await overTheNetwork(mirror, AbortSignal.timeout(LOCAL_DEADLINE_MS), args);
    return [...listing.matchAll(/\trefs\/heads\/(.+)$/gm)].map((match) => match[1] ?? '');
  } catch {
    return null;
  }
}

function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}
