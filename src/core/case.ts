/** One wanted thing under judgement, and what a judgement comes to. */
import type { Moment } from '../model/moment.ts';
import type { Change, Desired } from './change.ts';
import type { Notice } from './plan.ts';
import type { LedgerRow } from './ports.ts';
import type { Traits } from './traits.ts';

/** One wanted thing with everything that is known of it. */
export interface Case {
  readonly desired: Desired;
  readonly row: LedgerRow | null;
  readonly traits: Traits;
  readonly moment: Moment;
  readonly dated: boolean;
  /** Whether what was written in the system is lost (see `Observation.lost`). */
  readonly lost?: boolean;
}

/** What one case comes to. */
export interface Finding {
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  /** The row as the directory shows it to be, where that differs from the ledger and no write is needed. */
  readonly accepted: LedgerRow | null;
}

export const NOTHING: Finding = { changes: [], notices: [], accepted: null };

export function noticed(notice: Notice): Finding {
  return { changes: [], notices: [notice], accepted: null };
}

export function about(desired: Desired, kind: Notice['kind'], text: string, next: string | null): Notice {
  return { kind, person: desired.person.label, text, next, origin: desired.origin, urgent: false };
}

/** The reasons against a person, in one clause. */
export function reasonsOf(desired: Desired): string {
  return desired.verdict.reasons.map((reason) => reason.text).join('; ');
}
