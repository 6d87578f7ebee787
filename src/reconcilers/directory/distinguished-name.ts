/** Distinguished names (RFC 4514): taking apart, comparing, and building the name of a new account. */
import { MusterError } from '../../errors.ts';

/** Characters that RFC 4514 section 2.4 has escaped anywhere in a value; a leading space or `#` and a trailing space come on top. */
const ESCAPED_ANYWHERE = /["+,;<>\\=\0\r\n]/g;

/** The value of one RDN, escaped so that every RFC 4514 parser reads it back as it was. */
export function escapeRdnValue(value: string): string {
  const inner = value.replace(ESCAPED_ANYWHERE, (character) =>
    character === '\0' || character === '\r' || character === '\n' ? hexPair(character) : `\\${character}`,
  );
  const head = inner.startsWith(' ') || inner.startsWith('#') ? `\\${inner}` : inner;
  // A value of one space is already escaped by its head.
  return value.length > 1 && value.endsWith(' ') ? `${head.slice(0, -1)}\\ ` : head;
}

function hexPair(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** DN of a new account: `CN=<username>` in `unit`. */
export function accountDn(username: string, unit: string): string {
  return `CN=${escapeRdnValue(username)},${unit}`;
}

/**
 * The same text for every spelling of one DN: case, spaces around separators and ways of escaping do not count, which is
 * how Active Directory compares them.
 * @throws MusterError (`person`) where `dn` is no distinguished name.
 */
export function foldDn(dn: string): string {
  return splitDn(dn).map(foldRdn).join(',');
}

/** Whether the object `dn` lies in `unit` or below; both as `foldDn` gives them. The unit itself is not below itself. */
export function isBelow(foldedDn: string, foldedUnit: string): boolean {
  // Folded names escape a comma inside a value as `\,`, so an unescaped one before the unit is a true separator.
  if (!foldedDn.endsWith(`,${foldedUnit}`)) return false;
  const before = foldedDn.slice(0, foldedDn.length - foldedUnit.length - 1);
  return trailingBackslashes(before) % 2 === 0;
}

/** The DN one level up, as written; `''` for a DN of one part. */
export function parentDn(dn: string): string {
  const [first] = splitDn(dn);
  const rest = dn.slice((first ?? '').length);
  return rest.slice(1).trimStart();
}

/** The value of the first RDN, as people read it: `Project X` of `CN=Project X,OU=Groups,DC=example,DC=org`. */
export function relativeName(dn: string): string {
  const [first = ''] = splitDn(dn);
  return unescapeValue(first.slice(first.indexOf('=') + 1));
}

/** RDNs in the order written, escapes and spaces kept. */
function splitDn(dn: string): readonly string[] {
  const parts = splitUnescaped(dn, ',');
  for (const part of parts) {
    if (!/^\s*[A-Za-z0-9.-]+\s*=/.test(part)) throw notADn(dn);
  }
  return parts;
}

function foldRdn(rdn: string): string {
  return splitUnescaped(rdn, '+')
    .map((pair) => {
      const at = pair.indexOf('=');
      const type = pair.slice(0, at).trim().toLowerCase();
      return `${type}=${escapeRdnValue(unescapeValue(pair.slice(at + 1))).toLowerCase()}`;
    })
    .sort()
    .join('+');
}

function splitUnescaped(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** RFC 4514 section 3: `\` and a special character, or `\` and two hex digits for each byte of UTF-8; bare spaces at the ends do not count. */
function unescapeValue(written: string): string {
  const text = trimUnescaped(written);
  if (!text.includes('\\')) return text;
  const bytes: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    const hex = /^\\([0-9A-Fa-f]{2})/.exec(text.slice(at, at + 3));
    if (hex) {
      bytes.push(Buffer.from(hex[1] ?? '', 'hex'));
      at += 3;
      continue;
    }
    if (text[at] === '\\') at += 1;
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    bytes.push(Buffer.from(character));
    at += character.length;
  }
  return Buffer.concat(bytes).toString('utf8');
}

/** Only plain spaces count as such (RFC 4514 section 4); one that a backslash escapes belongs to the value. */
function trimUnescaped(text: string): string {
  const trimmed = text.replace(/^ +/, '').replace(/ +$/, '');
  const cut = text.endsWith(' ');
  return cut && trailingBackslashes(trimmed) % 2 === 1 ? `${trimmed} ` : trimmed;
}

function trailingBackslashes(text: string): number {
  let count = 0;
  while (count < text.length && text[text.length - 1 - count] === '\\') count += 1;
  return count;
}

function notADn(dn: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'directory names',
    what: `\`${dn}\` is not a distinguished name.`,
    next: 'Write it like OU=Researchers,DC=example,DC=org.',
  });
}
