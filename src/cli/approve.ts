/** `muster approve DIGEST`: lets held changes through at the next pass. */
import { approveHeld } from '../core/operations/approval.ts';
import { approvedPage } from '../views/decisions.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import type { ReasonOptions } from './reject.ts';
import { onSite } from './site.ts';

export async function approve(invocation: Invocation, options: ReasonOptions, digest: string): Promise<ExitCode> {
  return onSite(invocation, async ({ config, parts }) => {
    const operator = operatorFrom(invocation.env, options.reason);
    const approved = await approveHeld(parts, digest, operator, config.approvals.expireHours);
    await show(invocation, { format: 1, ...approved }, () => approvedPage(approved, config.timeZone));
    return 0;
  });
}
