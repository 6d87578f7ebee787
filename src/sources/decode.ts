/** Bytes of a file as text: UTF-8 (RFC 3629) with or without byte-order mark, and nothing that cannot be seen. */
import type { Problem } from '../model/tree.ts';
import { codePoint, shown } from '../model/wording.ts';

/** Larger than any file of hand-written entries, small enough to be read without pause. */
export const FILE_BYTES_MAX = 1024 * 1024;

/** What to say of a larger one, also without reading it. */
export const TOO_LARGE: Problem = {
  line: 1,
  column: 1,
  message: 'This file is larger than 1 MB. Split it into several files.',
};

/** A problem, and the text of the line as it has to be for reading on in search of more problems. */
export interface Fault extends Problem {
  readonly repair?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** What old editors on Windows write: its decoder accepts every byte. */
const windows1252 = new TextDecoder('windows-1252');

/** The text with lines ended by `\n`; where it could not be read as it is, also the fault that makes it unreadable. */
export function decode(bytes: Uint8Array): { readonly text: string; readonly fault: Fault | null } {
  if (bytes.length > FILE_BYTES_MAX) return { text: '', fault: TOO_LARGE };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    const text = new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
    const message = 'This file is saved as UTF-16 ("Unicode" in Notepad). Save it again with the encoding UTF-8.';
    return { text: unixLines(text), fault: at(1, 1, message) };
  }
  try {
    return { text: unixLines(utf8.decode(bytes)), fault: null };
  } catch {
    return notUtf8(bytes);
  }
}

function unixLines(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
}

/** Names the first line that is not UTF-8, and offers what it says in the encoding of old Windows programs. */
function notUtf8(bytes: Uint8Array): { readonly text: string; readonly fault: Fault } {
  const text = unixLines(windows1252.decode(bytes));
  const lines = text.split('\n');
  let start = 0;
  for (let line = 1; start <= bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const good = validPrefix(bytes.subarray(start, end));
    if (good !== null) {
      const fix = lines[line - 1] ?? '';
      const letter = [...fix].find((character) => character > '\u007f') ?? '';
      const message = `This file is not saved as UTF-8, which shows at the letter \`${shown(letter)}\`. Save it again with the encoding UTF-8.`;
      return { text, fault: { ...at(line, good + 1, message), fix } };
    }
    start = end + 1;
  }
  return { text, fault: at(1, 1, 'This file is not saved as UTF-8. Save it again with the encoding UTF-8.') };
}

/** Characters before the first byte that is not UTF-8; null: all of it is. */
function validPrefix(line: Uint8Array): number | null {
  const decoded = new TextDecoder('utf-8').decode(line);
  const damaged = decoded.indexOf('\ufffd');
  return damaged < 0 ? null : damaged;
}

/** Anything that the closer look may find fault with: one pass over good files, no more. */
const RISKY =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\0-\t\x0b-\x1f\x7f-\xa0\u061c\u1680\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f\u2066-\u2069\u3000\ufeff\ufffd]|^(?:<{7}|={7}|>{7}|\|{7}|---|\.\.\.|%)/m;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const ODD_SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/;
/** The first thing in the text that may not be in any file, whatever it says; null: nothing. Linear in the text. */
export function unwelcome(text: string): Fault | null {
  if (!RISKY.test(text)) return null;
  const lines = text.split('\n');
  let begun = false;
  for (const [index, line] of lines.entries()) {
    const fault = lineFault(line, begun, index + 1);
    if (fault !== null) return fault;
    begun ||= line.trim() !== '' && !line.trimStart().startsWith('#');
  }
  return null;
}

function lineFault(line: string, begun: boolean, number: number): Fault | null {
  if (/^(?:<{7}|>{7}|={7}$|\|{7})/.test(line)) {
    const message =
      'Two people changed this file at once, and both versions are still in it, between <<<<<<< and >>>>>>>. Keep one and delete the marker lines.';
    return at(number, 1, message);
  }
  const unseen = UNSEEN.exec(line);
  if (unseen !== null) {
    const message = `An invisible character (${codePoint(unseen[0])}) stands here. It makes a text look different from what it says.`;
    return { ...at(number, unseen.index + 1, message), fix: line.replace(new RegExp(UNSEEN, 'g'), '') };
  }
  const damaged = line.indexOf('\ufffd');
  if (damaged >= 0) {
    const message = 'A letter was damaged when this file was saved, and shows as \ufffd. Type the word again.';
    return { ...at(number, damaged + 1, message), repair: line.replaceAll('\ufffd', '') };
  }
  return tabFault(line, number) ?? oddSpaceFault(line, number) ?? markerFault(line, begun, number);
}

function tabFault(line: string, number: number): Fault | null {
  const written = line.replace(/(^|\s)#.*$/, '').trimEnd();
  const tab = written.indexOf('\t');
  if (tab < 0) return null;
  const leading = /^[ \t]*/.exec(line)?.[0] ?? '';
  const fix = leading.replaceAll('\t', '  ') + line.slice(leading.length).replaceAll('\t', ' ');
  return { ...at(number, tab + 1, 'There is a tab on this line. Use spaces only.'), fix };
}

function oddSpaceFault(line: string, number: number): Fault | null {
  // Where YAML needs plain space: at the start of a line, after a dash or a colon. In two steps, so that it takes linear time.
  const start = line.length - line.trimStart().length;
  const layout = line.slice(0, start) + (/^(?:- *)?(?:[\w-]+:)?\s*/.exec(line.slice(start))?.[0] ?? '');
  const column = layout.search(ODD_SPACE) + 1;
  if (column === 0) return null;
  const message =
    'There is a special space here, often from copying out of a web page or a document. Type a normal space.';
  return { ...at(number, column, message), fix: line.replace(new RegExp(ODD_SPACE, 'gu'), ' ') };
}

/** `---`, `...` and `%`: YAML's own marks between documents, of which only a first `---` is harmless. */
function markerFault(line: string, begun: boolean, number: number): Fault | null {
  if (line.startsWith('%'))
    return { ...at(number, 1, 'A line that begins with % has no place here. Delete it.'), repair: '' };
  const marker = /^(?:---|\.\.\.)(?=\s|$)/.exec(line)?.[0];
  if (marker === undefined || (marker === '---' && !begun && line.trim() === '---')) return null;
  const message = `\`${marker}\` would begin or end a second document, which would not be read. Delete this line; several entries in one file each begin with a dash.`;
  return at(number, 1, message);
}

function at(line: number, column: number, message: string): Fault {
  return { line, column, message };
}
