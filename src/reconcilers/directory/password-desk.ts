/** The password desk: what the directory writer needs besides a directory. */
import type { Secret } from '../../secret.ts';

/** Where initial passwords are made and sealed; the outbox in production. */
export interface PasswordDesk {
  /** Durable before it resolves. */
  prepare(account: {
    readonly username: string;
    readonly display: string;
    readonly upn: string;
    readonly attempt: string;
  }): Promise<Secret>;
  markReady(username: string, attempt: string): Promise<void>;
  markUnused(username: string, attempt: string): Promise<void>;
  /** What was ready for that person before attempt `by` is in force no longer. */
  markReplaced(username: string, by: string): Promise<void>;
}

export interface WriterSettings {
  readonly instance: string;
  readonly mustChangePassword: boolean;
  readonly passwords: PasswordDesk | null;
}
