/** Findings of an examination: what was checked, how it stands, and what to do about it. */
import { troubleOf } from '../errors.ts';

export interface Finding {
  /** What was checked, in two or three words. */
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** What to do; null: nothing. */
  readonly next: string | null;
}

export interface Examination {
  readonly format: 1;
  readonly findings: readonly Finding[];
}

export function ok(check: string, text: string): Finding {
  return { check, status: 'ok', text, next: null };
}

export function warn(check: string, text: string, next: string): Finding {
  return { check, status: 'warn', text, next };
}

export function fail(check: string, text: string, next: string): Finding {
  return { check, status: 'fail', text, next };
}

/** What was thrown, as a finding. */
export function failure(check: string, error: unknown): Finding {
  const { where, what, next } = troubleOf(error);
  return fail(check, where === check ? what : `${where}: ${what}`, next);
}

/** What `work` found, or why it could not look. Never throws. */
export async function guarded(check: string, work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    return [failure(check, error)];
  }
}

/** What can be examined, and proven, beyond what a pass itself reads. */
export interface Examiner {
  readonly system: string;
  /** Certificates, log-on and rights, on every server by itself. Never throws; writes nothing. */
  examine(at: number): Promise<readonly Finding[]>;
  /** Where a write probe would make and remove a throw-away thing; empty: there is nothing to prove. */
  readonly probePlaces: readonly string[];
  /** Why there is nothing; absent: no place is named. */
  readonly unproven?: string;
  /** Proves on throw-away things that writes do what is expected of them, and removes these in any case. Never throws. */
  probe(signal: AbortSignal): Promise<readonly Finding[]>;
}
