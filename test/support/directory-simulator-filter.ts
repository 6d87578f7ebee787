/** Search filters of the simulated domain controller (RFC 4511 section 4.5.1.7), three-valued as MS-ADTS 3.1.1.3.1.3 has them. */
import { type BerElement, children, textOf } from './ber.ts';

/** What a filter asks an object: its values of an attribute, or undefined where the login may not read it. */
export interface Subject {
  values(name: string): readonly Buffer[] | undefined;
  /** Whether it is in that group, directly or through others (LDAP_MATCHING_RULE_IN_CHAIN on memberOf). */
  isWithin(group: string): boolean;
}

/** LDAP_MATCHING_RULE_IN_CHAIN, _BIT_AND and _BIT_OR (MS-ADTS 3.1.1.3.4.4). */
const IN_CHAIN = '1.2.840.113556.1.4.1941';
const BIT_AND = '1.2.840.113556.1.4.803';
const BIT_OR = '1.2.840.113556.1.4.804';

/** Octet strings compare byte by byte; all else here ignores case. */
const BYTES: ReadonlySet<string> = new Set(['objectguid', 'objectsid', 'invocationid']);

/** Undefined: nobody can tell, which is no match (RFC 4511 section 4.5.1.7). */
export function matches(filter: BerElement, subject: Subject): boolean | undefined {
  const parts = () => children(filter);
  switch (filter.tag) {
    case 0xa0:
      return every(parts().map((part) => matches(part, subject)));
    case 0xa1:
      return some(parts().map((part) => matches(part, subject)));
    case 0xa2: {
      const [inner] = parts();
      const result = inner === undefined ? undefined : matches(inner, subject);
      return result === undefined ? undefined : !result;
    }
    case 0x87: {
      const values = subject.values(filter.content.toString());
      return values === undefined ? undefined : values.length > 0;
    }
    case 0xa9:
      return extensible(parts(), subject);
    default:
      return assertion(filter.tag, parts(), subject);
  }
}

/** GUIDs of a filter that is nothing but a choice of GUIDs, so that a large directory need not be looked through. */
export function guidsOf(filter: BerElement): readonly Buffer[] | null {
  if (filter.tag === 0xa1) {
    const lists = children(filter).map(guidsOf);
    return lists.some((list) => list === null) ? null : lists.flatMap((list) => list ?? []);
  }
  const [name, value] = filter.tag === 0xa3 ? children(filter) : [];
  return textOf(name).toLowerCase() === 'objectguid' && value !== undefined ? [value.content] : null;
}

function assertion(tag: number, parts: readonly BerElement[], subject: Subject): boolean | undefined {
  const name = textOf(parts[0]);
  const values = subject.values(name);
  if (values === undefined) return undefined;
  const wanted = parts[1]?.content ?? Buffer.alloc(0);
  const isBytes = BYTES.has(name.toLowerCase());
  switch (tag) {
    case 0xa3:
    case 0xa8:
      return values.some((value) => (isBytes ? value.equals(wanted) : folded(value) === folded(wanted)));
    case 0xa4:
      return values.some((value) => hasPieces(folded(value), children(parts[1])));
    case 0xa5:
      return values.some((value) => compare(value, wanted) >= 0);
    case 0xa6:
      return values.some((value) => compare(value, wanted) <= 0);
    default:
      throw new RangeError(`a filter of kind 0x${tag.toString(16)}`);
  }
}

function extensible(parts: readonly BerElement[], subject: Subject): boolean | undefined {
  const part = (tag: number) => textOf(parts.find((one) => one.tag === tag));
  const [rule, name, value] = [part(0x81), part(0x82), part(0x83)];
  if (rule === IN_CHAIN && name.toLowerCase() === 'memberof') return subject.isWithin(value);
  const values = subject.values(name);
  if (values === undefined || ![BIT_AND, BIT_OR].includes(rule)) return undefined;
  const bits = BigInt(value);
  return values.some((held) => {
    const common = BigInt(held.toString()) & bits;
    return rule === BIT_AND ? common === bits : common !== 0n;
  });
}

function hasPieces(text: string, pieces: readonly BerElement[]): boolean {
  let at = 0;
  for (const piece of pieces) {
    const wanted = folded(piece.content);
    if (piece.tag === 0x80 && !text.startsWith(wanted)) return false;
    if (piece.tag === 0x82) return text.length - at >= wanted.length && text.endsWith(wanted);
    const found = text.indexOf(wanted, at);
    if (found < 0) return false;
    at = found + wanted.length;
  }
  return true;
}

/** As integers where both are (MS-ADTS 3.1.1.2.2.4: LargeInteger orders by number). */
function compare(a: Buffer, b: Buffer): number {
  const [left, right] = [a.toString(), b.toString()];
  if (/^-?\d+$/.test(left) && /^-?\d+$/.test(right)) return Number(BigInt(left) - BigInt(right));
  return left < right ? -1 : Number(left > right);
}

function folded(bytes: Buffer): string {
  return bytes.toString().toLowerCase();
}

function every(results: readonly (boolean | undefined)[]): boolean | undefined {
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

function some(results: readonly (boolean | undefined)[]): boolean | undefined {
  if (results.includes(true)) return true;
  return results.includes(undefined) ? undefined : false;
}
