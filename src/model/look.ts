/** Looks: what the text of a field looks like, as far as a pattern can tell; for editors, which know no other rules. */

export interface Look {
  /**
   * Source of an ECMAScript regular expression (flag `u`) for the whole text, without the space around it. Never stricter than the
   * rule that decides; where a rule asks for more than a pattern can say, it is looser.
   */
  readonly pattern: string;
  /** What to write, in a sentence: shown where the pattern does not fit. */
  readonly hint: string;
  /** A text that the rule takes. */
  readonly example: string;
  /** All that may be written, where that is a closed set. */
  readonly words?: readonly string[];
}

/** What YAML 1.2 (core schema, 10.3.2) takes a plain text for, where it does not take it for text. */
export type OtherType = 'number' | 'boolean' | 'null';

/** Texts of each sort, in all the ways in which the core schema writes them. */
const SAMPLES: Readonly<Record<OtherType, readonly string[]>> = {
  number: [
    '1',
    '12',
    '+12',
    '-12',
    '0o17',
    '0x1f',
    '1.5',
    '+1.5',
    '.5',
    '5.',
    '1e3',
    '1E+3',
    '.inf',
    '-.Inf',
    '.nan',
    '.NaN',
  ],
  boolean: ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'],
  null: ['null', 'Null', 'NULL', '~'],
};

/**
 * Muster reads all of them as the text that stands there; an editor that reads YAML's core schema sees `007` as a number and the
 * surname Null as nothing.
 * @returns the other types that some text of this look passes for.
 */
export function otherTypesOf({ pattern }: Look): readonly OtherType[] {
  const fits = new RegExp(`^(?:${pattern})$`, 'u');
  const types = ['number', 'boolean', 'null'] as const;
  return types.filter((type) => SAMPLES[type].some((sample) => fits.test(sample)));
}
