/**
 * The objects of the simulated domain controller, in memory: a small domain that a test adds to and changes by hand. Each change takes the next
 * update sequence number, as MS-ADTS 3.1.1.1.9 has it.
 */
import { randomUUID } from 'node:crypto';
import { dnKey, leafOf, parentOf } from './simulated-names.ts';

export const BASE = 'DC=example,DC=org';
export const UNIT = `OU=Researchers,${BASE}`;
export const CONFIGURATION = `CN=Configuration,${BASE}`;
export const SCHEMA = `CN=Schema,${CONFIGURATION}`;
export const DELETED = `CN=Deleted Objects,${BASE}`;
export const NTDS_SETTINGS = `CN=NTDS Settings,CN=DC1,CN=Servers,CN=Site,CN=Sites,${CONFIGURATION}`;

export type Value = string | Buffer;
export type Values = Readonly<Record<string, Value | readonly Value[] | null>>;
export type ObjectClass = 'user' | 'group' | 'organizationalUnit' | 'container' | 'alias' | 'domainDNS' | 'nTDSDSA';

export interface Held {
  readonly name: string;
  readonly values: readonly Buffer[];
}

export interface SimulatedObject {
  readonly guid: string;
  dn: string;
  key: string;
  deleted: boolean;
  /** By name in lower case. */
  readonly values: Map<string, Held>;
}

/** Object classes with their superclasses (MS-ADSC), which is what objectClass holds. */
const CLASSES: Readonly<Record<ObjectClass, readonly string[]>> = {
  user: ['top', 'person', 'organizationalPerson', 'user'],
  group: ['top', 'group'],
  organizationalUnit: ['top', 'organizationalUnit'],
  container: ['top', 'container'],
  alias: ['top', 'alias'],
  domainDNS: ['top', 'domain', 'domainDNS'],
  nTDSDSA: ['top', 'applicationSettings', 'nTDSDSA'],
};

/** What the schema knows of attributes that can be mapped: their names. */
const ATTRIBUTES =
  'adminDescription company department description displayName givenName info mail mobile sn title'.split(' ');

const DOMAIN_SID = Buffer.from('010500000000000515000000010000000200000003000000', 'hex');
/** The first relative identifier of objects that people make (MS-SAMR 3.1.1.9.2.1 hands them out in order). */
const FIRST_RID = 1104;
const NEVER = '9223372036854775807';

interface Copy {
  readonly usn: number;
  readonly rid: number;
  readonly objects: readonly SimulatedObject[];
  readonly members: readonly (readonly [string, ReadonlySet<string>])[];
}

export class SimulatedTree {
  usn = 12_000;
  /** The account that Muster logs in with. */
  readonly musterGuid: string;
  #rid = FIRST_RID;
  readonly #byGuid = new Map<string, SimulatedObject>();
  readonly #byKey = new Map<string, SimulatedObject>();
  /** Group to its members, and back (MS-ADTS 3.1.1.1.6: forward links, from which back links are made). */
  readonly #members = new Map<string, Set<string>>();
  readonly #groups = new Map<string, Set<string>>();

  constructor() {
    this.add(BASE, {}, 'domainDNS');
    for (const unit of [UNIT, `OU=CBS,${UNIT}`, `OU=DTU,${UNIT}`, `OU=Elsewhere,${BASE}`])
      this.add(unit, {}, 'organizationalUnit');
    for (const dn of [`CN=Users,${BASE}`, DELETED, CONFIGURATION, SCHEMA]) this.add(dn, {}, 'container');
    this.add(NTDS_SETTINGS, { invocationId: guidToBytes(randomUUID()) }, 'nTDSDSA');
    for (const name of ATTRIBUTES) this.add(`CN=${name},${SCHEMA}`, { lDAPDisplayName: name }, 'container');
    this.musterGuid = this.add(`CN=muster,CN=Users,${BASE}`, { userPrincipalName: 'muster@example.org' });
  }

