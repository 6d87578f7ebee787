/** The text of a control file: a first line that says what Muster wrote, and one line for each person who may not send mail. */
import { createHash } from 'node:crypto';
import { compareText } from '../../../diagnostic.ts';
import { MusterError } from '../../../errors.ts';
import { fold } from '../../../model/document.ts';
import type { Form } from '../list-file.ts';
import type { Completeness, Edit, Listing } from '../port.ts';
import { USERNAME_PLACE } from './settings.ts';

/** Digits of the seal in the first line: enough to notice a change, which nobody has a reason to forge. */
const SEAL_DIGITS = 16;

const FIRST_LINE = /^# muster (\S+) revision (\S+) written (\S+) lines (\d{1,9}) seal ([0-9a-f]{16})$/;
/** Everything that begins like a first line, and stands where only one may. */
const ANY_FIRST_LINE = /^# muster /;

export interface Lines {
  /** Key to its lines as they stand. */
  readonly people: ReadonlyMap<string, readonly Buffer[]>;
  /** What names nobody: remarks, and what somebody mistyped. */
  readonly others: readonly Buffer[];
  readonly completeness: Completeness;
}

/** @param clock for the first line, in milliseconds since 1970 */
export function controlFileForm(path: string, instance: string, line: string, clock: () => number): Form<Lines> {
  const [before = '', after = ''] = line.split(USERNAME_PLACE);
  const keyIn = (text: string) => keyOf(text, before.trimStart(), after.trimEnd());
  return {
    parse: (bytes) => (bytes === null ? NOTHING : parsed(bytes, keyIn, instance, path)),
    listing: listingOf,
    edited: ({ people, ...rest }, edits) => ({ ...rest, people: editedPeople(people, edits, before, after) }),
    render: ({ people, others }, revision) => {
      const ordered = [...people].sort(([a], [b]) => compareText(a, b)).flatMap(([, lines]) => lines);
      const body = [...others, ...ordered];
      const first = `# muster ${instance} revision ${revision} written ${new Date(clock()).toISOString()} lines ${body.length} seal ${sealOf(body)}`;
      return joined([Buffer.from(first), ...body]);
    },
  };
}

const NOTHING: Lines = { people: new Map(), others: [], completeness: 'absent' };

function parsed(bytes: Buffer, keyIn: (text: string) => string | null, instance: string, path: string): Lines {
  if (bytes.toString('utf8').trim() === '') return { ...NOTHING, completeness: 'empty' };
  const isCutOff = bytes.length > 0 && bytes.at(-1) !== NEWLINE;
  const [first, ...rest] = linesIn(bytes);
  const head = first === undefined ? null : FIRST_LINE.exec(textOf(first));
  if (head !== null && head[1] !== instance) throw ofAnother(path, head[1] ?? '');
  const body = head === null && first !== undefined && !ANY_FIRST_LINE.test(textOf(first)) ? [first, ...rest] : rest;
  const people = new Map<string, Buffer[]>();
  const others: Buffer[] = [];
  for (const one of body) {
    const key = keyIn(textOf(one));
    if (key === null) others.push(one);
    else people.set(key, [...(people.get(key) ?? []), one]);
  }
  return { people, others, completeness: completenessOf(head, body, isCutOff) };
}

function completenessOf(head: RegExpExecArray | null, body: readonly Buffer[], isCutOff: boolean): Completeness {
  if (head === null) return 'bare';
  if (sealOf(body) === head[5] && !isCutOff) return 'whole';
  return body.length < Number(head[4]) || isCutOff ? 'short' : 'added';
}

function listingOf({ people, others, completeness }: Lines): Listing {
  const all = [...others, ...[...people.values()].flat()];
  return {
    listed: new Set(people.keys()),
    unread: others.map(textOf).filter((text) => text.trim() !== '' && !text.trimStart().startsWith('#')),
    completeness,
    digest: createHash('sha256').update(joined(all)).digest('hex'),
  };
}

function editedPeople(
  people: Lines['people'],
  edits: readonly Edit[],
  before: string,
  after: string,
): ReadonlyMap<string, readonly Buffer[]> {
  const now = new Map(people);
  for (const { key, listed } of edits) {
    if (listed) now.set(key, [Buffer.from(`${before}${key}${after}`)]);
    else now.delete(key);
  }
  return now;
}

/** White space around a line and within it is the hand's, not the name's. */
function keyOf(text: string, before: string, after: string): string | null {
  const line = text.trim();
  if (line.length <= before.length + after.length || line.startsWith('#')) return null;
  if (!line.startsWith(before) || !line.endsWith(after)) return null;
  const name = line.slice(before.length, line.length - after.length).trim();
  return name === '' || /\s/.test(name) ? null : fold(name);
}

const NEWLINE = 0x0a;

/** Bytes as they stand, without what ends them, so that what can't be read is kept all the same. */
function linesIn(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start);
    lines.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

function textOf(line: Buffer): string {
  return line.toString('utf8');
}

function joined(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from([NEWLINE])]));
}

function sealOf(body: readonly Buffer[]): string {
  return createHash('sha256').update(joined(body)).digest('hex').slice(0, SEAL_DIGITS);
}

function ofAnother(path: string, instance: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: path,
    what: `It is the control file of another Muster, "${instance}".`,
    next: 'Give each installation a control file of its own.',
  });
}
