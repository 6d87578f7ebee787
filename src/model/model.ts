/** The Model: everything that the repository and the operators want, resolved and cross-checked. */
import type { Block, ConfirmedTask, Entry, HostedServer, Instant, Institution, User } from './document.ts';

/** A block set from the command line: in force until the repository holds the entry, `unblock`, or `until`. */
export interface OperatorBlock {
  readonly id: string;
  readonly scope: 'user' | 'institution';
  /** Key of the user or institution. */
  readonly target: string;
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
  readonly until: Instant | null;
}

export interface Model {
  readonly timeZone: string;
  readonly institutions: ReadonlyMap<string, Entry<Institution>>;
  readonly users: ReadonlyMap<string, Entry<User>>;
  readonly blockedInstitutions: readonly Entry<Block>[];
  readonly blockedUsers: readonly Entry<Block>[];
  readonly mailBlocks: readonly Entry<Block>[];
  readonly operatorBlocks: readonly OperatorBlock[];
  readonly hostedServers: readonly Entry<HostedServer>[];
  readonly confirmedTasks: readonly Entry<ConfirmedTask>[];
}
