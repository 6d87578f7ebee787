/** `muster approve-revision OLD..NEW`: accepts a revision that does not build on the last one applied, or was not approved as it should. */
import { approveStep } from '../core/operations/revision-step.ts';
import { stepPage } from '../views/decisions.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import type { ReasonOptions } from './reject.ts';
import { onSite } from './site.ts';

export async function approveRevision(invocation: Invocation, options: ReasonOptions, step: string): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const operator = operatorFrom(invocation.env, options.reason);
    const allowed = await approveStep(parts.store, step, operator, parts.clock());
    await show(invocation, { format: 1, ...allowed }, () => stepPage(allowed));
    return 0;
  });
}
