/** What the log-on may do, as the server itself says it: constructed attributes that Active Directory works out for whoever asks. */
import {
  AndFilter,
  EqualityFilter,
  type Filter,
  NotFilter,
  PresenceFilter,
  type SearchEntry,
  SearchRequest,
} from 'ldapts';
import { attributesToRead } from '../account.ts';
import { expiryFromStored, NEVER_EXPIRES } from '../account-values.ts';
import type { LoginFacts, SampleFacts, UnitFacts } from '../examiner-port.ts';
import type { DirectorySite } from '../port.ts';
import type { Link } from './connection.ts';
import { textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import type { Identity } from './identity.ts';
import { type Search, searchAll, searchOne } from './paged-search.ts';
import { guidDn } from './read.ts';
import { sidText } from './values.ts';

/** LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS 3.1.1.3.4.3.1): only such a server works out what follows. */
const ACTIVE_DIRECTORY = '1.2.840.113556.1.4.800';
/** Accounts looked at in each unit: a right that comes from the unit is there on all of them. */
const SAMPLES = 3;
/** Units looked at: beyond this, the ones named in the configuration have to do. */
const UNITS_MAX = 100;

/** Attributes that every account has, so that none of them may be missing (MS-ADTS 3.1.1.5.2.2). */
const ON_EVERYBODY = ['sAMAccountName', 'sAMAccountType', 'userAccountControl', 'objectSid', 'accountExpires'] as const;

/** Relative identifiers of groups that may change anybody (MS-DTYP 2.4.2.4). */
const POWERFUL: Readonly<Record<string, string>> = {
  '512': 'Domain Admins',
  '518': 'Schema Admins',
  '519': 'Enterprise Admins',
  '520': 'Group Policy Creator Owners',
};
const POWERFUL_BUILT_IN: Readonly<Record<string, string>> = {
  'S-1-5-32-544': 'Administrators',
  'S-1-5-32-548': 'Account Operators',
  'S-1-5-32-549': 'Server Operators',
  'S-1-5-32-551': 'Backup Operators',
};

/** @param guid of the account that is logged in; null where it can't be seen */
export async function loginFacts(link: Link, identity: Identity, guid: string | null): Promise<LoginFacts> {
  const sids = identity.sids.flatMap((bytes) => sidText(bytes) ?? []);
  const powerful = sids.flatMap((sid) => {
    const [, rid = ''] = /^S-1-5-21-.+-(\d+)$/.exec(sid) ?? [];
    return POWERFUL_BUILT_IN[sid] ?? POWERFUL[rid] ?? [];
  });
  const expiry = 'msDS-UserPasswordExpiryTimeComputed';
  const own = guid === null ? null : await searchOne(link.client, searchAt(link, guidDn(guid), [expiry]));
  return {
    dn: own?.name ?? null,
    passwordExpires: own === null ? null : expiresAt(textsOf(own, expiry)[0]),
    powerful: [...new Set(powerful)].sort(),
  };
}

/** MS-ADTS 3.1.1.4.5.45: 100 ns since 1601; the largest number: never; 0: it must be changed. */
function expiresAt(stored: string | undefined): number | null {
  if (stored === undefined || stored === NEVER_EXPIRES) return null;
  return stored === '0' ? 0 : Date.parse(expiryFromStored(stored));
}

/**
 * The managed units, those in which accounts are made, and the units inside them. `allowedChildClassesEffective` and
 * `allowedAttributesEffective` (MS-ADTS 3.1.1.4.5.22, 3.1.1.4.5.23) name what this very log-on may create and write there.
 * @returns null where the server is none that says so.
 */
export async function unitFacts(
  link: Link,
  site: DirectorySite,
  creating: readonly string[],
): Promise<readonly UnitFacts[] | null> {
  const root = await searchOne(link.client, searchAt(link, '', ['supportedCapabilities']));
  if (root === null || !textsOf(root, 'supportedCapabilities').includes(ACTIVE_DIRECTORY)) return null;
  const facts: UnitFacts[] = [];
  for (const unit of await unitsToLookAt(link, [...site.read, ...creating])) {
    const mayCreate = creating.some((one) => sameDn(one, unit)) ? await mayMakeUsers(link, unit) : null;
    facts.push({ unit, mayCreate, samples: await samplesIn(link, site, unit) });
  }
  return facts;
}

function sameDn(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

async function unitsToLookAt(link: Link, named: readonly string[]): Promise<readonly string[]> {
  const units = new Map(named.map((unit) => [unit.toLowerCase(), unit]));
  const isUnit = new EqualityFilter({ attribute: 'objectClass', value: 'organizationalUnit' });
  for (const unit of named) {
    const inside: Search = { ...searchAt(link, unit, ['ou']), scope: 'sub', filter: isUnit };
    // A unit that can't be searched is reported by the reading that a pass would make.
    await searchAll(link.client, inside, ({ name }) => {
      if (units.size < UNITS_MAX && !units.has(name.toLowerCase())) units.set(name.toLowerCase(), name);
    }).catch(() => []);
  }
  return [...units.values()];
}

async function mayMakeUsers(link: Link, unit: string): Promise<boolean> {
  const entry = await searchOne(link.client, searchAt(link, unit, ['allowedChildClassesEffective']));
  return entry !== null && textsOf(entry, 'allowedChildClassesEffective').includes('user');
}

/** Some accounts right in a unit; those that are protected have rights of their own, and are nobody's business here. */
async function samplesIn(link: Link, site: DirectorySite, unit: string): Promise<readonly SampleFacts[]> {
  const filter = new AndFilter({
    filters: [
      new EqualityFilter({ attribute: 'objectCategory', value: 'person' }),
      new EqualityFilter({ attribute: 'objectClass', value: 'user' }),
      new NotFilter({ filter: new EqualityFilter({ attribute: 'adminCount', value: '1' }) }),
    ],
  });
  const attributes = [...attributesToRead(site), 'allowedAttributesEffective'];
  return (await someIn(link, unit, filter, attributes)).map((entry) => sampleOf(entry, site));
}

function sampleOf(entry: SearchEntry, site: DirectorySite): SampleFacts {
  const allowed = new Set(textsOf(entry, 'allowedAttributesEffective').map((name) => name.toLowerCase()));
  const written = ['userAccountControl', 'accountExpires', site.markAttribute, ...site.mappedAttributes, 'pwdLastSet'];
  return {
    dn: entry.name,
    hidden: ON_EVERYBODY.filter((name) => textsOf(entry, name).length === 0),
    readOnly: written.filter((name) => !allowed.has(name.toLowerCase())),
  };
}

/** The first few that the server finds: a size limit that is reached is no failure here (RFC 4511 4.5.1.4). */
async function someIn(link: Link, unit: string, filter: Filter, attributes: readonly string[]) {
  const step = `reading ${unit}`;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: unit,
    scope: 'one',
    filter,
    attributes: [...attributes],
    sizeLimit: SAMPLES,
    timeLimit: Math.ceil(link.settings.timeouts.answerSeconds),
    controls: [],
  });
  try {
    const { searchEntries } = await link.client.respond(request);
    return searchEntries;
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
}

function searchAt(link: Link, base: string, attributes: readonly string[]): Search {
  const filter = new PresenceFilter({ attribute: 'objectClass' });
  const { answerSeconds } = link.settings.timeouts;
  return { base, scope: 'base', filter, attributes, where: `${link.server}, examining`, answerSeconds };
}
