/** A desired-state repository for tests: documents as people write them, in a real Git repository. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import './git-elsewhere.ts';
import { runCommand } from './run-command.ts';

/** Path in the repository to the text of the file; null: the file goes. */
export type Files = Readonly<Record<string, string | null>>;

/** Nobody's own Git settings, no hook, no signing. */
export const GIT_ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Rie Service',
  GIT_AUTHOR_EMAIL: 'rie@example.org',
  GIT_COMMITTER_NAME: 'Rie Service',
  GIT_COMMITTER_EMAIL: 'rie@example.org',
};

/** What differs between the people of a test; the rest follows from the username. */
export interface PersonFields {
  readonly institution?: string;
  readonly given?: string;
  readonly phone?: string;
  readonly email?: string;
  readonly state?: 'active' | 'closed';
  /** `YYYY-MM-DD`. */
  readonly starts?: string;
  readonly ends?: string;
}

/** Makes an empty repository with one branch, `main`. */
export async function makeRepository(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await runCommand('git', ['-C', folder, 'init', '--quiet', '--initial-branch=main', '--template='], {
    env: GIT_ENVIRONMENT,
  });
}

/**
 * Writes the files and commits everything; gives the commit's id.
 * @param at when, as Git reads it; now by default. The same commits at the same time have the same ids.
 * @param author as in `Rie Service`, who it is by default
 * @param gitDir where the history is kept; in the folder itself by default
 */
export async function commit(
  folder: string,
  files: Files,
  message: string,
  at?: string,
  author?: string,
  gitDir = join(folder, '.git'),
): Promise<string> {
  await writeFiles(folder, files);
  const dates = at === undefined ? {} : { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at };
  const who = author === undefined ? {} : { GIT_AUTHOR_NAME: author };
  const env = { ...GIT_ENVIRONMENT, ...dates, ...who };
  return (await runCommand('sh', ['-c', COMMIT, 'sh', message, ...inTree(folder, gitDir)], { env })).trim();
}

/** A shell is quick at starting three processes; a test is not. */
const COMMIT = `set -e
message=$1
shift
git "$@" add --all
git "$@" commit --quiet --no-verify --message="$message"
git "$@" rev-parse HEAD`;

/** A few commits need no tidying, which would be two more processes each time. */
export function inTree(folder: string, gitDir: string): readonly string[] {
  return [`--git-dir=${gitDir}`, `--work-tree=${folder}`, '-c', 'maintenance.auto=false'];
}

/** Writes the files and nothing else; gives the folder. */
export async function writeFiles(folder: string, files: Files): Promise<string> {
  const folders = new Set(Object.keys(files).map((path) => dirname(join(folder, path))));
  await Promise.all([...folders].map((path) => mkdir(path, { recursive: true })));
  await Promise.all(
    Object.entries(files).map(([path, text]) =>
      text === null ? rm(join(folder, path)) : writeFile(join(folder, path), text),
    ),
  );
  return folder;
}

export function musterFile(instance: string): Files {
  return { 'muster.yaml': `format: 1\ninstance: ${instance}\n` };
}

export function institution(id: string, name: string): Files {
  return { [`institutions/${id}.yaml`]: `id: ${id}\nname: ${name}\ncontacts: [office@${id}.example.net]\n` };
}

/** One person's file, `users/<institution>/<username>.yaml`. */
export function person(username: string, fields: PersonFields = {}): Files {
  const { institution: id = 'cbs', given = 'Anna', phone = phoneOf(username), state = 'active', starts, ends } = fields;
  const { email = `${username}@example.org` } = fields;
  const text = `username: ${username}
name: { given: ${given}, family: Jensen }
email: ${email}
phone: ${phone}
institution: ${id}
state: ${state}
${starts === undefined ? '' : `starts: ${starts}\n`}${ends === undefined ? '' : `ends: ${ends}\n`}`;
  return { [`users/${id}/${username}.yaml`]: text };
}

export function people(usernames: readonly string[], fields: PersonFields = {}): Files {
  return Object.assign({}, ...usernames.map((username) => person(username, fields)));
}

export interface BlockFields {
  readonly target: string;
  /** `YYYY-MM-DD`, as all of them. */
  readonly from: string;
  readonly until?: string;
  readonly lifted?: string;
}

/** `mail-blocks.yaml`, with these entries and no others. */
export function mailBlocks(...entries: readonly BlockFields[]): Files {
  return { 'mail-blocks.yaml': textOf('user', entries) };
}

/** `blocked-institutions.yaml` or `blocked-users.yaml`, with these entries and no others. */
export function blocks(kind: 'institution' | 'user', entries: readonly BlockFields[]): Files {
  return { [`blocked-${kind}s.yaml`]: textOf(kind, entries) };
}

function textOf(kind: 'institution' | 'user', entries: readonly BlockFields[]): string {
  const text = entries.map(({ target, from, until, lifted }) => {
    const ends = [
      until === undefined ? '' : `  until: ${until}\n`,
      lifted === undefined ? '' : `  lifted: ${lifted}\n`,
    ];
    return `- ${kind}: ${target}\n  reason: Copied results to a private mailbox\n  from: ${from}\n${ends.join('')}`;
  });
  return text.join('');
}

/** The day so many days from today, in the zone of the tests' installations. */
export function daysFromToday(days: number): string {
  // Swedish dates are ISO 8601's.
  return new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Copenhagen' }).format(Date.now() + days * 86_400_000);
}

/** A Danish mobile number that is always the same for one username. */
export function phoneOf(username: string): string {
  const number = [...username].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_000, 7);
  return `+45 26 ${String(number).padStart(6, '0')}`;
}
