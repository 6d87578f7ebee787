/** The ownership mark: who made or adopted an account, and with which attempt. */

export interface Mark {
  readonly instance: string;
  readonly username: string;
  /** Journalled with the intent; names the sealed password file of a create. */
  readonly attempt: string;
}

/** `muster:<instance>:<username>:<attempt>`, for an attribute of at least 1,024 characters (adminDescription, MS-ADA1). */
export function markText({ instance, username, attempt }: Mark): string {
  return `muster:${instance}:${username}:${attempt}`;
}

/** Null for anything that is not exactly such a mark: other tools use the attribute as well. */
export function readMark(text: string | null): Mark | null {
  const parts = (text ?? '').split(':');
  const [word, instance, username, attempt] = parts;
  if (parts.length !== 4 || word !== 'muster') return null;
  if (!instance || !username || !attempt) return null;
  return { instance, username, attempt };
}
