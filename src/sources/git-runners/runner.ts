/** What runs Git's commands: to their end as a text, or with their output as it comes. */

export interface GitCommand {
  /** Where it runs, absolute. */
  readonly folder: string;
  readonly args: readonly string[];
  /** All that it sees of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** It speaks to a server, through helpers that would outlive it. */
  readonly toServer?: boolean;
}

export interface GitRunner {
  /** Runs a short command to its end. Rejects with an Error of what Git said, also where `signal` ends it. */
  text(command: GitCommand, signal: AbortSignal): Promise<string>;
  start(command: GitCommand, input: string): Running;
}

export interface Running {
  /** Read once; Git waits while nobody reads on. */
  readonly output: AsyncIterable<Buffer>;
  /** Once its output was read to the end, or nobody reads on. Never rejects. */
  readonly ended: Promise<Ended>;
  /** Ends it, if it has not ended. */
  end(): void;
}

export interface Ended {
  /** Null: it was ended, or never began. */
  readonly code: number | null;
  /** The beginning of what it said of that. */
  readonly errors: string;
}
