/** Lets a revision in that does not build on the last one applied, or was not approved as it should: by an operator's word alone. */
import { MusterError } from '../../errors.ts';
import type { Instant } from '../../model/document.ts';
import { NO_REVISION } from '../approval/refusing.ts';
import type { Store } from '../ports.ts';
import type { Operator } from './scene.ts';

export interface RevisionStep {
  readonly from: string;
  readonly to: string;
}

/** `OLD..NEW`, both as whole object ids (SHA-1 or SHA-256, lower-case hex); `none` before the first of all. */
const STEP = /^(none|[0-9a-f]{40}|[0-9a-f]{64})\.\.([0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * @param step `OLD..NEW`, as the refusal showed it.
 * @throws MusterError (`person`) where it is no such step, or OLD is not the last revision applied.
 */
export async function approveStep(
  store: Store,
  step: string,
  { by, reason }: Operator,
  at: Instant,
): Promise<RevisionStep> {
  const [, from, to] = STEP.exec(step) ?? [];
  if (from === undefined || to === undefined) {
    throw refused(
      step,
      'This is not OLD..NEW with two whole commit ids.',
      'Copy it from the message that refused the revision; "muster plan" shows it again.',
    );
  }
  const last = await store.memory.revision();
  if ((last ?? NO_REVISION) !== from) {
    const what =
      last === null ? 'No revision has been applied yet.' : `The last revision applied is ${last}, not ${from}.`;
    throw refused(step, what, 'Run "muster plan" to see what is refused now.');
  }
  await store.revisions.allowStep(from, to, by, reason, at);
  return { from, to };
}

function refused(step: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: `revision step ${step}`, what, next });
}
