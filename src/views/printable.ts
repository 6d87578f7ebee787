/** Makes any text safe to show: what could move the cursor, reverse the reading order or hide is written out. */

// Control and format characters (bidi overrides, zero-width, tags), line and paragraph separators, lone surrogates
// and private use (Unicode general categories Cc, Cf, Zl, Zp, Cs, Co): none belongs in a name, a reason or a path.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** One line of text in which every unprintable character stands as `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for a text of several lines; the line breaks stay. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map(printable);
}
