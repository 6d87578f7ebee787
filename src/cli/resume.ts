/** `muster resume`: ends a pause. */
import { resumedPage } from '../views/decisions.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorName } from './operator.ts';
import { onSite } from './site.ts';

export async function resume(invocation: Invocation): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const paused = await parts.store.orders.paused();
    await parts.store.orders.resume(operatorName(invocation.env), parts.clock());
    await show(invocation, { format: 1, paused: null, was: paused }, () => resumedPage(paused));
    return 0;
  });
}
