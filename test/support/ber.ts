/** The little of BER (ITU-T X.690) that LDAP messages are made of, for a test server that shares no code with the client. */

export interface BerElement {
  readonly tag: number;
  readonly content: Buffer;
}

/** One element: tag, length, and the parts as its content. */
export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

/** An OCTET STRING. */
export function berText(text: string): Buffer {
  return element(0x04, Buffer.from(text));
}

/** An INTEGER (0x02) or ENUMERATED (0x0a) from 0 to 2^31-1. */
export function berInteger(tag: 0x02 | 0x0a, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  let start = 0;
  // The shortest form, whose first bit is the sign (X.690 8.3.2).
  while (start < 3 && bytes[start] === 0 && (bytes[start + 1] ?? 0) < 0x80) start += 1;
  return element(tag, bytes.subarray(start));
}

/** The value of an INTEGER, ENUMERATED or BOOLEAN that is not negative. */
export function integerOf(item: BerElement | undefined): number {
  const content = item?.content ?? Buffer.alloc(0);
  return content.length === 0 ? 0 : content.readUIntBE(0, content.length);
}

/** The elements that stand one after the other in `bytes`. */
export function readElements(bytes: Buffer): readonly BerElement[] {
  const elements: BerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = bytes[at + 1] ?? 0;
    const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
    const length = lengthBytes === 0 ? short : bytes.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    elements.push({ tag: bytes[at] ?? 0, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

/** The elements inside one. */
export function children(parent: BerElement | undefined): readonly BerElement[] {
  return parent === undefined ? [] : readElements(parent.content);
}

/** The content as UTF-8 text. */
export function textOf(item: BerElement | undefined): string {
  return item?.content.toString() ?? '';
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  if (length < 0x10000) return [0x82, length >> 8, length & 0xff];
  return [0x84, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
}
