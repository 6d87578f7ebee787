/** Last changes: when, and on which domain controller, attributes of one account were last changed, as replication remembers it. */
import { EqualityFilter, OrFilter } from 'ldapts';
import type { LastChange } from '../../../core/hand-change.ts';
import { bytesOf, textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { searchAll, searchOne } from './paged-search.ts';
import { anything, type Desk, guidDn, searchFor } from './read.ts';
import { guidBytes, guidText } from './values.ts';

/** Bytes before the first entry, and of one entry, of version 1 (replPropertyMetaData, MS-ADA3 2.194; its entries as in MS-DRSR 5.162). */
const HEAD_BYTES = 16;
const ENTRY_BYTES = 48;
/** Seconds from 1601, where times of replication begin, to 1970. */
const SECONDS_1601_TO_1970 = 11_644_473_600n;

/**
 * Prefixes of object identifiers by their place in the table with which every domain begins (MS-DRSR 5.16.4): all attributes of the
 * base schema are under one of them. What a site added to its schema may be under another, and is then not known here.
 */
const PREFIXES: readonly (readonly [prefix: string, place: number])[] = [
  ['2.5.4', 0],
  ['1.2.840.113556.1.2', 2],
  ['1.2.840.113556.1.4', 9],
  ['0.9.2342.19200300.100.1', 21],
  ['2.16.840.1.113730.3.1', 22],
  ['2.5.18', 25],
];
/** The last arc of an identifier that takes no more than two bytes of it in BER (X.690 8.19). */
const LAST_ARC_MAX = 16_383;

/**
 * Those of the attributes of which it is known, by name. Whoever may not read replPropertyMetaData is told of none.
 * @throws MusterError where the server does not answer.
 */
export async function lastChanges(
  desk: Desk,
  guid: string,
  attributes: readonly string[],
): Promise<ReadonlyMap<string, LastChange>> {
  const step = `reading when ${guid} was last changed`;
  try {
    const search = searchFor(desk, guidDn(guid), step, anything, ['replPropertyMetaData']);
    const entry = await searchOne(desk.link.client, search);
    const [bytes] = entry === null ? [] : bytesOf(entry, 'replPropertyMetaData');
    if (bytes === undefined) return new Map();
    const stamps = stampsIn(bytes);
    const ids = await idsOf(desk, attributes, step);
    const found = attributes.flatMap((name) => {
      const stamp = stamps.get(ids.get(name) ?? -1);
      return stamp === undefined ? [] : [[name, stamp] as const];
    });
    const servers = await serversOf(desk, new Set(found.map(([, { origin }]) => origin)), step);
    return new Map(found.map(([name, { at, origin }]) => [name, { at, server: servers.get(origin) ?? null }]));
  } catch (error) {
    throw operationFailure(desk.link.server, step, error);
  }
}

/** One entry: when and in which life of a controller the attribute was last changed. */
interface Stamp {
  /** Milliseconds since 1970; replication remembers whole seconds. */
  readonly at: number;
  /** invocationId of that controller, in text form. */
  readonly origin: string;
}

/** By the number of the attribute (ATTRTYP); none where the value is of a version that is not known. */
export function stampsIn(bytes: Buffer): ReadonlyMap<number, Stamp> {
  const stamps = new Map<number, Stamp>();
  if (bytes.length < HEAD_BYTES || bytes.readUInt32LE(0) !== 1) return stamps;
  const count = bytes.readUInt32LE(8);
  for (let nth = 0; nth < count; nth += 1) {
    const start = HEAD_BYTES + nth * ENTRY_BYTES;
    if (start + ENTRY_BYTES > bytes.length) break;
    const seconds = bytes.readBigUInt64LE(start + 8) - SECONDS_1601_TO_1970;
    const origin = guidText(bytes.subarray(start + 16, start + 32));
    stamps.set(bytes.readUInt32LE(start), { at: Number(seconds) * 1000, origin });
  }
  return stamps;
}

/** Numbers of attributes by name: the one that the schema gives (msDS-IntId, MS-ADTS 3.1.1.2.3), or the one that follows from its identifier. */
async function idsOf(desk: Desk, attributes: readonly string[], step: string): Promise<ReadonlyMap<string, number>> {
  const { schema } = desk.identity;
  const ids = new Map<string, number>();
  if (schema === null) return ids;
  const filters = attributes.map((value) => new EqualityFilter({ attribute: 'lDAPDisplayName', value }));
  const asked = ['lDAPDisplayName', 'attributeID', 'msDS-IntId'];
  const search = { ...searchFor(desk, schema, step, new OrFilter({ filters }), asked), scope: 'sub' as const };
  await searchAll(desk.link.client, search, (entry) => {
    const [name = ''] = textsOf(entry, 'lDAPDisplayName');
    const [given] = textsOf(entry, 'msDS-IntId');
    const id = given === undefined ? numberOf(textsOf(entry, 'attributeID')[0] ?? '') : Number(given) >>> 0;
    const wanted = attributes.find((one) => one.toLowerCase() === name.toLowerCase());
    if (wanted !== undefined && id !== null) ids.set(wanted, id);
  });
  return ids;
}

/** MS-DRSR 5.16.4: the place of the prefix in the upper half, the last arc in the lower; null: under a prefix that is not known. */
export function numberOf(identifier: string): number | null {
  const dot = identifier.lastIndexOf('.');
  const arc = Number(identifier.slice(dot + 1));
  const place = PREFIXES.find(([prefix]) => prefix === identifier.slice(0, dot))?.[1];
  return place === undefined || !Number.isInteger(arc) || arc > LAST_ARC_MAX ? null : place * 0x1_0000 + arc;
}

/** Names of the controllers that had these invocation ids; one that was taken out of the domain since has none. */
async function serversOf(desk: Desk, origins: ReadonlySet<string>, step: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const sites = /^CN=NTDS Settings,CN=[^,]+,CN=Servers,CN=[^,]+,(.+)$/i.exec(desk.identity.service)?.[1];
  const filters = [...origins].flatMap((origin) => {
    const value = guidBytes(origin);
    return value === null ? [] : [new EqualityFilter({ attribute: 'invocationId', value })];
  });
  if (sites === undefined || filters.length === 0) return names;
  const search = {
    ...searchFor(desk, sites, step, new OrFilter({ filters }), ['invocationId']),
    scope: 'sub' as const,
  };
  await searchAll(desk.link.client, search, (entry) => {
    const [name] = /^CN=NTDS Settings,CN=([^,]+),/i.exec(entry.name)?.slice(1) ?? [];
    const [bytes] = bytesOf(entry, 'invocationId');
    if (name !== undefined && bytes?.length === 16) names.set(guidText(bytes), name);
  });
  return names;
}
