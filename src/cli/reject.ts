/** `muster reject DIGEST`: records that held changes are not wanted, and ends an approval of them. */
import { rejectHeld } from '../core/operations/approval.ts';
import { rejectedPage } from '../views/decisions.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import { onSite } from './site.ts';

export interface ReasonOptions {
  readonly reason: string;
}

export async function reject(invocation: Invocation, options: ReasonOptions, digest: string): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const rejected = await rejectHeld(parts, digest, operatorFrom(invocation.env, options.reason));
    await show(invocation, { format: 1, ...rejected }, () => rejectedPage(rejected));
    return 0;
  });
}
