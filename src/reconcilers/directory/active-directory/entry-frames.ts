/** Takes the entries of large searches off the wire before ldapts decodes them; everything else goes to ldapts as it came. */

/** LDAPMessage (RFC 4511 4.1.1), its messageID, and searchResEntry (4.5.2). */
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const SEARCH_RESULT_ENTRY = 0x64;

/** The content of one SearchResultEntry: `bytes` from `start` to before `end`. They stay as they are. */
export interface EntryBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Where a BER element's content begins and ends; null: more bytes are needed to tell, or it is no element. */
interface Element {
  readonly start: number;
  readonly end: number;
}

/** Splits what comes from one connection into messages. Whatever it does not understand it leaves to ldapts, which says what is wrong. */
export class EntryFrames {
  readonly #others: (bytes: Buffer) => void;
  readonly #takers = new Map<number, (entry: EntryBytes) => void>();
  /** Beginning of a message whose end has not come yet. */
  #parts: Buffer[] = [];
  #have = 0;
  #need = 0;
  #lost = false;

  /** @param others what takes every message that is no expected entry; it gets whole messages, in their order */
  constructor(others: (bytes: Buffer) => void) {
    this.#others = others;
  }

  /** From now on entries of this request go to `take`. */
  expect(messageId: number, take: (entry: EntryBytes) => void): void {
    this.#takers.set(messageId, take);
  }

  forget(messageId: number): void {
    this.#takers.delete(messageId);
  }

  read(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#have += chunk.length;
    // A message of many megabytes comes in thousands of pieces: they are put together once.
    if (this.#have < this.#need) return;
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts, this.#have);
    const done = this.#lost ? 0 : this.#messages(bytes);
    if (this.#lost) {
      this.#others(bytes.subarray(done));
      this.#keep(bytes, bytes.length, 0);
    }
  }

  /** Hands out all whole messages, keeps the rest, and gives how far it came. */
  #messages(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length) {
      const size = sizeAt(bytes, at);
      if (size === 'unknown') break;
      if (size === 'none') {
        this.#lost = true;
        return at;
      }
      if (at + size > bytes.length) {
        this.#keep(bytes, at, size);
        return at;
      }
      this.#message(bytes, at, at + size);
      at += size;
    }
    this.#keep(bytes, at, 0);
    return at;
  }

  #keep(bytes: Buffer, from: number, need: number): void {
    this.#parts = from < bytes.length ? [bytes.subarray(from)] : [];
    this.#have = bytes.length - from;
    this.#need = need;
  }

  #message(bytes: Buffer, start: number, end: number): void {
    const take = this.#takers.size === 0 ? undefined : this.#entryIn(bytes, start, end);
    if (take === undefined) this.#others(bytes.subarray(start, end));
    else take();
  }

  /** How to hand out the entry in this message; undefined where it holds none that is expected. */
  #entryIn(bytes: Buffer, start: number, end: number): (() => void) | undefined {
    const message = elementAt(bytes, start, end, SEQUENCE);
    const id = message === null ? null : elementAt(bytes, message.start, end, INTEGER);
    const entry = id === null ? null : elementAt(bytes, id.end, end, SEARCH_RESULT_ENTRY);
    if (id === null || entry === null || id.end - id.start > 4 || id.end === id.start) return undefined;
    const take = this.#takers.get(bytes.readUIntBE(id.start, id.end - id.start));
    return take === undefined ? undefined : () => take({ bytes, start: entry.start, end: entry.end });
  }
}

/** Bytes of the whole message at `at`; `unknown`: too little has come to tell; `none`: it is no LDAPMessage. */
function sizeAt(bytes: Buffer, at: number): number | 'unknown' | 'none' {
  if (bytes[at] !== SEQUENCE) return 'none';
  const first = bytes[at + 1];
  if (first === undefined) return 'unknown';
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  // RFC 4511 5.1: only the definite form; more than four bytes of length are nothing that fits into memory.
  if (count === 0 || count > 4) return 'none';
  if (at + 2 + count > bytes.length) return 'unknown';
  return 2 + count + bytes.readUIntBE(at + 2, count);
}

/** The element at `at`, which must have this tag and end by `limit`. */
export function elementAt(bytes: Buffer, at: number, limit: number, tag: number): Element | null {
  if (at + 2 > limit || bytes[at] !== tag) return null;
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) {
    const end = at + 2 + first;
    return end > limit ? null : { start: at + 2, end };
  }
  const count = first & 0x7f;
  if (count === 0 || count > 4 || at + 2 + count > limit) return null;
  const start = at + 2 + count;
  const end = start + bytes.readUIntBE(at + 2, count);
  return end > limit ? null : { start, end };
}
