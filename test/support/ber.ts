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

/** An INTEGER (0x02) or ENUMERATED (0x0a) from 0 to 127. */
export function berInteger(tag: 0x02 | 0x0a, value: number): Buffer {
  return element(tag, Buffer.from([value]));
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

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
