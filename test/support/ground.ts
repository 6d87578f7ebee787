/** A healthy installation that catastrophes strike: its people, its repository as it should be, and what can be done to both. */
import type { Report } from '../../src/core/report.ts';
import { dayOf } from '../../src/model/day.ts';
import { blocks, type Files, institution, people, person } from './desired-state.ts';
import { DAY_MS } from './reconciliation.ts';

export const TIME_ZONE = 'Europe/Copenhagen';

/** Each has a file of its own; the last five cannot log in: one has left, four are blocked. */
export const CBS = names('c', 24);
/** All in one file; the last four are blocked. */
export const DTU = names('d', 24);
/** Of an institution that is blocked as a whole. */
export const KEA = names('k', 12);
/** Begin later, and have no account yet. */
export const LATER = names('f', 6);
export const CLOSED = 'c20';
export const BLOCKED = [...CBS.slice(20), ...DTU.slice(20)];
/** Who can log in: 39 people. */
export const ENABLED = [...CBS.slice(0, 19), ...DTU.slice(0, 20)];
/** Whose access ends on a day that is written down. */
export const ENDING = [...CBS.slice(0, 6), ...DTU.slice(0, 6)];
export const ACCOUNTS = CBS.length + DTU.length + KEA.length;
export const DTU_FILE = 'users/dtu/everybody.yaml';

/** What an account is, as an administrator sees it. */
export interface Account {
  readonly guid: string;
  readonly dn: string;
  /** Attributes that are compared and changed here, with their stored values. */
  readonly values: Readonly<Record<string, string>>;
}

/** What somebody does to one account: other values (null: none), another place, or its end; null: nothing. */
export type Hand =
  | { readonly set: Readonly<Record<string, string | null>> }
  | { readonly moveTo: 'staff' | 'researchers' }
  | 'delete'
  | null;

export interface Ground {
  /** The healthy repository: path to text. */
  readonly healthy: Readonly<Record<string, string>>;
  /** The repository as it stands. */
  files(): Readonly<Record<string, string>>;
  /** `YYYY-MM-DD`, so many days from the day on which it is healthy. */
  day(offset: number): string;
  /** Writes files; null deletes one. */
  declare(files: Files): Promise<unknown>;
  /** By GUID. */
  accounts(): Promise<ReadonlyMap<string, Account>>;
  /** All accounts, in the hands of somebody. */
  byHand(hand: (account: Account, nth: number) => Hand): Promise<void>;
  plan(): Promise<Report>;
  sync(trigger?: 'command' | 'schedule'): Promise<Report>;
  approve(report: Report): Promise<void>;
}

/** The repository before anybody was blocked or left: what accounts are made from. */
export function beginning(day: (offset: number) => string): Files {
  const ending = { ends: day(200) };
  const [endingDtu, lastingDtu] = [DTU.slice(0, 6), DTU.slice(6)];
  return {
    'muster.yaml': 'format: 1\ninstance: research-service\n',
    'README.md': 'Who may use the analysis servers.\n',
    ...institution('cbs', 'CBS'),
    ...institution('dtu', 'DTU'),
    ...institution('kea', 'KEA'),
    ...people(CBS.slice(0, 6), { ...ending, starts: day(-300) }),
    ...people(CBS.slice(6)),
    [DTU_FILE]: listOf({
      ...people(endingDtu, { ...ending, institution: 'dtu' }),
      ...people(lastingDtu, { institution: 'dtu' }),
    }),
    ...people(KEA, { institution: 'kea' }),
    ...people(LATER, { starts: day(80) }),
  };
}

/** The whole healthy repository. */
export function healthyFiles(day: (offset: number) => string): Readonly<Record<string, string>> {
  const from = day(-5);
  return texts({
    ...beginning(day),
    ...person(CLOSED, { state: 'closed' }),
    ...blocks(
      'user',
      BLOCKED.map((target) => ({ target, from })),
    ),
    ...blocks('institution', [{ target: 'kea', from }]),
  });
}

/** What stands in the repository once these files have been written over those. */
export function texts(files: Files, over: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const all = Object.entries({ ...over, ...files });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** Several files of one entry each as the text of one file that holds a list. */
export function listOf(files: Files): string {
  return Object.values(files)
    .map((text) => (text ?? '').trimEnd().replaceAll('\n', '\n  '))
    .map((entry) => `- ${entry}\n`)
    .join('');
}

export function dayFrom(base: number): (offset: number) => string {
  return (offset) => dayOf(base + offset * DAY_MS, TIME_ZONE);
}

export function isEnabled({ values }: Account): boolean {
  return (Number(values.userAccountControl) & 2) === 0;
}

/** How many accounts came to be, lost or got their access, or changed otherwise. */
export interface Written {
  readonly created?: number;
  readonly disabled?: number;
  readonly enabled?: number;
  readonly changed?: number;
  /** Muster deletes nothing, ever. */
  readonly deleted?: number;
}

/** What became of the accounts between two looks at them: the witness that no report can talk over. */
export function writtenBetween(before: ReadonlyMap<string, Account>, after: ReadonlyMap<string, Account>): Written {
  const counts: Record<string, number> = {};
  const add = (what: keyof Written) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  for (const [guid, now] of after) {
    const then = before.get(guid);
    if (then === undefined) add('created');
    else if (isEnabled(then) && !isEnabled(now)) add('disabled');
    else if (!isEnabled(then) && isEnabled(now)) add('enabled');
    else if (JSON.stringify(then) !== JSON.stringify(now)) add('changed');
  }
  for (const guid of before.keys()) if (!after.has(guid)) add('deleted');
  return counts;
}

function names(letter: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, nth) => `${letter}${String(nth + 1).padStart(2, '0')}`);
}
