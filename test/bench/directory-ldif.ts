/** The directory of a benchmark as LDIF (RFC 2849): the tree around the accounts, and the accounts. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { NORMAL_ACCOUNT, SAM_USER_OBJECT } from '../../src/reconcilers/directory/account-values.ts';
import {
  accountValues,
  BASE_DN,
  type BenchPerson,
  dnOf,
  guidBytesOf,
  institutions,
  personAt,
  RESEARCHERS_OU,
} from './population.ts';

export const MANAGER_DN = `CN=Manager,${BASE_DN}`;
/** The account that Muster and the floor log in as. */
export const BIND_DN = `CN=muster,${BASE_DN}`;
/** Of a server that only this machine reaches, over accounts of people who do not exist. */
export const BIND_PASSWORD = 'only-on-loopback';
export const DC_DN = `CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,${BASE_DN}`;
export const SERVICE_DN = `CN=NTDS Settings,${DC_DN}`;
/** The number of the last write before the first change by hand. */
export const FIRST_USN = 500_000;

/** Accounts written at once: a few hundred kB of text. */
const PORTION = 1000;

/** Writes the whole directory of that many people into one file. */
export async function writeLdif(file: string, users: number): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(tree());
  for (let start = 0; start < users; start += PORTION) {
    const count = Math.min(PORTION, users - start);
    const text = Array.from({ length: count }, (_, at) => account(personAt(start + at), start + at)).join('');
    if (!stream.write(text)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

function tree(): string {
  const containers = DC_DN.slice(0, -BASE_DN.length - 1).split(',');
  const above = containers.map((_, at) => [...containers.slice(at), BASE_DN].join(',')).toReversed();
  return [
    entry(BASE_DN, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' }),
    entry(BIND_DN, {
      objectClass: ['organizationalRole', 'simpleSecurityObject'],
      cn: 'muster',
      userPassword: BIND_PASSWORD,
    }),
    ...above.map((dn) => entry(dn, { objectClass: 'applicationProcess', cn: nameIn(dn) })),
    entry(SERVICE_DN, {
      objectClass: 'nTDSDSA',
      cn: 'NTDS Settings',
      invocationId: Buffer.alloc(16, 7),
      objectGUID: Buffer.alloc(16, 8),
    }),
    entry(RESEARCHERS_OU, { objectClass: 'organizationalUnit', ou: 'Researchers' }),
    ...institutions().map(({ id }) =>
      entry(`OU=${id},${RESEARCHERS_OU}`, { objectClass: 'organizationalUnit', ou: id }),
    ),
  ].join('');
}

function account(person: BenchPerson, index: number): string {
  return entry(dnOf(person), {
    objectClass: ['top', 'person', 'organizationalPerson', 'user'],
    cn: person.username,
    objectCategory: 'person',
    objectGUID: guidBytesOf(person),
    objectSid: sid(index),
    sAMAccountType: SAM_USER_OBJECT,
    userAccountControl: String(NORMAL_ACCOUNT),
    uSNChanged: String(1000 + index),
    ...accountValues(person),
  });
}

type Value = string | Buffer | readonly string[];

export function entry(dn: string, attributes: Readonly<Record<string, Value>>): string {
  const lines = Object.entries(attributes).flatMap(([name, value]) =>
    typeof value === 'string' || Buffer.isBuffer(value) ? [line(name, value)] : value.map((one) => line(name, one)),
  );
  return `${line('dn', dn)}${lines.join('')}\n`;
}

function line(name: string, value: string | Buffer): string {
  if (typeof value === 'string' && /^[!-9;=-~][ -~]*$/.test(value)) return `${name}: ${value}\n`;
  return `${name}:: ${Buffer.from(value).toString('base64')}\n`;
}

function nameIn(dn: string): string {
  return dn.slice(3, dn.indexOf(','));
}

/** S-1-5-21-1-2-3-RID (MS-DTYP 2.4.2.2), with a RID of an ordinary account. */
export function sid(index: number): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.set([1, 5, 0, 0, 0, 0, 0, 5]);
  for (const [at, part] of [21, 1, 2, 3, 2000 + index].entries()) bytes.writeUInt32LE(part, 8 + at * 4);
  return bytes;
}
