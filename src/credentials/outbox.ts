/** The outbox: a folder with one sealed password per create attempt, which is renamed as its fate becomes known. */
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../core/ports.ts';
import { codeOf, MusterError } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { Secret } from '../secret.ts';
import { writeLetter } from './letter.ts';
import { generatePassword, type PasswordOptions } from './password.ts';
import { seal } from './seal.ts';

/**
 * - `pending`: written before the account; whether the account exists is not known yet.
 * - `ready`: the account exists with this password; hand it out.
 * - `unused`: the attempt never happened, the password opens nothing.
 */
export type OutboxState = 'pending' | 'ready' | 'unused' | 'replaced';

export interface OutboxEntry {
  readonly username: string;
  readonly attempt: string;
  readonly state: OutboxState;
  readonly path: string;
  /** When the file was written, by the clock of its file system. */
  readonly preparedAt: Instant;
}

export interface OutboxSettings {
  /** Made with mode 0700 where it is absent; where it exists its mode stays, since a site may share it with a group. */
  readonly folder: string;
  /** Public age keys; none: `prepare` refuses. */
  readonly recipients: readonly string[];
  /** The Muster installation, named in every letter. */
  readonly instance: string;
  readonly clock: Clock;
  /** Where passwords come from: `n` random bytes; the operating system's generator unless a test says otherwise. */
  readonly random?: PasswordOptions['random'];
}

/** Whose password is to be made, for which attempt. */
export interface NewAccount {
  readonly username: string;
  readonly display: string;
  readonly upn: string;
  readonly attempt: string;
}

export interface Outbox {
  /**
   * Makes a password and seals it. The file is on the disk, with its name, when this resolves; only then may the account be made.
   * @throws MusterError: `person` without usable recipients, `retry` where the file can't be written (nothing is left
   * behind), `bug` where this attempt already has a file in any state: a sealed password is never overwritten.
   */
  prepare(account: NewAccount): Promise<Secret>;
  /**
   * The account exists. Repeating it is fine, and an attempt that was called unused too early is corrected.
   * @throws MusterError (`person`) naming the account and attempt where there is no file.
   */
  markReady(username: string, attempt: string): Promise<void>;
  /**
   * The attempt never happened. Repeating it is fine, and so is an attempt that a crash ended before its file was written.
   * @throws MusterError (`bug`) where the attempt is known to have happened.
   */
  markUnused(username: string, attempt: string): Promise<void>;
  /** Passwords made ready for that person before this attempt are in force no longer: their files are called so. */
  markReplaced(username: string, by: string): Promise<void>;
  /** Every sealed file, by name; other files in the folder are left alone. */
  list(): Promise<readonly OutboxEntry[]>;
}

/** Nobody but Muster's own user reads what it wrote; who hands out passwords is given the files, or the folder by ACL. */
const fileMode = 0o600;
const folderMode = 0o700;

const suffixes: Readonly<Record<OutboxState, string>> = {
  pending: '.pending.age',
  unused: '.unused.age',
  replaced: '.replaced.age',
  ready: '.age',
};
/** The longer suffixes first: a pending file ends in `.age`, too. */
const states: readonly OutboxState[] = ['pending', 'unused', 'replaced', 'ready'];

// No slash, no hidden file, nothing a shell would take for an option. The attempt has no dot, so that a name reads one way only.
const safeUsername = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._-]{0,63}$/u;
const safeAttempt = /^(?!(?:pending|unused|replaced)$)[A-Za-z0-9_-]{1,64}$/;

/** The outbox in that folder. Touches nothing until it is used. */
export function openOutbox(settings: OutboxSettings): Outbox {
  const { folder, random } = settings;
  const pathOf = (username: string, attempt: string, state: OutboxState) =>
    join(folder, `${username}.${attempt}${suffixes[state]}`);
  // Hidden, since whoever hands out passwords is to see whole files only, however a run was ended.
  const asideOf = (username: string, attempt: string) => join(folder, `.${username}.${attempt}.part`);

  async function statesOf(username: string, attempt: string): Promise<readonly OutboxState[]> {
    guardNames(folder, username, attempt);
    const found = await Promise.all(states.map((state) => exists(pathOf(username, attempt, state))));
    return states.filter((_, n) => found[n]);
  }

  async function move(
    username: string,
    attempt: string,
    to: OutboxState,
    present: readonly OutboxState[],
  ): Promise<void> {
    const [from, ...others] = present;
    if (from === undefined || others.length > 0) {
      const what = `There is more than one file for attempt ${attempt} of ${username} (${present.join(', ')}).`;
      throw trouble('person', folder, what, 'Open them, keep the one whose password works, and move the others away.');
    }
    if (from !== to) await rename(pathOf(username, attempt, from), pathOf(username, attempt, to));
    // Also when nothing was renamed: what a killed process renamed may not have reached the disk.
    await syncFolder(folder);
  }

  return {
    async prepare(account) {
      const { username, attempt, display } = account;
      const isTaken = async () => (await statesOf(username, attempt)).length > 0;
      const taken = () => alreadySealed(folder, username, attempt);
      if (await isTaken()) throw taken();
      const password = generatePassword({ names: [username, display], ...(random && { random }) });
      const letter = writeLetter({ ...account, instance: settings.instance, at: settings.clock() }, password);
      const sealed = await seal(new Secret(letter), settings.recipients);
      const [path, aside] = [pathOf(username, attempt, 'pending'), asideOf(username, attempt)];
      if (!(await writeNew({ folder, path, aside, isTaken }, sealed))) throw taken();
      return password;
    },

    async markReady(username, attempt) {
      const present = await statesOf(username, attempt);
      if (present.length > 0) return move(username, attempt, 'ready', present);
      const next = `If nobody took it from there, make a new one: muster credentials reissue ${username}`;
      throw trouble('person', folder, `The sealed password for attempt ${attempt} of ${username} is missing.`, next);
    },

    async markUnused(username, attempt) {
      const present = await statesOf(username, attempt);
      await rm(asideOf(username, attempt), { force: true });
      if (present.length === 0) return;
      if (present.includes('ready')) {
        const what = `Attempt ${attempt} of ${username} was marked ready, and now is said never to have happened.`;
        throw trouble('bug', folder, what, 'Its file was left as it is. Please report this with the log of the run.');
      }
      await move(username, attempt, 'unused', present);
    },

    async markReplaced(username, by) {
      const older = await readyAttempts(folder, username, by);
      for (const attempt of older) await move(username, attempt, 'replaced', ['ready']);
    },

    list: () => listFolder(folder),
  };
}

