/** Limits of the gate: how many people may be affected, per class, run and day; set by the operator, never by the repository. */

/** Limits of one class; a missing figure is no limit of that kind. */
export interface ClassLimit {
  /** People in one run. */
  readonly people?: number | undefined;
  /** Percent of the things that are ours in the last proven read; ignored up to `always` people. */
  readonly percent?: number | undefined;
  /** People in 24 hours, this run included, approved changes left out. */
  readonly perDay?: number | undefined;
}

/** Limits of explicit blocks, and of lifting them. */
export interface BlockLimit {
  /** People in one run who are blocked by name or closed. */
  readonly people: number;
  /** The same people in 24 hours. */
  readonly perDay: number;
  /** Institutions in 24 hours. */
  readonly institutions: number;
  /** People behind those institutions in 24 hours. */
  readonly institutionPeople: number;
}

export interface Limits {
  /** Up to this many people per class and run, no percentage applies. */
  readonly always: number;
  readonly disable: ClassLimit;
  readonly enable: ClassLimit;
  readonly create: ClassLimit;
  readonly update: ClassLimit;
  readonly phone: ClassLimit;
  readonly due: ClassLimit;
  readonly block: BlockLimit;
  /** Giving back what a block took; the block's own figures where it is not set apart. */
  readonly lift: BlockLimit;
}
