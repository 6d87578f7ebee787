/** What a command is declared on, and what many of them share. */
import { type Command, Option } from 'commander';
import type { ExitCode, Invocation } from './invocation.ts';

/** A command: gets the invocation, its options, then its arguments, as declared below. */
export type Run = (invocation: Invocation, options: never, ...args: never[]) => Promise<ExitCode>;

export interface Host {
  readonly program: Command;
  /** The action of a command that is loaded when it is called. */
  action(load: () => Promise<Run>): (this: Command, ...given: unknown[]) => Promise<void>;
}

/** Why somebody does it: asked for wherever that is recorded. */
export function reason(): Option {
  return new Option('-r, --reason <text>', 'why; recorded').makeOptionMandatory();
}
