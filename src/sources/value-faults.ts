/** What can be wrong with the value after a colon or dash, in a text that YAML cannot read. */
import { quoted } from '../model/wording.ts';

export interface ValueFault {
  readonly message: string;
  /** The value as it should be written, with whatever followed it on the line. */
  readonly better?: string;
}

const CLOSED_DOUBLE = /^"(?:[^"\\]|\\.)*"/;
const CLOSED_SINGLE = /^'(?:[^']|'')*'/;
const SMART_QUOTED = /^[“”„«](.*)[“”„»](\s+#.*)?$/u;
/** Only `\` before one of these has a meaning in double quotes (YAML 1.2, 5.7). */
const BAD_ESCAPE = /\\(?![0abt\tnvfre "/\\N_LP]|x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8})/i;

/** What is known of the line that a value stands on. */
export interface ValueLine {
  /** The next line is set in further. */
  readonly goesOn: boolean;
  /** The value is in the author's own words, in which a # is more likely meant than a remark is. */
  readonly freeText: boolean;
}

/** What is wrong with a value; null: nothing that shows. */
export function valueFault(value: string, { goesOn, freeText }: ValueLine): ValueFault | null {
  const first = value[0] ?? '';
  if (first === '"' || first === "'") return quoteFault(value, first);
  const smart = SMART_QUOTED.exec(value);
  if (smart !== null) {
    const message = 'These are typographic quotes, which do not count as quotes. Use straight ones (").';
    return { message, better: quoted(smart[1] ?? '') + (smart[2] ?? '') };
  }
  if (first === '[' || first === '{') return bracketFault(value, first, goesOn);
  const { text, remark } = freeText ? { text: value.trimEnd(), remark: '' } : parted(value);
  if ('&*!|>%@`'.includes(first) || /^[-?](?: |$)/.test(text) || ',]}'.includes(first)) {
    const message = `A text that begins with \`${first}\` must stand in quotes.`;
    return { message, better: quoted(text) + remark };
  }
  if (/:(?: |$)/.test(text)) {
    return { message: 'A text with a colon in it must stand in quotes.', better: quoted(text) + remark };
  }
  return null;
}

function quoteFault(value: string, quote: '"' | "'"): ValueFault | null {
  const closed = (quote === '"' ? CLOSED_DOUBLE : CLOSED_SINGLE).exec(value)?.[0];
  const { text, remark } = parted(value);
  if (closed === undefined) {
    return { message: 'The quote that opens here is not closed on this line.', better: quoted(text.slice(1)) + remark };
  }
  if (quote === '"' && BAD_ESCAPE.test(closed)) {
    const message = 'A backslash has a special meaning in double quotes. Use single quotes for this text.';
    return { message, better: quoted(closed.slice(1, -1)) + value.slice(closed.length) };
  }
  const rest = value.slice(closed.length);
  if (/^\s*(#.*|[,\]}].*)?$/.test(rest) && (rest === '' || /^[\s,\]}]/.test(rest))) return null;
  const inner = text.length > 1 && text.endsWith(quote) ? text.slice(1, -1) : text;
  return {
    message: 'The text goes on after the closing quote. Put quotes around all of it.',
    better: quoted(inner) + remark,
  };
}

function bracketFault(value: string, open: '[' | '{', goesOn: boolean): ValueFault | null {
  const close = open === '[' ? ']' : '}';
  const { text, remark } = parted(value);
  const end = text.lastIndexOf(close);
  if (end < 0) {
    if (remark.includes(close))
      return { message: `Everything after # is a remark, also the \`${close}\` that belongs here.` };
    if (goesOn) return null;
    if (!text.includes(':') && !text.includes(',')) {
      return { message: `A text that begins with \`${open}\` must stand in quotes.`, better: quoted(text) + remark };
    }
    const message = `The \`${open}\` that opens here is not closed on this line.`;
    return { message, better: `${text}${open === '{' ? ' ' : ''}${close}${remark}` };
  }
  const glued = text.replace(/([{,]\s*[a-zA-Z]+):(?=[^\s])/g, '$1: ');
  if (glued !== text) return { message: 'There must be a space after each colon.', better: glued + remark };
  const separated = text.replace(/([^\s,{])\s+(?=[a-zA-Z]+: )/g, '$1, ');
  if (open === '{' && separated !== text) {
    return { message: 'There must be a comma between the fields in { }.', better: separated + remark };
  }
  if (text.slice(end + 1).trim() === '') return null;
  return { message: `A text that begins with \`${open}\` must stand in quotes.`, better: quoted(text) + remark };
}

/** A value without the remark after it, and that remark with the space before it. */
function parted(value: string): { readonly text: string; readonly remark: string } {
  const hash = /\s+#/.exec(value);
  const text = (hash === null ? value : value.slice(0, hash.index)).trimEnd();
  return { text, remark: hash === null ? '' : value.slice(hash.index) };
}
