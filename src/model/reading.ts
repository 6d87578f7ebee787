/** What a rule for one field makes of a text: the value, or what is wrong with it. */

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /** What is wrong, as one or two sentences. */
      readonly message: string;
      /** The text that was probably meant; a part that only the author can know is `…`. */
      readonly better?: string;
    };

export type Rule<T> = (text: string) => Reading<T>;

export function good<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function bad(message: string, better?: string): Reading<never> {
  return better === undefined ? { ok: false, message } : { ok: false, message, better };
}
