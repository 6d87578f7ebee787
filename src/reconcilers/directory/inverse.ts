/** The mapping read backwards: which part of a person's entry an account's attributes say, where they say it beyond doubt. */
import { compareText } from '../../diagnostic.ts';
import type { Mapping } from './mapping.ts';

/** A part of an entry that a template may speak of, as in `name.given`. */
export type Part =
  | 'username'
  | 'name.given'
  | 'name.family'
  | 'email'
  | 'phone'
  | 'institution.id'
  | 'institution.name';

export interface Inverse {
  /** Attributes that say this part and nothing else; none: no account can tell. */
  attributesFor(part: Part): readonly string[];
  /** What the first of them that holds anything says, without the template's own words; null: none does. */
  partOf(part: Part, attributes: Readonly<Record<string, string | null>>): string | null;
}

/** One attribute whose template is one placeholder, perhaps with words around it. */
interface Teller {
  readonly attribute: string;
  readonly before: string;
  readonly after: string;
}

/** A template of two placeholders is not taken apart: nobody knows where a name of three words is to be cut. */
const ONE_PLACEHOLDER = /^([^{}]*)\{([^{}]*)\}([^{}]*)$/u;

export function inverseOf(mapping: Pick<Mapping, 'attributes' | 'templateOf'>): Inverse {
  const tellers = new Map<string, Teller[]>();
  for (const attribute of mapping.attributes) {
    const [, before = '', part = '', after = ''] = ONE_PLACEHOLDER.exec(mapping.templateOf(attribute)) ?? [];
    tellers.set(part, [...(tellers.get(part) ?? []), { attribute, before, after }]);
  }
  // The attribute that holds the bare value goes first: there is nothing to be taken off.
  for (const ofPart of tellers.values()) {
    ofPart.sort((a, b) => a.before.length - b.before.length || compareText(a.attribute, b.attribute));
  }
  return {
    attributesFor: (part) => (tellers.get(part) ?? []).map(({ attribute }) => attribute),
    partOf: (part, attributes) => {
      for (const teller of tellers.get(part) ?? []) {
        const said = within(teller, attributes[teller.attribute] ?? null);
        if (said !== null) return said;
      }
      return null;
    },
  };
}

function within({ before, after }: Teller, stored: string | null): string | null {
  const text = stored?.normalize('NFC') ?? '';
  const fits = text.length > before.length + after.length && text.startsWith(before) && text.endsWith(after);
  const inner = fits ? text.slice(before.length, text.length - after.length).trim() : '';
  return inner === '' ? null : inner;
}
