/** Examining the map of Postfix: whether Muster can change it, Postfix read it, and what stands in it. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Examiner, type Finding, fail, guarded, ok, warn } from '../../../core/finding.ts';
import type { Completeness, Listing } from '../port.ts';
import { MAIL } from '../projection.ts';
import { type PostfixSite, postfix } from './adapter.ts';
import type { PostfixSettings } from './settings.ts';

/** Whoever Postfix runs as. */
const READABLE_BY_OTHERS = 0o004;

export function postfixExaminer(settings: PostfixSettings, site: PostfixSite): Examiner {
  return {
    system: MAIL,
    examine: () => guarded(MAIL, () => examine(settings, site)),
    probePlaces: [],
    unproven: 'There is nothing to prove: each key of the map is read back after it was written.',
    probe: () => Promise.resolve([]),
  };
}

async function examine(settings: PostfixSettings, site: PostfixSite): Promise<readonly Finding[]> {
  const { map } = settings;
  const folder = await folderFinding(dirname(map));
  const list = await postfix(settings, site).connect();
  const listing = await list.read();
  await list.close();
  return [
    folder,
    STATES[listing.completeness](list.server, countOf(listing), map),
    ...(await readers(map, list.server)),
  ];
}

function countOf({ listed, unread }: Listing): string {
  const people = listed.size === 1 ? '1 person is' : `${listed.size} people are`;
  const others = unread.length === 0 ? '' : `, and what is not Muster's stays (${unread.length})`;
  return `${people} refused by it${others}.`;
}

async function folderFinding(folder: string): Promise<Finding> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return ok(MAIL, `The map can be made and repaired in ${folder}.`);
  } catch {
    const next = 'Give the folder to the user that Muster runs as, or correct "mailBlocks.postfix.map".';
    return fail(MAIL, `Nothing can be written in ${folder}, so the map can't be made or repaired.`, next);
  }
}

const REFUSED_UNTIL = 'Make it before Postfix is told to read it: Postfix puts off all mail where a map is missing.';

const STATES: Readonly<Record<Completeness, (server: string, count: string, map: string) => Finding>> = {
  whole: (server, count) => ok(server, count),
  added: (server, count) => ok(server, count),
  unsealed: (server, count) => ok(server, count),
  short: (server, count) => warn(server, count, 'Run "muster plan" to see what is missing.'),
  bare: (server, count) => warn(server, `Muster did not make it. ${count}`, 'Run "muster plan" to see whom it names.'),
  empty: (server, count) => warn(server, count, 'Run "muster plan" to see what is missing.'),
  damaged: (server, _, map) =>
    warn(server, 'It is damaged. The next block makes it anew.', `Look at ${map}.lmdb for entries made by hand.`),
  absent: (server, _, map) =>
    warn(
      server,
      `There is no such map yet; it comes with the first block.`,
      `${REFUSED_UNTIL} Or run "postmap -i lmdb:${map} </dev/null".`,
    ),
};

async function readers(map: string, server: string): Promise<readonly Finding[]> {
  const stats = await stat(`${map}.lmdb`).catch(() => null);
  if (stats === null || (stats.mode & READABLE_BY_OTHERS) !== 0) return [];
  return [warn(server, 'Postfix may not read it.', `Run "chmod o+r ${map}.lmdb".`)];
}
