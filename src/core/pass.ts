/** One pass: the whole run on one page, in order. */
import type { Clock, Reconciler, Repository, Store } from './ports.ts';
import type { Report } from './report.ts';
import type { Limits } from './limits.ts';

export interface PassSettings {
  readonly mode: 'enforce' | 'observe';
  readonly timeZone: string;
  readonly limits: Limits;
  /** Changes in flight at once. */
  readonly concurrency: number;
}

/** Tells a person at a terminal how far long work has come. */
export type Progress = (step: string, done: number, total: number | null) => void;

export interface PassParts {
  readonly settings: PassSettings;
  readonly repository: Repository;
  readonly reconcilers: readonly Reconciler[];
  readonly store: Store;
  readonly clock: Clock;
  /** Fresh ids for runs and attempts. */
  readonly newId: () => string;
  readonly progress: Progress;
}

export interface PassRequest {
  readonly trigger: string;
  /** True for `plan`: reads everything, writes nothing. */
  readonly dryRun: boolean;
}

export declare function pass(parts: PassParts, request: PassRequest): Promise<Report>;
