/** Decodes entries of large searches straight from the wire: every value once, and what many accounts share only once for all. */
import { type RawValues, VALUE_SEPARATOR } from './entry.ts';
import type { EntryBytes } from './entry-frames.ts';
import { guidText, sidText } from './values.ts';

const SEQUENCE = 0x30;
const SET = 0x31;
const OCTET_STRING = 0x04;

/** Values of each attribute that are kept in mind to be given again; a power of two. Institutions are few, names are not. */
const RECENT_VALUES = 256;
/** Longer ones are not looked for: such a text is hardly shared. */
const RECENT_LENGTH_MAX = 128;
const LOOKS_BEFORE_JUDGING = 2000;

export interface DecodedEntry {
  readonly dn: string;
  /** objectGUID in text form; null where it can't be read. */
  readonly guid: string | null;
  /** uSNChanged; null where it can't be read or was not asked for. */
  readonly usn: string | null;
  /** By the spelling that was asked for; absent ones null. */
  readonly raw: RawValues;
}

/** One attribute that is asked for. */
interface Field {
  readonly key: string;
  readonly kind: 'text' | 'guid' | 'sid' | 'usn';
  /** The name as a server wrote it last. */
  name: Buffer;
  readonly recent: (string | undefined)[];
  /** How often a value was looked for among the recent ones, and found. */
  looked: number;
  found: number;
}

function field(key: string, name: string, kind: Field['kind']): Field {
  return { key, kind, name: Buffer.from(name), recent: [], looked: 0, found: 0 };
}

/** Made once per connection. Reads the same as `EntryReader`, except that it leaves a byte-order mark where one stands. */
export class EntryDecoder {
  readonly #fields = new Map<string, Field>();
  readonly #blank: RawValues = {};
  /** Servers give attributes in much the same order each time: which one followed which. */
  #order: Field[] = [];
  // Where the element that was looked at last begins and ends.
  #start = 0;
  #end = 0;

  constructor(attributes: readonly string[]) {
    for (const key of attributes) {
      this.#fields.set(key.toLowerCase(), field(key, key, 'text'));
      this.#blank[key] = null;
    }
    this.#fields.set('objectguid', field('', 'objectGUID', 'guid'));
    this.#fields.set('usnchanged', field('', 'uSNChanged', 'usn'));
    const sid = this.#fields.get('objectsid');
    if (sid !== undefined) this.#fields.set('objectsid', field(sid.key, sid.key, 'sid'));
  }

  /** @throws RangeError where the bytes are no SearchResultEntry (RFC 4511 4.5.2). */
  decode({ bytes, start, end }: EntryBytes): DecodedEntry {
    const raw: RawValues = { ...this.#blank };
    let guid: string | null = null;
    let usn: string | null = null;
    this.#open(bytes, start, end, OCTET_STRING);
    const dn = bytes.toString('utf8', this.#start, this.#end);
    this.#open(bytes, this.#end, end, SEQUENCE);
    const last = this.#end;
    let at = this.#start;
    for (let nth = 0; at < last; nth += 1) {
      this.#open(bytes, at, last, SEQUENCE);
      at = this.#end;
      this.#open(bytes, this.#start, at, OCTET_STRING);
      const field = this.#fieldAt(bytes, this.#start, this.#end, nth);
      const after = this.#end;
      if (field === undefined || after === at) continue;
      this.#open(bytes, after, at, SET);
      if (field.kind === 'text') raw[field.key] = this.#textIn(bytes, field);
      else if (field.kind === 'usn') usn = this.#textIn(bytes, field);
      else if (field.kind === 'guid') guid = this.#guidIn(bytes);
      else raw[field.key] = this.#sidIn(bytes);
    }
    return { dn, guid, usn, raw };
  }

  /** Goes to the element at `at`, which must have this tag and end by `limit`. */
  #open(bytes: Buffer, at: number, limit: number, tag: number): void {
    if (at + 2 > limit || bytes[at] !== tag) throw malformed();
    let size = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (size >= 0x80) {
      const count = size & 0x7f;
      if (count === 0 || count > 4 || start + count > limit) throw malformed();
      size = bytes.readUIntBE(start, count);
      start += count;
    }
    if (start + size > limit) throw malformed();
    this.#start = start;
    this.#end = start + size;
  }

  #fieldAt(bytes: Buffer, start: number, end: number, nth: number): Field | undefined {
    const likely = this.#order[nth];
    if (likely !== undefined && isAt(likely.name, bytes, start, end)) return likely;
    const name = bytes.toString('latin1', start, end);
    const field = this.#fields.get(name.toLowerCase());
    if (field === undefined) return undefined;
    field.name = Buffer.from(bytes.subarray(start, end));
    this.#order[nth] = field;
    return field;
  }

  /** The values of the set that was opened last, as one text. */
  #textIn(bytes: Buffer, field: Field): string | null {
    const last = this.#end;
    if (this.#start === last) return null;
    this.#open(bytes, this.#start, last, OCTET_STRING);
    const first = this.#text(bytes, field);
    if (this.#end === last) return first;
    const values = [first];
    while (this.#end < last) {
      this.#open(bytes, this.#end, last, OCTET_STRING);
      values.push(this.#text(bytes, field));
    }
    return values.sort().join(VALUE_SEPARATOR);
  }

  #text(bytes: Buffer, field: Field): string {
    const [start, end] = [this.#start, this.#end];
    const length = end - start;
    if (length === 0) return '';
    if (length > RECENT_LENGTH_MAX || !isShared(field)) return bytes.toString('utf8', start, end);
    let mixed = length;
    for (let at = start; at < end; at += 1) mixed = (mixed * 31 + (bytes[at] ?? 0)) | 0;
    const slot = mixed & (RECENT_VALUES - 1);
    const known = field.recent[slot];
    field.looked += 1;
    if (known !== undefined && isText(known, bytes, start, end)) {
      field.found += 1;
      return known;
    }
    const text = bytes.toString('utf8', start, end);
    field.recent[slot] = text;
    return text;
  }

  #guidIn(bytes: Buffer): string | null {
    const value = this.#firstOf(bytes);
    return value !== null && value.length === 16 ? guidText(value) : null;
  }

  #sidIn(bytes: Buffer): string | null {
    const value = this.#firstOf(bytes);
    return value === null ? null : sidText(value);
  }

  #firstOf(bytes: Buffer): Buffer | null {
    if (this.#start === this.#end) return null;
    this.#open(bytes, this.#start, this.#end, OCTET_STRING);
    return bytes.subarray(this.#start, this.#end);
  }
}

function isAt(name: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at += 1) if (name[at] !== bytes[start + at]) return false;
  return true;
}

/** Whether it is worth looking: names and addresses are hardly ever found, institutions nearly always. */
function isShared({ looked, found }: Field): boolean {
  return looked < LOOKS_BEFORE_JUDGING || found * 2 > looked;
}

/** Only ASCII is compared: no other text has as many bytes as characters. */
function isText(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}

function malformed(): RangeError {
  return new RangeError('The server sent an entry that does not follow RFC 4511.');
}
