/** The Report of one pass: the single source of every text, page and mail about it. */
import type { Diagnostic } from '../diagnostic.ts';
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Commit } from '../model/loaded.ts';
import type { Agreement } from './agreement.ts';
import type { AuditHead } from './audit.ts';
import type { Change } from './change.ts';
import type { Interruption } from './interruptions.ts';
import type { Mode } from './modes.ts';
import type { Outcome } from './outcome.ts';
import type { Forecast } from './outlook.ts';
import type { Hold, Plan } from './plan.ts';
import type { TaskOutlook } from './tasks.ts';

export interface Applied {
  readonly change: Change;
  readonly outcome: Outcome;
  /** Whether an operator's approval let it through. */
  readonly approved: boolean;
  /** Whether the block lane made it. */
  readonly lane: boolean;
}

export interface Report {
  readonly format: 1;
  readonly runId: string;
  /** What set the pass off: `command`, `schedule`, `push`, `due`. */
  readonly trigger: string;
  /** `observe`: nothing could be written for anybody. */
  readonly mode: Mode;
  /** Whether anything could have been written: false for `plan`. */
  readonly dryRun: boolean;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly plan: Plan;
  /** Whom the revision names; absent for a folder, and where the last good documents counted. */
  readonly commit?: Commit;
  /** That the repository itself was read, whole, and when its newest commit was made; absent: the last good documents counted. */
  readonly repository?: {
    readonly readAt: Instant;
    /** Null for a folder. */
    readonly committedAt: Instant | null;
  };
  /** The revision that was not taken in because it is not approved; absent: there is none. */
  readonly unapproved?: string;
  /** Where the audit chain ended with this run; absent for one that only looked, and in what is kept of it. */
  readonly audit?: AuditHead;
  readonly holds: readonly Hold[];
  /** Keys of those among the planned changes who are only observed, so that nothing of theirs was written; absent: nobody is, or everybody. */
  readonly observed?: readonly string[];
  readonly applied: readonly Applied[];
  readonly diagnostics: readonly Diagnostic[];
  /** Steps that failed: servers, steps, what to check. */
  readonly trouble: readonly Trouble[];
  /** What has to be done by hand; absent: nothing ever is. */
  readonly tasks?: TaskOutlook;
  /** How far each system was as the repository says; only where it was compared. */
  readonly agreement?: readonly Agreement[];
  /** What dates bring in the days to come; only where it was asked for. */
  readonly forecast?: Forecast;
  /** Why the pass ended before it was through; absent: it was. */
  readonly interrupted?: Interruption;
  /** Milliseconds per step, in the order of the steps. */
  readonly durationsMs: Readonly<Record<string, number>>;
}

/**
 * 0: done. 1: failed (a system could not be read, the revision was refused). 2: something waits for a person
 * (held, failed on one object, a mistake in a file, an entry that vanished, somebody who should be shut out and is not).
 */
export function exitCodeOf(report: Report): 0 | 1 | 2 {
  if (report.trouble.length > 0 || report.plan.unread.length > 0) return 1;
  const failed = report.applied.some(({ outcome }) => outcome.status !== 'applied');
  const errors = report.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  const waiting = report.plan.notices.some((notice) => notice.next !== null);
  const held = report.holds.length > 0 || report.plan.heldEntries.length > 0;
  return failed || errors || waiting || held ? 2 : 0;
}