  /** @param values on top of what such an object has, or instead; null or an empty list takes one away. @returns the new GUID. */
  add(dn: string, values: Values = {}, objectClass: ObjectClass = 'user', guid: string = randomUUID()): string {
    const object: SimulatedObject = { guid, dn, key: dnKey(dn), deleted: false, values: new Map() };
    const all = { ...this.#defaults(dn, guid, objectClass), ...values };
    this.#byGuid.set(guid, object);
    this.#byKey.set(object.key, object);
    for (const [name, value] of Object.entries(all)) put(object, name, value);
    this.#touch(object, 'uSNCreated');
    return guid;
  }

  /** By DN in any spelling, or by `<GUID=…>` or `<SID=…>` (MS-ADTS 3.1.1.3.1.2.4). Deleted ones as well. */
  find(name: string): SimulatedObject | undefined {
    const guid = /^<GUID=([0-9a-f-]{36})>$/i.exec(name)?.[1];
    if (guid !== undefined) return this.#byGuid.get(guid.toLowerCase());
    try {
      return this.#byKey.get(dnKey(name));
    } catch {
      return undefined;
    }
  }

  get(guid: string): SimulatedObject {
    const object = this.#byGuid.get(guid);
    if (object === undefined) throw new Error(`There is no object ${guid}.`);
    return object;
  }

  all(): Iterable<SimulatedObject> {
    return this.#byGuid.values();
  }

  set(guid: string, name: string, value: Values[string]): void {
    this.update(guid, { [name]: value });
  }

  /** Several values in one update; null or an empty list takes one away. */
  update(guid: string, values: Values): void {
    const object = this.get(guid);
    for (const [name, value] of Object.entries(values)) put(object, name, value);
    this.#touch(object);
  }

  /** Renames or moves an object and everything below it. */
  rename(guid: string, dn: string): void {
    const object = this.get(guid);
    const [oldDn, oldKey, key] = [object.dn, object.key, dnKey(dn)];
    for (const one of this.#byGuid.values()) {
      if (!one.key.startsWith(oldKey)) continue;
      this.#byKey.delete(one.key);
      one.dn = one.dn.slice(0, one.dn.length - oldDn.length) + dn;
      one.key = key + one.key.slice(oldKey.length);
      this.#byKey.set(one.key, one);
    }
    const { type, value } = leafOf(dn);
    this.update(guid, { name: value, [type.toLowerCase()]: value });
  }

  /** Deletes an object; its tombstone keeps GUID, SID and sAMAccountName (MS-ADTS 3.1.1.5.5.1.1). */
  remove(guid: string): void {
    const object = this.get(guid);
    for (const name of object.values.keys()) if (!KEPT.has(name)) object.values.delete(name);
    for (const group of [...(this.#groups.get(guid) ?? [])]) this.leave(group, [guid]);
    this.#members.delete(guid);
    put(object, 'isDeleted', 'TRUE');
    put(object, 'lastKnownParent', parentOf(object.dn));
    object.deleted = true;
    const { type, value } = leafOf(object.dn);
    this.rename(guid, `${type}=${escaped(value)}\\0ADEL:${guid},${DELETED}`);
  }

  join(group: string, members: readonly string[]): void {
    const inside = entryOf(this.#members, group);
    for (const member of members) {
      inside.add(member);
      entryOf(this.#groups, member).add(group);
    }
    this.#touch(this.get(group));
  }

  leave(group: string, members: readonly string[]): void {
    for (const member of members) {
      this.#members.get(group)?.delete(member);
      this.#groups.get(member)?.delete(group);
    }
    this.#touch(this.get(group));
  }

  membersOf(group: string): readonly SimulatedObject[] {
    return [...(this.#members.get(group) ?? [])].map((guid) => this.get(guid));
  }

  groupsOf(member: string): readonly SimulatedObject[] {
    return [...(this.#groups.get(member) ?? [])].map((guid) => this.get(guid));
  }

  /** Everything as it stands, to go back to: what a backup holds. */
  backup(): Copy {
    const objects = [...this.#byGuid.values()].map((object) => ({ ...object, values: new Map(object.values) }));
    const members = [...this.#members].map(([group, inside]) => [group, new Set(inside)] as const);
    return { usn: this.usn, rid: this.#rid, objects, members };
  }

  /** Back to then, sequence number included: a USN rollback (MS-ADTS 3.1.1.1.9 has a restored server take a new invocation id). */
  restore(copy: Copy): void {
    for (const map of [this.#byGuid, this.#byKey, this.#members, this.#groups]) map.clear();
    for (const object of copy.objects) {
      const again = { ...object, values: new Map(object.values) };
      this.#byGuid.set(again.guid, again);
      this.#byKey.set(again.key, again);
    }
    for (const [group, members] of copy.members) this.join(group, [...members]);
    this.usn = copy.usn;
    this.#rid = copy.rid;
  }

  /** What a proper restore does (MS-ADTS 3.1.1.1.9): from now on this is another server, as far as sequence numbers go. */
  takeNewInvocationId(): void {
    this.set(this.find(NTDS_SETTINGS)?.guid ?? '', 'invocationId', guidToBytes(randomUUID()));
  }

  #touch(object: SimulatedObject, ...also: readonly string[]): void {
    this.usn += 1;
    for (const name of ['uSNChanged', ...also]) put(object, name, String(this.usn));
  }

  #defaults(dn: string, guid: string, objectClass: ObjectClass): Values {
    const leaf = leafOf(dn);
    const common: Values = {
      objectClass: CLASSES[objectClass],
      objectGUID: guidToBytes(guid),
      name: leaf.value,
      [leaf.type.toLowerCase()]: leaf.value,
    };
    if (objectClass !== 'user' && objectClass !== 'group') return common;
    this.#rid += 1;
    const principal: Values = { ...common, sAMAccountName: leaf.value, objectSid: sidBytes(this.#rid) };
    // sAMAccountType (MS-ADTS 2.2.15), groupType (2.2.12: a global security group), objectCategory as the class's lDAPDisplayName.
    if (objectClass === 'group')
      return { ...principal, objectCategory: 'group', sAMAccountType: '268435456', groupType: '-2147483646' };
    const account = {
      sAMAccountType: '805306368',
      userAccountControl: '512',
      accountExpires: NEVER,
      primaryGroupID: '513',
    };
    return { ...principal, ...account, objectCategory: 'person' };
  }
}

/** Attributes that a tombstone keeps, in lower case (MS-ADTS 3.1.1.5.5.1.1). */
const KEPT: ReadonlySet<string> = new Set([
  'objectclass',
  'objectguid',
  'objectsid',
  'samaccountname',
  'usnchanged',
  'usncreated',
  'cn',
  'name',
]);

/** MS-DTYP 2.3.4.2: the first three fields little-endian. */
export function guidToBytes(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ] as const)
    bytes.subarray(from, to).reverse();
  return bytes;
}

export function bytesToGuid(bytes: Buffer): string {
  const swapped = Buffer.from(bytes);
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ] as const)
    swapped.subarray(from, to).reverse();
  const hex = swapped.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function sidBytes(rid: number): Buffer {
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(rid);
  return Buffer.concat([DOMAIN_SID, tail]);
}

function put(object: SimulatedObject, name: string, value: Values[string]): void {
  const list = value === null ? [] : typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value;
  const key = name.toLowerCase();
  if (list.length === 0) object.values.delete(key);
  else object.values.set(key, { name, values: list.map((one) => Buffer.from(one)) });
}

function entryOf(map: Map<string, Set<string>>, key: string): Set<string> {
  const found = map.get(key) ?? new Set();
  map.set(key, found);
  return found;
}

function escaped(value: string): string {
  return [...Buffer.from(value)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
}
