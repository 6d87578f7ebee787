/** The words of a forecast: who gains or loses access on which day to come. */
import type { Origin } from '../diagnostic.ts';
import type { Day, Instant } from '../model/document.ts';
import type { ChangeClass, Person } from './change.ts';

/** One person who gains or loses access at one moment. */
export interface Coming {
  readonly person: Person;
  /** In milliseconds since 1970. */
  readonly at: Instant;
  readonly gains: boolean;
  /** One clause in plain words, as a plan will word it. */
  readonly why: string;
  /** Null for what stands in no file. */
  readonly origin: Origin | null;
  readonly classes: readonly ChangeClass[];
  /** What counts at the gate besides the person. */
  readonly cause: { readonly institutions: readonly string[] };
}

export interface ComingDay {
  readonly day: Day;
  /** The last moment of that day at which something changes: `plan --at` it shows all of the day. */
  readonly at: Instant;
  /** By person. */
  readonly coming: readonly Coming[];
  /** Why a class of that day's changes would be held unless approved; empty: nothing would. */
  readonly over: readonly { readonly class: ChangeClass; readonly because: string }[];
}

export interface Forecast {
  readonly format: 1;
  readonly from: Instant;
  readonly until: Instant;
  /** Only days on which something happens, in order. */
  readonly days: readonly ComingDay[];
}
