/** Content of documents: whether two say the same, and one order over them, wherever they stand. */

/** Whether two documents say the same: plain values, lists and objects, whatever the order of an object's fields. */
export function sameContent(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  // Without lists of names: in every pass each document is compared with what is remembered of it.
  let more = 0;
  for (const name in a) {
    if (!Object.hasOwn(b, name) || !sameContent(Reflect.get(a, name), Reflect.get(b, name))) return false;
    more += 1;
  }
  for (const _name in b) more -= 1;
  return more === 0;
}

/** A text that is equal exactly for equal content: orders documents without asking where they stand. */
export function contentText(document: unknown): string {
  return JSON.stringify(document, (_name, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
