/** Examining a control file: whether Muster can replace it and the mailer read it, and whether it is as Muster left it. */
import { access, constants, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Examiner, type Finding, fail, guarded, ok, warn } from '../../../core/finding.ts';
import type { Completeness } from '../port.ts';
import { MAIL } from '../projection.ts';
import { type ControlFileSite, controlFile } from './adapter.ts';
import type { ControlFileSettings } from './settings.ts';

/** Group and others: whoever the mailer runs as. */
const READABLE_BY_OTHERS = 0o044;

export function controlFileExaminer(settings: ControlFileSettings, site: ControlFileSite): Examiner {
  return {
    system: MAIL,
    examine: () => guarded(MAIL, () => examine(settings, site)),
    probePlaces: [],
    unproven: 'There is nothing to prove: a file is replaced as a whole, or not at all.',
    probe: () => Promise.resolve([]),
  };
}

async function examine(settings: ControlFileSettings, site: ControlFileSite): Promise<readonly Finding[]> {
  const { path } = settings;
  const folder = await folderFinding(dirname(path));
  const list = await controlFile(settings, site).connect();
  const { listed, completeness } = await list.read();
  await list.close();
  const known = listed.size === 1 ? '1 person stands' : `${listed.size} people stand`;
  return [folder, ...STATES[completeness](list.server, `${known} on it`), ...(await readerFinding(path, list.server))];
}

async function folderFinding(folder: string): Promise<Finding> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return ok(MAIL, `The control file can be replaced in ${folder}.`);
  } catch {
    const next = 'Give the folder to the user that Muster runs as, or correct "mailBlocks.controlFile.path".';
    return fail(MAIL, `Nothing can be written in ${folder}, so the control file can't be replaced.`, next);
  }
}

const STATES: Readonly<Record<Completeness, (server: string, count: string) => readonly Finding[]>> = {
  whole: (server, count) => [ok(server, `As Muster wrote it; ${count}.`)],
  added: (server, count) => [
    warn(server, `Somebody wrote into it after Muster; ${count}.`, 'Run "muster plan" to see whom it names.'),
  ],
  short: (server, count) => [warn(server, `It has fewer lines than Muster wrote; ${count}.`, LOST)],
  bare: (server, count) => [
    warn(
      server,
      `Muster did not write it; ${count}, and stay until somebody says otherwise.`,
      'Run "muster plan" to see whom it names, and what to do about each.',
    ),
  ],
  empty: (server) => [warn(server, 'It is empty, and keeps nobody from sending mail.', LOST)],
  // A file can always be read, whatever stands in it, and its first line seals it.
  damaged: () => [],
  unsealed: () => [],
  absent: (server) => [warn(server, 'There is no such file yet; it comes with the first block.', MAILER)],
};

const LOST = 'Find out who or what changed it; the next pass blocks again whomever Muster had blocked.';
const MAILER = 'See to it that the mailer takes a missing file for an empty one until then.';

async function readerFinding(path: string, server: string): Promise<readonly Finding[]> {
  const stats = await lstat(path).catch(() => null);
  if (stats === null || (stats.mode & READABLE_BY_OTHERS) !== 0) return [];
  const next = `Run "chmod a+r ${path}" unless the mailer runs as the same user; Muster keeps the rights that the file has.`;
  return [warn(server, 'Nobody but its owner may read it.', next)];
}
