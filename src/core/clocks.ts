/** Clocks: ours, the servers', the newest commit's; where they disagree, dated changes wait. */
import type { Instant } from '../model/document.ts';
import type { Desired } from './change.ts';
import type { Notice } from './plan.ts';

/** Kerberos refuses more than this too (RFC 4120, default clock skew). */
const SERVER_SKEW_MAX_MS = 5 * 60_000;
/** A commit may come from an author's machine whose clock is somewhat ahead. */
const COMMIT_AHEAD_MAX_MS = 10 * 60_000;

export interface ClockDoubt {
  /** Other moments that it might be; empty: the clocks agree. */
  readonly alternatives: readonly Instant[];
  readonly notices: readonly Notice[];
}

/** `server` is the directory's currentTime, `committedAt` the newest commit's committer time; all in milliseconds since 1970. */
export function compareClocks(
  at: Instant,
  server: { readonly name: string; readonly now: Instant } | null,
  committedAt: Instant | null,
): ClockDoubt {
  const alternatives: Instant[] = [];
  const notices: Notice[] = [];
  if (server !== null && Math.abs(at - server.now) > SERVER_SKEW_MAX_MS) {
    alternatives.push(server.now);
    const text = `The clock of this machine says ${iso(at)}, that of ${server.name} ${iso(server.now)}.`;
    notices.push(clockNotice(server.name, text));
  }
  if (committedAt !== null && at < committedAt - COMMIT_AHEAD_MAX_MS) {
    alternatives.push(committedAt);
    const text = `The clock of this machine says ${iso(at)}, but the newest commit was made at ${iso(committedAt)}.`;
    notices.push(clockNotice('the newest commit', text));
  }
  return { alternatives, notices };
}

/** Keys of the people whose verdict is not the same at every moment that it might be. */
export function doubtfulPeople(
  desired: readonly Desired[],
  others: readonly (readonly Desired[])[],
): ReadonlySet<string> {
  const doubtful = new Set<string>();
  for (const other of others) {
    const verdicts = new Map(other.map((one) => [one.person.key, one.verdict.allowed]));
    for (const { person, verdict } of desired) {
      if (verdicts.get(person.key) !== verdict.allowed) doubtful.add(person.key);
    }
  }
  return doubtful;
}

function clockNotice(subject: string, text: string): Notice {
  const next = 'Set the wrong clock right; until then nothing is done that depends on which one is right.';
  return { kind: 'clock', person: null, subject, text, next, origin: null, urgent: false };
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
