/** LDAP messages of the simulated domain controller: requests taken apart, answers put together (RFC 4511 section 4). */
import { type BerElement, berInteger, berText, children, element, integerOf, readElements, textOf } from './ber.ts';

export const BIND = 0x60;
export const UNBIND = 0x42;
export const SEARCH = 0x63;
export const MODIFY = 0x66;
export const ADD = 0x68;
export const DELETE = 0x4a;
export const EXTENDED = 0x77;
const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const SEARCH_REFERENCE = 0x73;

export const PAGED_RESULTS = '1.2.840.113556.1.4.319';
export const EXTENDED_DN = '1.2.840.113556.1.4.529';
export const SHOW_DELETED = '1.2.840.113556.1.4.417';
export const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';

export interface LdapRequest {
  readonly id: number;
  readonly tag: number;
  readonly parts: readonly BerElement[];
  /** The content of the operation itself, for those that are no sequence. */
  readonly content: Buffer;
  readonly controls: ReadonlyMap<string, Buffer>;
}

export interface SearchParts {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  /** derefAliases: 0 is never. */
  readonly deref: number;
  readonly filter: BerElement;
  readonly attributes: readonly string[];
}

export interface AttributeChange {
  readonly operation: 'add' | 'delete' | 'replace';
  readonly name: string;
  readonly values: readonly Buffer[];
}

export interface LdapResult {
  readonly code: number;
  /** diagnosticMessage, which on Windows begins with a Windows error code. */
  readonly text: string;
  readonly referrals?: readonly string[];
}

export const SUCCESS: LdapResult = { code: 0, text: '' };

/** @throws RangeError where the bytes are no LDAP message. */
export function readRequest(bytes: Buffer): LdapRequest {
  const [id, operation, controls] = children(readElements(bytes)[0]);
  if (id === undefined || operation === undefined) throw new RangeError('not an LDAP message');
  const isSequence = ![UNBIND, DELETE].includes(operation.tag);
  return {
    id: integerOf(id),
    tag: operation.tag,
    parts: isSequence ? children(operation) : [],
    content: operation.content,
    controls: controlsOf(controls),
  };
}

export function searchOf({ parts }: LdapRequest): SearchParts {
  const [base, scope, deref, , , , filter, attributes] = parts;
  if (filter === undefined) throw new RangeError('a search without a filter');
  return {
    base: textOf(base),
    scope: (['base', 'one', 'sub'] as const)[integerOf(scope)] ?? 'sub',
    deref: integerOf(deref),
    filter,
    attributes: children(attributes).map(textOf),
  };
}

/** DN and changes of a modify request. */
export function modifyOf({ parts }: LdapRequest): {
  readonly dn: string;
  readonly changes: readonly AttributeChange[];
} {
  const changes = children(parts[1]).map((change) => {
    const [operation, attribute] = children(change);
    const [name, values] = children(attribute);
    return {
      operation: (['add', 'delete', 'replace'] as const)[integerOf(operation)] ?? 'replace',
      name: textOf(name),
      values: children(values).map(({ content }) => content),
    };
  });
  return { dn: textOf(parts[0]), changes };
}

/** DN and attributes of an add request. */
export function addOf({ parts }: LdapRequest): {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
} {
  const attributes = children(parts[1]).map((attribute) => {
    const [name, values] = children(attribute);
    return [textOf(name), children(values).map(({ content }) => content)] as const;
  });
  return { dn: textOf(parts[0]), attributes: new Map(attributes) };
}

/** Size and cookie of the paging control (RFC 2696), or null where it is not asked for. */
export function pagingOf({ controls }: LdapRequest): { readonly size: number; readonly cookie: string } | null {
  const value = controls.get(PAGED_RESULTS);
  if (value === undefined) return null;
  const [size, cookie] = children(readElements(value)[0]);
  return { size: integerOf(size), cookie: textOf(cookie) };
}

export function message(id: number, ...parts: readonly Buffer[]): Buffer {
  return element(0x30, berInteger(0x02, id), ...parts);
}

export function resultPart(
  tag: number,
  { code, text, referrals = [] }: LdapResult,
  ...more: readonly Buffer[]
): Buffer {
  const referral = referrals.length === 0 ? [] : [element(0xa3, ...referrals.map(berText))];
  return element(tag, berInteger(0x0a, code), berText(''), berText(text), ...referral, ...more);
}

export function searchDonePart(result: LdapResult): Buffer {
  return resultPart(SEARCH_DONE, result);
}

export function entryPart(dn: string, attributes: ReadonlyMap<string, readonly Buffer[]>): Buffer {
  const list = [...attributes].map(([name, values]) =>
    element(0x30, berText(name), element(0x31, ...values.map((value) => element(0x04, value)))),
  );
  return element(SEARCH_ENTRY, berText(dn), element(0x30, ...list));
}

export function referencePart(url: string): Buffer {
  return element(SEARCH_REFERENCE, berText(url));
}

/** The paging control of an answer; an empty cookie ends the search. */
export function pagingPart(cookie: string): Buffer {
  const value = element(0x30, berInteger(0x02, 0), berText(cookie));
  return element(0xa0, element(0x30, berText(PAGED_RESULTS), element(0x04, value)));
}

function controlsOf(list: BerElement | undefined): ReadonlyMap<string, Buffer> {
  return new Map(
    children(list).map((control) => {
      const [oid, ...rest] = children(control);
      const value = rest.find(({ tag }) => tag === 0x04);
      return [textOf(oid), value?.content ?? Buffer.alloc(0)] as const;
    }),
  );
}
