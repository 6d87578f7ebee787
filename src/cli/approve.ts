/** `muster approve DIGEST`: lets held changes through at the next pass. */
import { approveAhead, approveHeld } from '../core/operations/approval.ts';
import { approvedPage } from '../views/decisions.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { readMomentAhead } from './moment.ts';
import { operatorFrom } from './operator.ts';
import type { ReasonOptions } from './reject.ts';
import { onSite } from './site.ts';

export interface ApproveOptions extends ReasonOptions {
  /** The moment for which `muster plan --at` showed the digest. */
  readonly at?: string;
}

export async function approve(invocation: Invocation, options: ApproveOptions, digest: string): Promise<ExitCode> {
  return onSite(invocation, async ({ config, parts }) => {
    const operator = operatorFrom(invocation.env, options.reason);
    const { expireHours } = config.approvals;
    const { at: dateText } = options;
    const approved =
      dateText === undefined
        ? await approveHeld(parts, digest, operator, expireHours)
        : await approveAhead(parts, digest, operator, {
            at: readMomentAhead(dateText, config.timeZone, parts.clock()),
            dateText,
            expireHours,
          });
    await show(invocation, { format: 1, ...approved }, () => approvedPage(approved, config.timeZone));
    return 0;
  });
}
