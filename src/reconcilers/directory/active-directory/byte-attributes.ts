/** Keeps ldapts from trying the two byte-valued attributes of each entry as text, which took most of a large reading. */
import { Attribute } from 'ldapts';

/** Attributes of octet-string syntax (MS-ADA1, MS-ADA3) that are read: accounts have the first two. */
const BYTE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'objectGUID',
  'objectSid',
  'tokenGroups',
  'invocationId',
  'replPropertyMetaData',
]);

/** The member of ldapts' Attribute that its types keep private; the version is pinned exactly. */
interface AttributeInside {
  _isBinaryType(this: Attribute): boolean;
}

/**
 * Without it ldapts decodes every value as strict UTF-8 and pays an exception, stack included, for each that is none:
 * two for each account. Nothing is read differently: bytes were handed out for such values before as well.
 */
export function readBytesAsBytes(): void {
  // Where a later version had no such member, this would add one that nobody calls: slower, not wrong.
  const inside = Attribute.prototype as unknown as AttributeInside;
  inside._isBinaryType = function isBinaryType() {
    return BYTE_ATTRIBUTES.has(this.type) || this.type.endsWith(';binary');
  };
}
