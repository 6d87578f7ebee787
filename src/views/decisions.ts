/** Answers to a decision: what was recorded, and what happens next. */
import type { Approved, Rejected } from '../core/operations/approval.ts';
import type { RevisionStep } from '../core/operations/revision-step.ts';
import { summaryOf } from './changes.ts';
import { line, nextStep, type Page } from './page.ts';
import { moment, shortRevision } from './words.ts';

/** @param timeZone IANA name. */
export function approvedPage({ hold, approval }: Approved, timeZone: string): Page {
  const until = `${moment(approval.expires, timeZone)} (${timeZone})`;
  return {
    title: `Approved: ${summaryOf(hold.changes, 'future') ?? 'nothing'}`,
    blocks: [
      line(
        `The next pass ${since(approval.from, timeZone)}until ${until} does this, where it is still exactly the same; what differs by then stays held.`,
      ),
      ...(approval.from === undefined ? nextStep('To have it done now, run "muster sync".') : []),
    ],
  };
}

/** Of an approval in advance, from when it counts. */
function since(from: number | undefined, timeZone: string): string {
  return from === undefined ? '' : `from ${moment(from, timeZone)} `;
}

export function rejectedPage({ digest, hold }: Rejected): Page {
  const what =
    hold === null ? `the approval of ${digest.slice(0, 12)}` : (summaryOf(hold.changes, 'future') ?? 'nothing');
  return {
    title: `Rejected: ${what}`,
    blocks: [
      line('The changes stay held; no earlier approval of them counts any more.'),
      line('To make them go away, correct the repository so that it no longer asks for them.'),
    ],
  };
}

export function pausedPage(): Page {
  return {
    title: 'Paused',
    blocks: [
      line('Blocks and closings still go through; everything else waits.'),
      ...nextStep('To go on, run "muster resume".'),
    ],
  };
}

export function resumedPage(paused: { readonly by: string; readonly reason: string } | null): Page {
  if (paused === null) return { title: 'Not paused', blocks: [line('There was no pause to end.')] };
  return {
    title: 'Resumed',
    blocks: [
      line(`The pause by ${paused.by} is over: ${paused.reason}`),
      ...nextStep('To catch up now, run "muster sync".'),
    ],
  };
}

export function stepPage({ from, to }: RevisionStep): Page {
  return {
    title: 'Revision accepted',
    blocks: [
      line(
        `From ${shortRevision(from)}, the repository may go on with ${shortRevision(to)} although it does not build on it, or nobody else approved it.`,
      ),
      ...nextStep('To see what that changes, run "muster plan".'),
    ],
  };
}
