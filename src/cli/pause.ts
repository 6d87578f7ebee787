/** `muster pause`: stops everything but blocks, until `muster resume`. */
import { pausedPage } from '../views/decisions.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import type { ReasonOptions } from './reject.ts';
import { onSite } from './site.ts';

export async function pause(invocation: Invocation, options: ReasonOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const { by, reason } = operatorFrom(invocation.env, options.reason);
    await parts.store.orders.pause(by, reason, parts.clock());
    await show(invocation, { format: 1, paused: { by, reason } }, pausedPage);
    return 0;
  });
}
