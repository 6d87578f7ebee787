/** Distinguished names as a directory server reads them (RFC 4514 sections 3 and 4), sharing no code with the client. */

export interface NamePart {
  readonly type: string;
  readonly value: string;
}

/** One RDN; more than one part where `+` joins them. */
export type Rdn = readonly NamePart[];

/** @throws RangeError where the text is no distinguished name. */
export function readDn(dn: string): readonly Rdn[] {
  if (dn === '') return [];
  const rdns: Rdn[] = [];
  let parts: NamePart[] = [];
  for (let at = 0; ; ) {
    const equals = dn.indexOf('=', at);
    const type = dn.slice(at, equals).trim();
    if (equals < 0 || !/^[A-Za-z0-9.-]+$/.test(type)) throw new RangeError(`not a DN: ${JSON.stringify(dn)}`);
    const { value, end } = readValue(dn, equals + 1);
    parts.push({ type, value });
    if (dn[end] !== '+') {
      rdns.push(parts);
      parts = [];
    }
    if (end >= dn.length) return rdns;
    at = end + 1;
  }
}

/** Up to an unescaped `,` or `+`; unescaped spaces at both ends do not count. */
function readValue(dn: string, start: number): { value: string; end: number } {
  const bytes: Buffer[] = [];
  /** How many of `bytes` stand when unescaped spaces at the end are dropped. */
  let kept = 0;
  let at = start;
  while (dn[at] === ' ') at += 1;
  while (at < dn.length && dn[at] !== ',' && dn[at] !== '+') {
    const escaped = dn[at] === '\\';
    if (escaped) at += 1;
    const pair = escaped ? /^[0-9A-Fa-f]{2}/.exec(dn.slice(at, at + 2))?.[0] : undefined;
    const character = String.fromCodePoint(dn.codePointAt(at) ?? 0);
    bytes.push(pair === undefined ? Buffer.from(character) : Buffer.from(pair, 'hex'));
    at += pair?.length ?? character.length;
    if (escaped || character !== ' ') kept = bytes.length;
  }
  return { value: Buffer.concat(bytes.slice(0, kept)).toString(), end: at };
}

/** Equal for every spelling of one name; the key of a name below another one begins with the other's. */
export function dnKey(dn: string): string {
  return readDn(dn).map(rdnKey).reverse().join('');
}

/** The value of the first RDN: an object's cn or ou. */
export function leafOf(dn: string): NamePart {
  return readDn(dn)[0]?.[0] ?? { type: '', value: '' };
}

/** Everything behind the first RDN, as written. */
export function parentOf(dn: string): string {
  const first = readDn(dn)[0] ?? [];
  let at = 0;
  for (const _ of first) at = readValue(dn, dn.indexOf('=', at) + 1).end + 1;
  return dn.slice(at).trimStart();
}

/** JSON text has no control characters in it, so they can separate. */
function rdnKey(rdn: Rdn): string {
  const pairs = rdn.map(({ type, value }) => `${type.toLowerCase()}=${JSON.stringify(value.toLowerCase())}`);
  return `${pairs.sort().join('\u0001')}\u0002`;
}
