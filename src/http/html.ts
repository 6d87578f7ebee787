/** HTML that cannot be broken out of: in a template every value is text, unless it was made by a template itself. */
import { printable } from '../views/printable.ts';

/** Markup that a template made. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  get markup(): string {
    return this.#markup;
  }
}

/** What may stand in a template; null and undefined stand for nothing. */
export type Part = Html | string | number | null | undefined | readonly Part[];

/** Markup out of a template: `html`<p>${name}</p>``. Attribute values must stand in double quotes. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.map((literal, at) => literal + markupOf(parts[at])).join(''));
}

function markupOf(part: Part): string {
  if (part === null || part === undefined) return '';
  if (part instanceof Html) return part.markup;
  // Array.isArray forgets the type of what is in a readonly array.
  if (typeof part === 'object') return part.map(markupOf).join('');
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * As text, and as a quoted attribute's value (WHATWG HTML, 13.1.2 and 13.1.3): the five characters that can mean markup, and what
 * reverses or hides written out as everywhere else.
 */
function escaped(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
