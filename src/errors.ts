/** Failures of operations, named by what the caller must do about them. */

/**
 * - `retry`: the world is in the way (a server is down, a read is unproven); the next pass tries again.
 * - `person`: nothing will change until somebody acts (wrong configuration, missing right, refused revision).
 * - `bug`: Muster is wrong; stop and say so.
 */
export type Remedy = 'retry' | 'person' | 'bug';

/**
 * What a failed request says about the way to the server, where the server itself refused nothing.
 * - `unanswered`: it was sent and no answer came, so nobody knows whether it took effect.
 * - `cut-off`: the connection is gone, and nothing was sent.
 */
export type Silence = 'unanswered' | 'cut-off';

export interface Trouble {
  readonly remedy: Remedy;
  /** The system or server and the step, as in `ldaps://dc1.example.org, reading OU=Researchers`. */
  readonly where: string;
  /** What happened, in one sentence. */
  readonly what: string;
  /** What to do next, in one sentence. */
  readonly next: string;
}

/** The one error class of Muster: where it happened, what happened, what to do next. */
export class MusterError extends Error implements Trouble {
  readonly remedy: Remedy;
  readonly where: string;
  readonly what: string;
  readonly next: string;
  /** Null: the request was judged, or never got as far as a server. */
  readonly silence: Silence | null;

  constructor(trouble: Trouble & { readonly silence?: Silence | undefined }, options?: ErrorOptions) {
    super(`${trouble.where}: ${trouble.what} ${trouble.next}`, options);
    this.name = 'MusterError';
    this.remedy = trouble.remedy;
    this.where = trouble.where;
    this.what = trouble.what;
    this.next = trouble.next;
    this.silence = trouble.silence ?? null;
  }
}

/** The code by which the operating system or Node names a failure, as `ENOENT`; where it has none, what was thrown as text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** What was thrown, in its own words: what an Error says, anything else as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Any thrown value as a Trouble; what is not a MusterError is a bug until shown otherwise. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof MusterError) {
    return { remedy: error.remedy, where: error.where, what: error.what, next: error.next };
  }
  return {
    remedy: 'bug',
    where: 'muster',
    what: messageOf(error),
    next: 'Please report this with the log of the run.',
  };
}
