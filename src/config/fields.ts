/** The makings of a schema of settings: each kind of value with the words for what is wrong with it. */
import { z } from 'zod';

// Every scalar arrives as text (YAML's failsafe schema), so that a password file named 007 keeps its name.
type Issue = { readonly input?: unknown };

/** An example stands last and without a full stop, so that it can be copied as it is. */
export const EXAMPLE = 'Write it like this: ';

function likeThis(example: string): string {
  return EXAMPLE + example;
}

/**
 * A text that must look like something.
 * @param what completes `"…" is not …`.
 * @param example a right value.
 */
export function text(what: string, example: string, looksRight: (value: string) => boolean) {
  return z
    .string({
      error: ({ input }: Issue) =>
        input === undefined ? `Missing. ${likeThis(example)}` : `Must be ${what}. ${likeThis(example)}`,
    })
    .refine(looksRight, {
      error: ({ input }: Issue) => `${JSON.stringify(input)} is not ${what}. ${likeThis(example)}`,
    });
}

export function matching(what: string, example: string, pattern: RegExp) {
  return text(what, example, (value) => pattern.test(value));
}

export function path(example: string) {
  return text('the path of a file or folder', example, (value) => value.trim() !== '' && !value.includes('\0'));
}

export function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  const listed = values.map((value) => `"${value}"`).join(' or ');
  return z.enum(values, {
    error: ({ input }: Issue) =>
      input === undefined
        ? `Missing. Write ${listed}`
        : `${JSON.stringify(input)} is not possible here. Write ${listed}`,
  });
}

export function whole(least: number, most: number, unit: string, example = 25) {
  const inRange = (value: string) => /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most;
  return text(`a whole number of ${unit} from ${least} to ${most}`, String(example), inRange).transform(Number);
}

export const yesOrNo = oneOf('true', 'false').transform((value) => value === 'true');

export function listOf<T extends z.ZodType>(entry: T, example: string) {
  return z.array(entry, {
    error: ({ input }: Issue) =>
      input === undefined ? `Missing. ${likeThis(example)}` : `Must be a list. ${likeThis(example)}`,
  });
}

/** Unknown settings are refused by `z.strictObject`; which of them is meant is worked out where problems are worded. */
export function settings<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: ({ input }: Issue) =>
      input === undefined
        ? `Missing. Settings in it: ${Object.keys(shape).join(', ')}`
        : `Must hold settings, set in below it: ${Object.keys(shape).join(', ')}`,
  });
}

/** Exactly one of the settings in `shape`, which are all optional in it. */
export function choice<T extends z.ZodRawShape>(shape: T) {
  const names = Object.keys(shape);
  return settings(shape).refine(
    (value) => names.filter((name) => value[name as keyof typeof value] !== undefined).length === 1,
    {
      error: `Needs exactly one of these: ${names.join(', ')}`,
      // Also where something else is wrong in it, so that all problems come at once.
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  );
}
