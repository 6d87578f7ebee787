/** Binary and textual forms of Active Directory's values: GUIDs, SIDs, times, passwords. */

/** objectGUID bytes (MS-DTYP 2.3.4.2: the first three fields little-endian) as lower-case hyphenated text. */
export function guidText(bytes: Buffer): string {
  let at = 0;
  for (const byte of GUID_ORDER) {
    if (byte < 0) {
      guidScratch[at] = HYPHEN;
      at += 1;
      continue;
    }
    const value = bytes[byte] ?? 0;
    guidScratch[at] = HEX_DIGITS[value >> 4] ?? 0;
    guidScratch[at + 1] = HEX_DIGITS[value & 15] ?? 0;
    at += 2;
  }
  return guidScratch.toString('latin1');
}

/** Bytes of a GUID in the order of its text; below zero: a hyphen. */
const GUID_ORDER: readonly number[] = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15];
const HEX_DIGITS = Buffer.from('0123456789abcdef');
const HYPHEN = 0x2d;
/** Every account has one: a buffer for each would cost more than the text. */
const guidScratch = Buffer.alloc(36);

/** The reverse of `guidText`; null where `text` is no GUID. */
export function guidBytes(text: string): Buffer | null {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)) return null;
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** objectSid bytes (MS-DTYP 2.4.2.2) as `S-1-5-21-…` (MS-DTYP 2.4.2.1); null where they are no SID. */
export function sidText(bytes: Buffer): string | null {
  const count = bytes[1];
  if (count === undefined || bytes.length !== 8 + count * 4) return null;
  let text = `S-${bytes[0]}-${bytes.readUIntBE(2, 6)}`;
  for (let at = 8; at < bytes.length; at += 4) text += `-${bytes.readUInt32LE(at)}`;
  return text;
}

/** Generalized time as Active Directory writes it, `20261121191347.0Z` (RFC 4517 3.3.13), in ms since 1970; NaN for anything else. */
export function generalizedTimeMs(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** unicodePwd as the server wants it: the password in double quotes, UTF-16LE (MS-ADTS 3.1.1.3.1.5.1). */
export function unicodePwd(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le');
}
