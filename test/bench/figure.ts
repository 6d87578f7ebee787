/** What a figure of the benchmark is, and what it finds on the bench. */
import type { Result } from './result.ts';
import type { Scale } from './scale.ts';
import type { Workshop } from './workshop.ts';

/** What all figures of one run share. */
export interface Bench {
  readonly workshop: Workshop;
  /** How many people a whole population has. */
  readonly users: number;
  /** Fewer runs and smaller numbers: to see that everything works. */
  readonly quick: boolean;
  /** The measurements over one population, each made once however many figures speak of it. */
  scale(users: number): Scale;
  say(text: string): void;
}

/**
 * One letter of the goals, with all its parts. `measure` runs what there is to run; what it returns is called when
 * everything is measured, because figures share their floors.
 */
export interface Figure {
  readonly key: string;
  readonly title: string;
  /** Debian packages that are absent here and without which it can't be measured. */
  missing(): readonly string[];
  measure(bench: Bench): Promise<() => readonly Result[]>;
}
