/** A whole installation over slapd with many people and nothing to do: repository, directory, store with a full ledger. */

import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hashOf } from '../support/file-hash.ts';
import { BuiltMuster } from './built-muster.ts';
import { makeDesiredState } from './desired-repository.ts';
import { BIND_DN, BIND_PASSWORD } from './directory-ldif.ts';
import { BASE_DN, INSTANCE, RESEARCHERS_OU, TIME_ZONE } from './population.ts';
import { fillDatabase, Slapd } from './slapd.ts';
import { cached, copyFolder, type Workshop } from './workshop.ts';

/** What the people, their documents and their accounts are made from. */
const RECIPE = [
  'population.ts',
  'directory-ldif.ts',
  'desired-repository.ts',
  'active-directory.schema',
  'slapd.ts',
  'site-on-slapd.ts',
].map((name) => join(import.meta.dirname, name));

/** What an account carries besides the name and the address, as in the example configuration. */
export const MAPPED = { company: '{institution.name}', mobile: '{phone}' };

export interface SlapdSite {
  readonly users: number;
  readonly folder: string;
  readonly repository: string;
  readonly configFile: string;
  /** Says what people, repository and program it is made from. */
  readonly version: string;
  readonly server: Slapd;
  /**
   * Puts the store back to where everything is remembered but what files say, so that each of them has to be read, as after an update of
   * Muster that reads them in another way.
   */
  cool(): Promise<void>;
  /** @throws Error unless a pass since then read all of them. */
  assertRead(): void;
  /** Puts the store back to where a pass left it. */
  heat(): Promise<void>;
  close(): Promise<void>;
}

/** Opens an installation of that many people; what takes long about making it is kept for the next run. */
export async function openSlapdSite(
  workshop: Workshop,
  users: number,
  say: (text: string) => void,
): Promise<SlapdSite> {
  const recipe = hashOf(...RECIPE);
  const world = await cached(`world-${users}`, recipe, async (folder) => {
    say(`making ${users} people, their repository and their accounts`);
    await makeDesiredState(join(folder, 'desired-state.git'), users);
    await mkdir(join(folder, 'slapd'));
    await fillDatabase(join(folder, 'slapd'), users);
  });
  const folder = join(workshop.folder, `site-${users}`);
  await copyFolder(world, folder);
  const server = await Slapd.start(join(folder, 'slapd'));
  const configFile = await configure(folder, server);
  const version = `${recipe}-${workshop.build}`;
  const memory = await cached(`memory-${users}`, version, async (building) => {
    say(`letting Muster learn ${users} accounts`);
    await new BuiltMuster(workshop, configFile).learn();
    foldLog(join(folder, 'muster.db'));
    await copyFile(join(folder, 'muster.db'), join(building, 'warm.db'));
    await copyFile(join(folder, 'muster.db'), join(building, 'cold.db'));
    forgetTypedFiles(join(building, 'cold.db'), users);
    await copyFolder(join(folder, 'mirror.git'), join(building, 'mirror.git'));
  });
  await rm(join(folder, 'mirror.git'), { recursive: true, force: true });
  await copyFolder(join(memory, 'mirror.git'), join(folder, 'mirror.git'));
  const use = async (database: string) => {
    for (const name of ['muster.db-wal', 'muster.db-shm']) await rm(join(folder, name), { force: true });
    await copyFile(join(memory, database), join(folder, 'muster.db'));
  };
  await use('warm.db');
  return {
    users,
    version,
    folder,
    repository: join(folder, 'desired-state.git'),
    configFile,
    server,
    cool: () => use('cold.db'),
    assertRead: () => assertRead(join(folder, 'muster.db'), users),
    heat: () => use('warm.db'),
    close: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Everything into the one file that is copied. */
export function foldLog(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** @throws Error where the store held fewer files than there are people: then the cache is elsewhere, and cold would not be cold. */
function forgetTypedFiles(file: string, users: number): void {
  const database = new DatabaseSync(file);
  const { changes } = database.prepare('DELETE FROM parsedBlobs').run();
  if (Number(changes) < users) throw new Error(`The store remembered only ${changes} files of ${users} people.`);
  // An entry that is all its file says stands for that file; as by another version of the reader, none does.
  const named = database.prepare('UPDATE documents SET soleContent = NULL WHERE soleContent IS NOT NULL').run();
  if (Number(named.changes) < users) throw new Error(`Only ${named.changes} of ${users} people stand for their file.`);
  database.exec('DELETE FROM blobTexts; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

function assertRead(file: string, users: number): void {
  const database = new DatabaseSync(file, { readOnly: true });
  const row = database.prepare('SELECT count(*) AS files FROM parsedBlobs').get();
  database.close();
  if (Number(row?.files) < users)
    throw new Error(`Only ${row?.files} files of ${users} people were read: the plan was not cold.`);
}

async function configure(folder: string, server: Slapd): Promise<string> {
  const file = join(folder, 'muster.yaml');
  await writeFile(file, await configText(folder, server, '{ git: { url: ./desired-state.git, branch: main } }'));
  return file;
}

/** The configuration of an installation over that server, whose password is put beside it. @param source as YAML */
export async function configText(folder: string, server: Slapd, source: string): Promise<string> {
  return `instance: ${INSTANCE}
mode: enforce
timeZone: ${TIME_ZONE}
source: ${source}
store: { sqlite: muster.db }
directory:
${await directoryText(folder, server)}      upnSuffix: example.org
      attributes: ${JSON.stringify(MAPPED)}
`;
}

/** What an installation has to say of that server, as lines below `directory`; its password is put into the folder. */
export async function directoryText(folder: string, server: Slapd): Promise<string> {
  await writeFile(join(folder, 'password'), `${BIND_PASSWORD}\n`, { mode: 0o600 });
  return `  activeDirectory:
    urls: [${server.url}]
    caFile: ${server.caFile}
    bind: { user: "${BIND_DN}", passwordFile: password }
    base: ${BASE_DN}
    accounts:
      read: ["${RESEARCHERS_OU}"]
      create: [{ ou: "${RESEARCHERS_OU}" }]
`;
}
