/** A service of the daemon: what begins with it, hears of each pass, and ends with it. */
import type { Notice } from '../core/plan.ts';
import type { Report } from '../core/report.ts';
import type { Trouble } from '../errors.ts';
import type { Trigger } from './loop.ts';

/** What the daemon is at. Moments in milliseconds since 1970. */
export interface DaemonState {
  readonly since: number;
  /** The pass that runs now; null: none. */
  readonly running: { readonly trigger: Trigger; readonly since: number } | null;
  /** When the last whole pass ended; null: none has yet. */
  readonly passedAt: number | null;
  /** Why the latest pass could not begin; null: it did. */
  readonly trouble: Trouble | null;
  /** The next moment of the schedule, of a date that falls due, or of looking again for what was away. */
  readonly next: { readonly at: number; readonly trigger: Trigger } | null;
}

/** The daemon as its services see it. */
export interface DaemonView {
  /** Asks for a pass. */
  ask(trigger: Trigger): void;
  state(): DaemonState;
}

export interface Service {
  /** For the log, as in `status page`. */
  readonly name: string;
  /** Begins before the first pass; gives what ends it. What it throws keeps the daemon from beginning. */
  begin?(daemon: DaemonView): Promise<() => Promise<void>>;
  /** Told that somebody pushed, or that a repository on this machine changed; returns at once. */
  noticed?(): void;
  /** What it has found meanwhile that somebody should look at: told with each pass. */
  notices?(): readonly Notice[];
  /** Told of each whole pass before the next begins. What it throws is logged, and stops nothing. */
  passed?(report: Report): Promise<void>;
  /** Told of a pass that could not begin, as well. */
  hindered?(trouble: Trouble): Promise<void>;
}
