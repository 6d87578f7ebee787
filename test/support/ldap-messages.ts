/** Tells LDAP messages apart in a byte stream, just enough for a proxy to know which of them write. */

/** Application tags of protocolOp, RFC 4511 section 4.2 and following. */
const OPERATIONS: Readonly<Record<number, string>> = {
  96: 'bind',
  97: 'bind answer',
  66: 'unbind',
  99: 'search',
  100: 'search entry',
  101: 'search done',
  115: 'search reference',
  102: 'modify',
  103: 'modify answer',
  104: 'add',
  105: 'add answer',
  74: 'delete',
  107: 'delete answer',
  108: 'modify DN',
  109: 'modify DN answer',
  80: 'abandon',
  119: 'extended',
  120: 'extended answer',
};

const WRITES = ['modify', 'add', 'delete', 'modify DN'];

export interface LdapMessage {
  readonly id: number;
  readonly operation: string;
}

/** Cuts off the complete messages at the start of `bytes`; `rest` is the beginning of the next one. */
export function splitLdapMessages(bytes: Buffer): { readonly messages: readonly Buffer[]; readonly rest: Buffer } {
  const messages: Buffer[] = [];
  let rest = bytes;
  for (;;) {
    const end = elementEnd(rest, 0);
    if (end === undefined || end > rest.length) return { messages, rest };
    messages.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
}

/** Reads message id and operation of one complete message; throws when it is none. */
export function readLdapMessage(message: Buffer): LdapMessage {
  const idAt = headerEnd(message, 0);
  const operationAt = idAt === undefined ? undefined : elementEnd(message, idAt);
  if (idAt === undefined || operationAt === undefined) throw new Error('Not an LDAP message.');
  const idStart = headerEnd(message, idAt) ?? operationAt;
  const tag = message[operationAt] ?? 0;
  return { id: message.readUIntBE(idStart, operationAt - idStart), operation: OPERATIONS[tag] ?? `tag ${tag}` };
}

/** The same message under another id, which must fit where the old one stood. */
export function withMessageId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  const tagAt = headerEnd(copy, 0) ?? 0;
  const idAt = headerEnd(copy, tagAt) ?? 0;
  copy.writeUIntBE(id, idAt, (elementEnd(copy, tagAt) ?? 0) - idAt);
  return copy;
}

/** The result code (RFC 4511 4.1.9) of the last message of an answer. */
export function resultCodeOf(message: Buffer): number {
  const tagAt = headerEnd(message, 0) ?? 0;
  const operationAt = elementEnd(message, tagAt) ?? 0;
  const codeAt = headerEnd(message, operationAt) ?? 0;
  return message.readUInt8(headerEnd(message, codeAt) ?? 0);
}

/** Whether this request changes the directory. */
export function isLdapWrite(message: LdapMessage): boolean {
  return WRITES.includes(message.operation);
}

/** Where the BER element that begins at `start` ends, or undefined while its header is incomplete. */
function elementEnd(bytes: Buffer, start: number): number | undefined {
  const contents = headerEnd(bytes, start);
  if (contents === undefined) return undefined;
  const short = bytes[start + 1] ?? 0;
  const length = short < 0x80 ? short : bytes.readUIntBE(start + 2, short & 0x7f);
  return contents + length;
}

function headerEnd(bytes: Buffer, start: number): number | undefined {
  const short = bytes[start + 1];
  if (short === undefined) return undefined;
  const end = start + 2 + (short < 0x80 ? 0 : short & 0x7f);
  return end <= bytes.length ? end : undefined;
}
