/** What a benchmark says: figures beside their floors and goals, as plain data that is printed, drawn and recorded. */

/**
 * What was promised of a figure. `ratio`: at most so many times the floor. `times`: at least so many times less than the floor.
 * `limit`: at most this, in the figure's own unit. `beyond`: in each run at most so much more than the floor, or than nothing
 * where there is none.
 */
export interface Goal {
  readonly kind: 'ratio' | 'times' | 'limit' | 'beyond';
  readonly value: number;
}

export type Unit = 's' | 'ms' | 'MB';

/** Several runs of one thing. */
export interface Series {
  /** In words: what was run. */
  readonly what: string;
  readonly median: number;
  readonly runs: readonly number[];
}

export interface Result {
  /** `a` to `l`, with a word where a figure has parts: `c-ten`. */
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  readonly muster: Series;
  /** What ordinary tools need for the same; null where the goal is a plain limit and nothing compares. */
  readonly floor: Series | null;
  readonly goal: Goal;
  /** Milliseconds per step, medians: where the time goes. */
  readonly steps: Readonly<Record<string, number>>;
}

/** Time and memory over the number of people. */
export interface ScalePoint {
  readonly users: number;
  /** Milliseconds, medians. */
  readonly floorMs: number;
  readonly coldMs: number;
  readonly warmMs: number;
  readonly nothingMs: number;
  readonly tenMs: number;
  /** Peak resident set in MB (10^6 bytes), the highest of the runs. */
  readonly coldMb: number;
  readonly warmMb: number;
  readonly residentMb: number;
}

/** The machine of a run, without anything that tells where it stands. */
export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** Load average of the last minute before the run: 0 on an idle machine. */
  readonly loadBefore: number;
  /** Program to version. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface BenchReport {
  readonly format: 1;
  /** Day of the run, `YYYY-MM-DD`. */
  readonly day: string;
  /** People in the figures that are about a whole population. */
  readonly users: number;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly results: readonly Result[];
  readonly scale: readonly ScalePoint[];
}

/** Muster over its floor; null without one. */
export function ratioOf({ muster, floor }: Result): number | null {
  return floor === null ? null : muster.median / floor.median;
}

/** What the goal is measured by: the ratio, how many times less, the figure itself, or what its worst run has more than the floor. */
export function reached(result: Result): number {
  const ratio = ratioOf(result);
  if (result.goal.kind === 'limit') return result.muster.median;
  if (result.goal.kind === 'beyond') return Math.max(...result.muster.runs) - (result.floor?.median ?? 0);
  if (ratio === null) throw new Error(`${result.key} has a goal over a floor, and no floor.`);
  return result.goal.kind === 'ratio' ? ratio : 1 / ratio;
}

export function isMet(result: Result): boolean {
  return result.goal.kind === 'times' ? reached(result) >= result.goal.value : reached(result) <= result.goal.value;
}
