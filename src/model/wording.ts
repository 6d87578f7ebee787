/** How texts are quoted back to their author: what cannot be seen is named, what is long is cut, what YAML would misread is quoted. */

/** Longest piece of the author's text within a message, in characters: enough to recognise it. */
const SHOWN_MAX = 40;
/** Control, format (bidi, zero width), surrogate, private, ignorable and line-separating characters: nothing a reader can see. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufffd]/gu;
const ELLIPSIS = '…';

/** A piece of the author's text for a message: invisible characters as `U+202E`, cut to a readable length. */
export function shown(text: string): string {
  const visible = text.replace(UNSEEN, (character) => `<${codePoint(character)}>`);
  const letters = [...visible];
  return letters.length <= SHOWN_MAX ? visible : letters.slice(0, SHOWN_MAX).join('') + ELLIPSIS;
}

/** `U+202E`, as the Unicode charts write it. */
export function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Whether plain YAML (1.2, block or flow context) would read this text back unchanged and on one line. */
function readsBackPlain(text: string): boolean {
  if (text === '' || text !== text.trim()) return false;
  if (/^[-?:,[\]{}#&*!|>'"%@`“”„]/.test(text)) return false;
  return !/: |:$| #|[[\]{}]|[\n\r\t]/.test(text) && !/^(---|\.\.\.)/.test(text);
}

/** The text in straight quotes, as YAML (1.2, section 7.3) needs it: single ones where it holds double ones. */
export function quoted(text: string): string {
  const wantsSingle = text.includes('"') || text.includes('\\');
  return wantsSingle ? `'${text.replaceAll("'", "''")}'` : `"${text}"`;
}

/** The text as a value may be written: plain where that is safe, quoted elsewhere. */
export function asValue(text: string): string {
  return readsBackPlain(text) ? text : quoted(text);
}

/** `a`, `a or b`, `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
