/** Import, put together: accounts of the configured directory on the one side, a working copy of the repository on the other. */
import type { Config } from '../config.ts';
import type { ImportPorts } from '../core/operations/import.ts';
import { MusterError } from '../errors.ts';
import { fold } from '../model/document.ts';
import { activeDirectory } from '../reconcilers/directory/active-directory/adapter.ts';
import { foldDn, isBelow } from '../reconcilers/directory/distinguished-name.ts';
import { embedded } from '../reconcilers/directory/embedded/adapter.ts';
import { importer, SERVICE_NAME } from '../reconcilers/directory/importing.ts';
import { mappingOf } from '../reconcilers/directory/mapping.ts';
import type { Account, DirectoryAdapter } from '../reconcilers/directory/port.ts';
import { loadWith, textAt, writeNew, writeOver } from '../sources/import-shelf.ts';
import { withFields } from '../sources/yaml-edit.ts';
import { siteOf } from './directory-site.ts';

export interface ImportScope {
  /** DNs; none: all managed units. */
  readonly units: readonly string[];
  /** Patterns of usernames in which `*` stands for anything; none: everybody. */
  readonly only: readonly string[];
  readonly except: readonly string[];
  /** The working copy. */
  readonly folder: string;
}

export interface ReadScope {
  /** DNs. */
  readonly units: readonly string[];
  /** Whether these are all accounts that are managed. */
  readonly whole: boolean;
}

/** @throws MusterError (`person`) for a unit that is not managed. */
export function readScopeOf(config: Config, { units, only, except }: Omit<ImportScope, 'folder'>): ReadScope {
  const managed = config.directory.accounts.read;
  const read = units.length === 0 ? managed : units.map((unit) => managedUnit(unit, managed));
  const folded = read.map(foldDn);
  const isRead = (unit: string) => folded.some((one) => one === unit || isBelow(unit, one));
  return { units: read, whole: only.length + except.length === 0 && managed.map(foldDn).every(isRead) };
}

/** @throws MusterError (`person`) for a unit that is not managed. */
export function importPortsOf(config: Config, scope: ImportScope): ImportPorts {
  const { accounts } = config.directory;
  const { only, except, folder } = scope;
  const { units: read } = readScopeOf(config, scope);
  const mapping = mappingOf(accounts.attributes);
  const { instance, phoneCountries } = config;
  const rules = { instance, ...(phoneCountries === null ? {} : { phoneCountries }) };
  const isWanted = wantedBy(only, except);
  return {
    timeZone: config.timeZone,
    clock: Date.now,
    candidates: async (ground) => {
      const adapter = adapterOf(config, { ...accounts, read }, mapping.attributes);
      const found = await accountsIn(adapter).catch((error: unknown) => {
        throw asOrdered(error, scope.units);
      });
      const { markAttribute, create } = accounts;
      return found.filter(isWanted).map(importer({ instance, mapping, markAttribute, create }, ground));
    },
    load: (besides) => loadWith(folder, rules, besides),
    write: (files) => writeNew(folder, files),
    textAt: (file) => textAt(folder, file),
    withFields,
    replace: (file, text) => writeOver(folder, file, text),
  };
}

/**
 * Whether a location lies in a unit or below.
 * @throws MusterError (`person`) for a unit that is not managed: nobody in it could be taken over.
 */
export function withinUnit(config: Config, unit: string): (location: string) => boolean {
  const folded = foldDn(managedUnit(unit, config.directory.accounts.read));
  return (location) => isBelow(foldDn(location), folded);
}

/** Whatever else the account holds is not read; the service name only where it is not mapped anyway. */
function adapterOf(
  config: Config,
  accounts: Config['directory']['accounts'],
  mapped: readonly string[],
): DirectoryAdapter {
  const { directory } = config;
  const known = mapped.some((name) => name.toLowerCase() === SERVICE_NAME.toLowerCase());
  const site = siteOf(accounts, known ? mapped : [...mapped, SERVICE_NAME], config.mailBlocks);
  return directory.kind === 'embedded' ? embedded(directory, site, Date.now) : activeDirectory(directory.server, site);
}

/** The proven reading that a pass rests on: half of the accounts is no import. */
async function accountsIn(adapter: DirectoryAdapter): Promise<readonly Account[]> {
  const { reader, close } = await adapter.connect();
  try {
    return (await reader.readAll(new Set())).accounts;
  } finally {
    await close();
  }
}

/** What is said of a unit that can't be read leads to the configuration, where a unit of the command line does not stand. */
function asOrdered(error: unknown, units: readonly string[]): unknown {
  if (!(error instanceof MusterError) || error.remedy !== 'person') return error;
  const { remedy, where, what, next } = error;
  if (!units.some((unit) => where.includes(unit))) return error;
  const told = `The unit was named on the command line, with --ou: check it there first. ${next}`;
  return new MusterError({ remedy, where, what, next: told }, { cause: error });
}

function managedUnit(unit: string, managed: readonly string[]): string {
  const folded = foldDn(unit);
  if (managed.map(foldDn).some((one) => one === folded || isBelow(folded, one))) return unit;
  throw new MusterError({
    remedy: 'person',
    where: '--ou',
    what: `${unit} is not among the managed units, nor below one of them.`,
    next: `Add it to "read" of the configuration's directory, or name one within ${managed.join(' or ')}.`,
  });
}

function wantedBy(only: readonly string[], except: readonly string[]): (account: Account) => boolean {
  const [wanted, unwanted] = [only.map(patternOf), except.map(patternOf)];
  const fits = (patterns: readonly RegExp[], name: string) => patterns.some((pattern) => pattern.test(name));
  return ({ username }) => {
    const name = fold(username);
    return (wanted.length === 0 || fits(wanted, name)) && !fits(unwanted, name);
  };
}

/** A star, and nothing else, is special. */
function patternOf(text: string): RegExp {
  const parts = fold(text)
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/gu, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'su');
}

/** Beside the entries, where it is not read: what is left to do. */
const LEFT_OUT_FILE = 'not-imported.md';

/** Writes the list of accounts without an entry; none where there never was one and nothing is to be said. */
export async function writeLeftOut(folder: string, text: string, accounts: number): Promise<void> {
  if (accounts === 0 && (await textAt(folder, LEFT_OUT_FILE)) === null) return;
  await writeOver(folder, LEFT_OUT_FILE, text);
}
