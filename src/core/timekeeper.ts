/** The timekeeper of one run: its identity, its beginning, milliseconds per step, and the report that they end in. */
import type { Trouble } from '../errors.ts';
import type { Wanted } from './desire.ts';
import type { Interruption } from './interruptions.ts';
import { type ModeSettings, observingOf, runMode } from './modes.ts';
import { type Gated, type Plan, peopleIn } from './plan.ts';
import type { Clock } from './ports.ts';
import type { Applied, Report } from './report.ts';
import type { SystemResult } from './system-pass.ts';

/** What is fixed when a run begins. */
export interface RunFacts {
  readonly runId: string;
  readonly trigger: string;
  readonly modes: ModeSettings;
  readonly dryRun: boolean;
  readonly clock: Clock;
  /** Told at the beginning of each step. */
  readonly onStep: (name: string) => void;
}

export class Timekeeper {
  readonly runId: string;
  readonly startedAt: number;
  readonly trigger: string;
  readonly #facts: RunFacts;
  readonly #durationsMs: Record<string, number> = {};

  constructor(facts: RunFacts) {
    this.runId = facts.runId;
    this.trigger = facts.trigger;
    this.startedAt = facts.clock();
    this.#facts = facts;
  }

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    this.#facts.onStep(name);
    try {
      return await work();
    } finally {
      this.#durationsMs[name] = Math.round(performance.now() - begin);
    }
  }

  /** Milliseconds per step so far. */
  get durationsMs(): Readonly<Record<string, number>> {
    return this.#durationsMs;
  }

  report(
    plan: Plan,
    gated: Gated,
    applied: readonly Applied[],
    systems: readonly SystemResult[],
    want: Wanted,
    interruption: Interruption | null,
  ): Report {
    const { unapproved, loaded } = want;
    const { commit, committedAt, trusted } = loaded;
    const observing = observingOf(want.resolution.model, this.#facts.modes);
    const trouble: readonly Trouble[] = [...want.trouble, ...systems.flatMap((system) => system.trouble ?? [])];
    return {
      format: 1,
      runId: this.runId,
      trigger: this.trigger,
      mode: runMode(this.#facts.modes),
      dryRun: this.#facts.dryRun,
      startedAt: this.startedAt,
      finishedAt: this.#facts.clock(),
      plan,
      ...(commit === undefined ? {} : { commit }),
      ...(trusted ? { repository: { readAt: this.startedAt, committedAt } } : {}),
      ...(unapproved === null ? {} : { unapproved }),
      holds: gated.holds,
      ...(observing === null ? {} : { observed: [...peopleIn(plan.changes)].filter(observing.isObserved) }),
      applied,
      diagnostics: want.resolution.diagnostics,
      trouble,
      ...(interruption === null ? {} : { interrupted: interruption }),
      durationsMs: this.#durationsMs,
    };
  }
}
