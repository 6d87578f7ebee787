/** Reading the embedded directory, with the same proof of completeness as a server's. */
import type { HistoryWords, Position } from '../../../core/server-memory.ts';
import { accountOf, attributesToRead } from '../account.ts';
import { proven } from '../completeness.ts';
import { isBelow } from '../distinguished-name.ts';
import { Onward } from '../onward.ts';
import type { Account, DirectoryReader, DirectorySite, Reading } from '../port.ts';
import type { ProtectionRules } from '../protection.ts';
import { NO_SUCH_UNIT, refusal } from '../refusals.ts';
import type { Contents, Stored } from './contents.ts';
import type { DirectoryFile } from './directory-file.ts';

/** Decision 0013. */
const WORDS: HistoryWords = {
  anotherLife: 'the `epoch` in the first line of its file is another one',
  advice:
    'Put the newer file back. If this older one is there on purpose, write another `epoch` into its first line, as in {"format":1,"epoch":"second","units":[…]}.',
};

/** What reading and writing share on one connection. */
export interface Desk {
  readonly file: DirectoryFile;
  readonly site: DirectorySite;
  readonly rules: ProtectionRules;
  /** Managed units, folded. */
  readonly units: readonly string[];
  readonly server: string;
  readonly clock: () => number;
  /** @throws MusterError once the connection is closed. */
  assertOpen(): void;
}

export function embeddedReader(desk: Desk): DirectoryReader {
  const onward = new Onward(desk.server);
  return {
    server: desk.server,
    position: async () => {
      desk.assertOpen();
      return onward.note(positionOf(desk, await desk.file.read()));
    },
    now: async () => {
      desk.assertOpen();
      return desk.clock();
    },
    readAll: (knownGuids, valued = new Map()) => readAll(desk, onward, knownGuids, valued),
    // Groups are no part of it.
    groupsOf: async () => [],
    find: async (wanted) => {
      desk.assertOpen();
      const contents = await desk.file.read();
      const found = [
        ...(wanted.guids ?? []).map((guid) => contents.get(guid)),
        ...(wanted.usernames ?? []).map((username) => contents.byUsername(username)),
        ...(wanted.upns ?? []).map((upn) => contents.byUpn(upn)),
      ];
      const once = new Set(found.filter((stored) => stored !== undefined));
      return [...once].map((stored) => accountFrom(desk, stored, contents));
    },
  };
}

function positionOf({ file: { path } }: Desk, { header, usn }: Contents): Position {
  return { server: path, epoch: `${path} ${header.epoch ?? 'first'}`, sequence: BigInt(usn), words: WORDS };
}

/** @param contents where the account lies, to tell whether it is managed */
export function accountFrom(desk: Desk, stored: Stored, contents: Contents, managed?: boolean): Account {
  const raw: Record<string, string | null> = {};
  for (const name of attributesToRead(desk.site)) raw[name] = stored.values[name] ?? null;
  const { guid, dn } = stored;
  return accountOf(
    { guid, dn, raw, managed: managed ?? isManaged(desk, contents.foldedDnOf(guid)) },
    desk.site,
    desk.rules,
  );
}

function isManaged(desk: Desk, foldedDn: string): boolean {
  return desk.units.some((unit) => isBelow(foldedDn, unit));
}

async function readAll(
  desk: Desk,
  onward: Onward,
  knownGuids: ReadonlySet<string>,
  valued: ReadonlyMap<string, number>,
): Promise<Reading> {
  desk.assertOpen();
  const contents = await desk.file.read();
  onward.assert(positionOf(desk, contents));
  desk.units.forEach((unit, at) => {
    if (!contents.foldedUnits.has(unit)) throw refusal(`${desk.server}, reading ${desk.site.read[at]}`, NO_SUCH_UNIT);
  });
  const read = new Map<string, Account>();
  for (const { stored, foldedDn } of contents.all()) {
    if (isManaged(desk, foldedDn)) read.set(stored.guid, accountFrom(desk, stored, contents, true));
  }
  const byGuid = (guid: string) => {
    const stored = contents.get(guid);
    return stored === undefined ? null : accountFrom(desk, stored, contents);
  };
  const reading = await proven(read, {
    server: desk.server,
    site: desk.site,
    knownGuids,
    valued,
    find: async (guids) => guids.map(byGuid).filter((account) => account !== null),
    point: async (guid) => byGuid(guid),
  });
  return { ...reading, reach: 'full' };
}
