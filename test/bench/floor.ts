/** What ordinary tools need at least to fetch what a pass reads: ldapsearch for the accounts, git cat-file for the documents. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { attributesToRead } from '../../src/reconcilers/directory/account.ts';
import { mappingOf } from '../../src/reconcilers/directory/mapping.ts';
import { GIT_ENVIRONMENT, listBlobs } from './desired-repository.ts';
import { BIND_DN, BIND_PASSWORD } from './directory-ldif.ts';
import { RESEARCHERS_OU } from './population.ts';
import { MAPPED, type SlapdSite } from './site-on-slapd.ts';
import type { Slapd } from './slapd.ts';
import { type Timed, timed } from './timed-command.ts';

/** As Muster asks: pages of this size, these accounts. */
const PAGE = 1000;
const FILTER = '(&(objectCategory=person)(objectClass=user))';

export interface Floor {
  /** Milliseconds of both, one after the other. */
  readonly ms: number;
  readonly ldapsearchMs: number;
  readonly catFileMs: number;
}

/** The attributes that Muster asks a directory for, with every account. */
export function attributesRead(): readonly string[] {
  const site = {
    read: [RESEARCHERS_OU],
    markAttribute: 'adminDescription',
    mappedAttributes: mappingOf(MAPPED).attributes,
    protected: [],
  };
  return ['objectGUID', ...attributesToRead(site)];
}

/** One ldapsearch over LDAPS of all accounts, in pages as Muster asks for them, its output thrown away. */
export async function timedSearch(server: Slapd, folder: string, attributes: readonly string[]): Promise<Timed> {
  const search = [
    ...['-x', '-H', server.url, '-D', BIND_DN, '-w', BIND_PASSWORD],
    ...['-LLL', '-o', 'ldif-wrap=no', '-E', `pr=${PAGE}/noprompt`],
    ...['-b', RESEARCHERS_OU, '-s', 'sub', FILTER, ...attributes],
  ];
  return await timed('ldapsearch', search, { folder, env: server.environment, keepOutput: false });
}

/** One ldapsearch over LDAPS and one `git cat-file --batch` of all files of the tree, their output thrown away. */
export async function measureFloor(site: SlapdSite): Promise<Floor> {
  const { folder } = site;
  const read = () => timedSearch(site.server, folder, attributesRead());
  // The first reading of a server that was started anew maps its database.
  if (await site.server.freshen()) await read();
  const ldapsearch = await read();
  const blobs = join(folder, 'blobs.txt');
  await listBlobs(site.repository, blobs);
  const input = await open(blobs);
  try {
    const args = ['-C', site.repository, 'cat-file', '--batch', '--buffer'];
    const catFile = await timed('git', args, { folder, env: GIT_ENVIRONMENT, keepOutput: false, input });
    return { ms: ldapsearch.ms + catFile.ms, ldapsearchMs: ldapsearch.ms, catFileMs: catFile.ms };
  } finally {
    await input.close();
  }
}
