/** The people of a benchmark: invented, always the same for one number, with every field of a document filled in. */
import { createHash } from 'node:crypto';
import { startOfNextDay } from '../../src/model/day.ts';
import type { Day } from '../../src/model/document.ts';
import { expiryToStored } from '../../src/reconcilers/directory/account-values.ts';
import { markText } from '../../src/reconcilers/directory/mark.ts';

export const INSTANCE = 'research-service';
export const TIME_ZONE = 'Europe/Copenhagen';
export const BASE_DN = 'DC=example,DC=org';
export const RESEARCHERS_OU = `OU=Researchers,${BASE_DN}`;

/** As many as a national research service has. */
const INSTITUTIONS = 100;

const GIVEN = [
  'Anna',
  'Bjørn',
  'Camille',
  'Dmitri',
  'Eirik',
  'Fatima',
  'Giulia',
  'Haruka',
  'Ingrid',
  'Joris',
  'Katarzyna',
  'Lars',
  'Mette',
  'Nikolaj',
  'Olga',
  'Pia',
  'Søren',
];
const FAMILY = [
  'Jensen',
  'Nielsen',
  'Bakke',
  'Lindqvist',
  'Møller',
  'Rossi',
  'Nakata',
  'Dubois',
  'Kowalska',
  'Berg',
  'Okafor',
  'Haddad',
  'Virtanen',
];

/** Danish numbers from here on are mobile numbers, a few million of them, as far as the numbering plan tells. */
const FIRST_PHONE = 26_000_000;

export interface BenchPerson {
  readonly username: string;
  readonly given: string;
  readonly family: string;
  readonly email: string;
  /** E.164. */
  readonly phone: string;
  readonly institution: BenchInstitution;
  readonly starts: string;
  readonly ends: string;
}

export interface BenchInstitution {
  readonly id: string;
  readonly name: string;
}

export function institutions(): readonly BenchInstitution[] {
  return Array.from({ length: INSTITUTIONS }, (_, index) => institutionAt(index));
}

/** The person with this number, 0 and up. */
export function personAt(index: number): BenchPerson {
  const given = GIVEN[index % GIVEN.length] ?? '';
  const family = FAMILY[Math.floor(index / GIVEN.length) % FAMILY.length] ?? '';
  const institution = institutionAt(index % INSTITUTIONS);
  const username = `${plain(given[0] ?? '')}${plain(family)}${index}`.toLowerCase();
  const day = String(1 + (index % 28)).padStart(2, '0');
  const month = String(1 + (index % 12)).padStart(2, '0');
  return {
    username,
    given,
    family,
    email: `${username}@${institution.id}.example.net`,
    phone: `+45${FIRST_PHONE + index}`,
    institution,
    starts: `${2015 + (index % 9)}-${month}-${day}`,
    ends: `${2060 + (index % 9)}-${month}-${day}`,
  };
}

export function everybody(users: number): readonly BenchPerson[] {
  return Array.from({ length: users }, (_, index) => personAt(index));
}

/** Where a person's document stands in the repository. */
export function pathOf({ username, institution }: BenchPerson): string {
  return `users/${institution.id}/${username}.yaml`;
}

/** The document as people write it. */
export function documentOf(person: BenchPerson): string {
  return `username: ${person.username}
name: { given: ${person.given}, family: ${person.family} }
email: ${person.email}
phone: ${written(person.phone)}
institution: ${person.institution.id}
state: active
starts: ${person.starts}
ends: ${person.ends}
`;
}

export function dnOf({ username, institution }: BenchPerson): string {
  return `CN=${username},OU=${institution.id},${RESEARCHERS_OU}`;
}

/** The values that the directory holds when there is nothing to do, whichever product it is. */
export function accountValues(person: BenchPerson): Readonly<Record<string, string>> {
  // The text was written above in the form that a Day has.
  const expires = new Date(startOfNextDay(person.ends as Day, TIME_ZONE)).toISOString();
  return {
    sAMAccountName: person.username,
    userPrincipalName: `${person.username}@example.org`,
    accountExpires: expiryToStored(expires),
    adminDescription: markText({ instance: INSTANCE, username: person.username, attempt: attemptOf(person) }),
    company: person.institution.name,
    displayName: `${person.given} ${person.family}`,
    givenName: person.given,
    sn: person.family,
    mail: person.email,
    mobile: person.phone,
  };
}

/** 16 bytes that belong to nobody else. */
export function guidBytesOf({ username }: BenchPerson): Buffer {
  return createHash('sha256').update(username).digest().subarray(0, 16);
}

function attemptOf(person: BenchPerson): string {
  return guidBytesOf(person).toString('hex').slice(0, 12);
}

function institutionAt(index: number): BenchInstitution {
  const number = String(index).padStart(3, '0');
  return { id: `inst${number}`, name: `Research Institute No. ${number}` };
}

function plain(name: string): string {
  return name.replaceAll('ø', 'o').replaceAll('Ø', 'O');
}

function written(phone: string): string {
  return phone.replace(/^\+45(..)(..)(..)(..)$/, '+45 $1 $2 $3 $4');
}