/** Attempts whose password is said to be in force, but the one that took its place. */
async function readyAttempts(folder: string, username: string, by: string): Promise<readonly string[]> {
  const entries = await listFolder(folder);
  return entries
    .filter((entry) => entry.username === username && entry.attempt !== by && entry.state === 'ready')
    .map(({ attempt }) => attempt);
}

async function listFolder(folder: string): Promise<readonly OutboxEntry[]> {
  const names = await namesIn(folder);
  const entries = await Promise.all(names.toSorted().map((name) => entryOf(folder, name)));
  return entries.filter((entry) => entry !== null);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await exists(folder)) ? await readdir(folder) : [];
  } catch (error) {
    if (error instanceof MusterError) throw error;
    const what = `The outbox can't be read (${codeOf(error)}).`;
    throw trouble('person', folder, what, 'It must be a folder that Muster may read and write.', error);
  }
}

async function entryOf(folder: string, name: string): Promise<OutboxEntry | null> {
  const state = states.find((one) => name.endsWith(suffixes[one]));
  if (state === undefined) return null;
  const stem = name.slice(0, -suffixes[state].length);
  const dot = stem.lastIndexOf('.');
  const username = stem.slice(0, dot);
  const attempt = stem.slice(dot + 1);
  if (dot < 0 || !safeUsername.test(username) || !safeAttempt.test(attempt)) return null;
  const path = join(folder, name);
  try {
    const { mtimeMs } = await stat(path);
    return { username, attempt, state, path, preparedAt: Math.floor(mtimeMs) };
  } catch (error) {
    // Taken away by whoever hands out passwords while the folder was being read.
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

interface NewFile {
  readonly folder: string;
  readonly path: string;
  /** Where the text is written first. Whoever made it is the only one to write that attempt. */
  readonly aside: string;
  readonly isTaken: () => Promise<boolean>;
}

/** @returns false where the attempt has a file already, which stays as it is. */
async function writeNew({ folder, path, aside, isTaken }: NewFile, text: string): Promise<boolean> {
  let own: string | null = null;
  try {
    await makeFolder(resolve(folder));
    const file = await open(aside, 'wx', fileMode);
    own = aside;
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // Asked only now that nobody else can be writing it: a rename would overwrite without a word.
    if (await isTaken()) {
      await rm(aside);
      return false;
    }
    await rename(aside, path);
    own = path;
    await syncFolder(folder);
    return true;
  } catch (error) {
    if (own === null && codeOf(error) === 'EEXIST') return false;
    // Its password was given to nobody: it would only puzzle people.
    if (own !== null) await rm(own, { force: true }).catch(() => undefined);
    const what = `The sealed password ${path} could not be written (${codeOf(error)}), so the account was not made.`;
    throw trouble('retry', folder, what, 'Check that the folder exists, may be written and has space left.', error);
  }
}

/** Makes the folder, and those above it, each synced into its parent before anything is put into it. */
async function makeFolder(folder: string): Promise<void> {
  if (await exists(folder)) return;
  await makeFolder(dirname(folder));
  try {
    await mkdir(folder, { mode: folderMode });
  } catch (error) {
    // Accounts are made several at a time: another one was quicker.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  await syncFolder(dirname(folder));
}

/** A new or changed name survives a power cut only once its folder is synced, too (fsync(2), notes). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    const what = `This can't be looked at (${codeOf(error)}).`;
    throw trouble('retry', path, what, 'Check the rights of the outbox folder.', error);
  }
}

/** The model admits only such names; this is the last line between a name and a path. */
function guardNames(folder: string, username: string, attempt: string): void {
  if (safeUsername.test(username) && safeAttempt.test(attempt)) return;
  const what = `No file can be named after ${JSON.stringify(username)}, attempt ${JSON.stringify(attempt)}.`;
  throw trouble('bug', folder, what, 'The model should have refused this name: please report it.');
}

function alreadySealed(folder: string, username: string, attempt: string): MusterError {
  const what = `Attempt ${attempt} of ${username} already has a sealed password, which is never overwritten.`;
  return trouble('bug', folder, what, 'Every attempt needs an id of its own: please report this.');
}

function trouble(
  remedy: 'retry' | 'person' | 'bug',
  folder: string,
  what: string,
  next: string,
  cause?: unknown,
): MusterError {
  return new MusterError({ remedy, where: `outbox ${folder}`, what, next }, { cause });
}
