/** Words for numbers, moments and attributes, the same in every view. */
import type { Instant } from '../model/document.ts';

const grouped = new Intl.NumberFormat('en');

/** `1 person`, `1,000 people`. */
export function count(n: number, one: string, many: string): string {
  return `${grouped.format(n)} ${n === 1 ? one : many}`;
}

export function people(n: number): string {
  return count(n, 'person', 'people');
}

/** `2026-03-01 14:05` in that zone (IANA name). */
export function moment(at: Instant, timeZone: string): string {
  const { day, time } = clockFace(at, timeZone);
  return `${day} ${time.slice(0, 5)}`;
}

/** An end of access as the last day with it: `none`, `2027-12-31`, or the minute where it is no midnight of that zone. */
export function lastDayOfAccess(value: string, timeZone: string): string {
  if (value === 'never') return 'none';
  const at = Date.parse(value);
  if (Number.isNaN(at)) return value;
  return clockFace(at, timeZone).time === '00:00:00' ? clockFace(at - 1, timeZone).day : moment(at, timeZone);
}

function clockFace(at: Instant, timeZone: string): { readonly day: string; readonly time: string } {
  // The Swedish locale writes ISO 8601 (CLDR), so nothing has to be put together by hand.
  const [day = '', time = ''] = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
    .format(at)
    .split(' ');
  return { day, time };
}

/** With a capital at its beginning. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A revision as people quote it: the first ten characters of a commit id, or of a folder's digest. */
export function shortRevision(revision: string): string {
  const [, kind = '', id] = /^(folder-)?([0-9a-f]{40,})$/.exec(revision) ?? [];
  return id === undefined ? revision : kind + id.slice(0, 10);
}

/** `0.4 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Names of directory attributes (RFC 4519, RFC 4524, MS-ADA) that readers without a directory's schema at hand meet. */
const attributeWords: Readonly<Record<string, string>> = {
  mobile: 'phone number',
  phone: 'passcodes to',
  mail: 'e-mail',
  givenname: 'given name',
  sn: 'family name',
  displayname: 'name shown',
  accountexpires: 'last day of access',
};

/** `phone number (mobile)`; an attribute without a word of its own keeps its name. */
export function attributeName(name: string): string {
  const word = attributeWord(name);
  return word === name ? name : `${word} (${name})`;
}

/** `phone number` alone, where the attribute's name does not matter. */
export function attributeWord(name: string): string {
  return attributeWords[name.toLowerCase()] ?? name;
}

/** Whether the attribute carries a person's name (RFC 4519, RFC 2798), which is shown anyway. */
export function isPersonName(name: string): boolean {
  return ['displayname', 'givenname', 'sn'].includes(name.toLowerCase());
}

/** A value to show: what is absent is said to be, and an end of access becomes a last day. */
export function attributeValue(name: string, value: string | null, timeZone: string): string {
  if (value === null || value === '') return '(empty)';
  return name.toLowerCase() === 'accountexpires' ? lastDayOfAccess(value, timeZone) : value;
}
