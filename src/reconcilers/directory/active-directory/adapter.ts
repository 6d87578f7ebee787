/** Active Directory as a directory product: which server to use, and what a connection must show before anything else. */
import { EqualityFilter, OrFilter, PresenceFilter } from 'ldapts';
import type { Suits } from '../../../core/server-memory.ts';
import type { Lingering } from '../../../core/traits.ts';
import { MusterError } from '../../../errors.ts';
import { foldDn, isBelow } from '../distinguished-name.ts';
import type { DirectoryAdapter, DirectoryConnection, DirectorySite } from '../port.ts';
import { checkSite } from '../value-changes.ts';
import { readBytesAsBytes } from './byte-attributes.ts';
import { type Credentials, type Link, openLink } from './connection.ts';
import { textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { type Identity, ownGuid, readIdentity } from './identity.ts';
import { KeptReading } from './kept-reading.ts';
import { type Search, searchAll, searchOne } from './paged-search.ts';
import { readEpoch } from './position.ts';
import { readProtectedGroups, remarksOn } from './protected-groups.ts';
import { deskOf } from './read.ts';
import { directoryReader } from './reader.ts';
import { allOf, firstOf } from './servers.ts';
import { type ActiveDirectoryInput, type ActiveDirectorySettings, activeDirectorySchema } from './settings.ts';
import { shielded } from './shielded.ts';
import { directoryWriter } from './write.ts';

/**
 * Active Directory over LDAPS.
 * @param resident whether one process asks again and again: the last full reading is kept, for readings of changes on top of it
 * @throws MusterError (`person`) for settings that can't work: another protocol than ldaps://, a unit outside `base`, an
 * attribute that can't be mapped.
 */
export function activeDirectory(
  input: ActiveDirectoryInput,
  site: DirectorySite,
  { resident = false } = {},
): DirectoryAdapter {
  const settings = parsed(input);
  readBytesAsBytes();
  checkSite(site);
  checkUnits(settings, site);
  const setUp: SetUp = { settings, site, kept: resident ? new KeptReading() : null };
  return {
    afterShutting: AFTER_DISABLING,
    connect: (suits) => connect(setUp, suits),
    connectAll: () => allOf(settings, (url, credentials) => open(url, setUp, credentials)),
  };
}

/** Ten hours: the longest life of a ticket unless a domain's policy says otherwise ([MS-KILE] 3.1.1.1, "MaxTicketAge"), in milliseconds. */
const TICKET_MS = 10 * 3_600_000;

const AFTER_DISABLING: readonly Lingering[] = [
  {
    text: 'Kerberos tickets from before count up to 10 hours, as a domain has it unless it is set otherwise',
    lasts: TICKET_MS,
  },
  { text: 'sessions that are open go on: log them off by hand', lasts: null },
];

/** What every connection of one adapter starts from. */
interface SetUp {
  readonly settings: ActiveDirectorySettings;
  readonly site: DirectorySite;
  readonly kept: KeptReading | null;
}

async function connect(setUp: SetUp, suits: Suits = () => true): Promise<DirectoryConnection> {
  const at = (url: string, credentials: Credentials) => open(url, setUp, credentials);
  return await firstOf(setUp.settings, at, async ({ reader }) => suits(await reader.position(), reader.server));
}

async function open(
  url: string,
  { settings, site, kept }: SetUp,
  credentials: Credentials,
): Promise<DirectoryConnection> {
  const link = await openLink(url, settings, credentials);
  try {
    const identity = await readIdentity(link);
    // Before anything is looked for in it: a wrong domain would look like a missing account.
    await assertBase(link);
    const [guid, epoch] = await Promise.all([
      ownGuid(link, identity),
      readEpoch(link, identity),
      assertAttributes(link, identity, site),
    ]);
    const groups = await readProtectedGroups(link, site.protectedGroups ?? []);
    const desk = deskOf({ link, identity, epoch, kept }, site, {
      ownGuid: guid,
      protected: new Set(site.protected),
      inGroups: groups.members,
    });
    const connection = { reader: directoryReader(desk), writer: directoryWriter(desk), close: () => link.close() };
    return shielded({ ...connection, remarks: remarksOn(groups) }, link, groups);
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** The whole domain is looked through for names that are taken: a wrong base would find none. */
export async function assertBase(link: Link): Promise<void> {
  const { base } = link.settings;
  const step = `reading ${base}`;
  try {
    const entry = await searchOne(link.client, searchIn(link, base, step, ['objectClass']));
    if (entry !== null) return;
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
  throw new MusterError({
    remedy: 'person',
    where: `${link.server}, ${step}`,
    what: 'There is no such domain on this server, or Muster may not see it.',
    next: 'Correct `base` in the configuration, like DC=example,DC=org.',
  });
}

/** An attribute that the schema does not know reads as absent on everybody, which must not pass for an empty value. */
async function assertAttributes(link: Link, identity: Identity, site: DirectorySite): Promise<void> {
  if (identity.schema === null) return;
  const wanted = [site.markAttribute, ...site.mappedAttributes];
  const known = new Set<string>();
  const step = 'checking the attributes of the mapping';
  const filters = wanted.map((value) => new EqualityFilter({ attribute: 'lDAPDisplayName', value }));
  const search: Search = {
    ...searchIn(link, identity.schema, step, ['lDAPDisplayName']),
    scope: 'sub',
    filter: new OrFilter({ filters }),
  };
  try {
    await searchAll(link.client, search, (entry) => {
      for (const name of textsOf(entry, 'lDAPDisplayName')) known.add(name.toLowerCase());
    });
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
  const unknown = wanted.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length === 0) return;
  throw new MusterError({
    remedy: 'person',
    where: `${link.server}, ${step}`,
    what: `The directory knows no attribute called ${unknown.join(', ')}.`,
    next: 'Correct the attribute names in the configuration.',
  });
}

function searchIn(link: Link, base: string, step: string, attributes: readonly string[]): Search {
  const filter = new PresenceFilter({ attribute: 'objectClass' });
  const { answerSeconds } = link.settings.timeouts;
  return { base, scope: 'base', filter, attributes, where: `${link.server}, ${step}`, answerSeconds };
}

function parsed(input: ActiveDirectoryInput): ActiveDirectorySettings {
  const result = activeDirectorySchema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw misconfigured(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not understood.'}`);
}

function checkUnits(settings: ActiveDirectorySettings, site: DirectorySite): void {
  const base = foldDn(settings.base);
  for (const unit of site.read) {
    if (!isBelow(foldDn(unit), base)) throw misconfigured(`The unit ${unit} does not lie in ${settings.base}.`);
  }
  for (const group of site.protectedGroups ?? []) {
    if (!isBelow(foldDn(group), base)) throw misconfigured(`The group ${group} does not lie in ${settings.base}.`);
  }
}

function misconfigured(what: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'configuration, directory.activeDirectory',
    what,
    next: 'Correct the configuration.',
  });
}
