/** A commit as Git stores it, taken apart: whom it names, what it says, its signature and what that signature is over. */

export interface CommitObject {
  readonly parents: readonly string[];
  readonly author: Identity;
  readonly committer: Identity;
  /** Seconds since 1970, as the committer wrote them. */
  readonly committedSeconds: number;
  /** Everything behind the first empty line. */
  readonly message: string;
  /** Null: none. */
  readonly signature: Signature | null;
  /** Why nothing that it says may be believed; null: it is in order. */
  readonly fault: string | null;
}

export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface Signature {
  readonly kind: 'ssh' | 'openpgp' | 'other';
  /** In its armour. */
  readonly text: string;
  /** The commit without its signature: what it is over. */
  readonly payload: Buffer;
}

/** The header of a signature, by the length of object ids (gitformat-signature(5)). */
const HEADERS = { 40: 'gpgsig', 64: 'gpgsig-sha256' } as const;
const SSH = '-----BEGIN SSH SIGNATURE-----';
const OPENPGP = /^-----BEGIN PGP (?:SIGNATURE|MESSAGE)-----$/m;
const IDENTITY = /^(.*?) ?<([^<>]*)> (\d{1,15}) [+-]\d{4}$/;
/** One byte is one character, so that what is cut out leaves the rest as it was. */
const BYTES = 'latin1';

/** @param bytes of the object, without Git's own header of type and length. */
export function commitObject(id: string, bytes: Buffer): CommitObject {
  const text = bytes.toString(BYTES);
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end + 1);
  const headers = headersIn(head);
  const own = HEADERS[id.length === 64 ? 64 : 40];
  const signatures = headers.filter(({ name }) => /^gpgsig(?:-sha256)?$/.test(name));
  const [signature] = signatures;
  const committer = identityOf(firstOf(headers, 'committer'));
  return {
    parents: headers.filter(({ name }) => name === 'parent').map(({ value }) => value),
    author: identityOf(firstOf(headers, 'author')),
    committer,
    committedSeconds: committer.seconds,
    message: utf8(end < 0 ? '' : text.slice(end + 2)),
    signature: signature === undefined ? null : signatureOf(signature, text),
    fault: faultOf(headers, signatures, own),
  };
}

interface Header {
  readonly name: string;
  readonly value: string;
  /** Place in the text, first and behind the last character, its line break with it. */
  readonly from: number;
  readonly to: number;
}

/** A line that begins with a space goes on from the one before it. */
function headersIn(head: string): readonly Header[] {
  return [...head.matchAll(/^([^ \n]+) ([^\n]*(?:\n [^\n]*)*)\n?/gm)].map((match) => ({
    name: match[1] ?? '',
    value: (match[2] ?? '').replaceAll('\n ', '\n'),
    from: match.index,
    to: match.index + match[0].length,
  }));
}

function firstOf(headers: readonly Header[], name: string): string {
  return headers.find((header) => header.name === name)?.value ?? '';
}

function signatureOf({ value, from, to }: Header, text: string): Signature {
  const kind = value.startsWith(SSH) ? 'ssh' : OPENPGP.test(value) ? 'openpgp' : 'other';
  return { kind, text: `${value}\n`, payload: Buffer.from(text.slice(0, from) + text.slice(to), BYTES) };
}

/** What programs that read commits may understand differently is not understood at all. */
function faultOf(headers: readonly Header[], signatures: readonly Header[], own: string): string | null {
  const once = ['tree', 'author', 'committer'];
  if (once.some((name) => headers.filter((header) => header.name === name).length !== 1)) {
    return 'it names its tree, author or committer not once';
  }
  if (signatures.length > 1) return 'it has more than one signature';
  if (signatures.some(({ name }) => name !== own)) return 'its signature is not over what stands here';
  return null;
}

function identityOf(value: string): Identity & { readonly seconds: number } {
  const [, name = '', email = '', seconds = '0'] = IDENTITY.exec(value) ?? [];
  return { name: utf8(name), email: utf8(email), seconds: Number(seconds) };
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, BYTES).toString('utf8');
}
