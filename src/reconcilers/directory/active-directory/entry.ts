/** Entries of a search response as raw values: flat, once, without a promise or a copy more than needed. */
import type { SearchEntry } from 'ldapts';
import { guidText, sidText } from './values.ts';

/**
 * Between the values of an attribute that has several (U+001E, which no directory string holds). Muster writes single
 * values; several put there by hand are read as one text, so that they are seen, guarded and replaced as a whole.
 */
export const VALUE_SEPARATOR = '\u001e';

/** Raw values of one entry by the spelling that was asked for; absent ones null. */
export type RawValues = Record<string, string | null>;

/** Turns entries into raw values; made once per search, because the names are worked out once. */
export class EntryReader {
  /** Spelling asked for, by the spelling a server answers with: servers differ in case. */
  readonly #keys = new Map<string, string>();
  readonly #blank: RawValues = {};

  constructor(attributes: readonly string[]) {
    for (const name of attributes) {
      this.#keys.set(name.toLowerCase(), name);
      this.#keys.set(name, name);
      this.#blank[name] = null;
    }
  }

  read(entry: SearchEntry): RawValues {
    const raw: RawValues = { ...this.#blank };
    for (const attribute of entry.attributes) {
      const key = this.#keys.get(attribute.type) ?? this.#keys.get(attribute.type.toLowerCase());
      if (key === undefined) continue;
      raw[key] =
        key === 'objectGUID' || key === 'objectSid' ? binaryText(key, attribute.parsedBuffers) : text(attribute.values);
    }
    return raw;
  }
}

/** All values of one attribute of an entry, as bytes; for the few that are lists. */
export function bytesOf(entry: SearchEntry, name: string): readonly Buffer[] {
  const wanted = name.toLowerCase();
  return entry.attributes.find(({ type }) => type.toLowerCase() === wanted)?.parsedBuffers ?? [];
}

/** All values of one attribute of an entry, as text. */
export function textsOf(entry: SearchEntry, name: string): readonly string[] {
  return bytesOf(entry, name).map((bytes) => bytes.toString('utf8'));
}

function text(values: readonly (string | Buffer)[]): string | null {
  const [first] = values;
  if (first === undefined) return null;
  if (values.length === 1) return typeof first === 'string' ? first : first.toString('utf8');
  return values.map(String).sort().join(VALUE_SEPARATOR);
}

function binaryText(key: string, buffers: readonly Buffer[]): string | null {
  const [bytes] = buffers;
  if (bytes === undefined) return null;
  if (key === 'objectSid') return sidText(bytes);
  return bytes.length === 16 ? guidText(bytes) : null;
}
