/** `muster closed`: who is closed for how long. */
import { leaversIn } from '../core/leavers.ts';
import { closedPage } from '../views/closed.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export async function closed(invocation: Invocation): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const leavers = await leaversIn(parts);
    await show(invocation, { format: 1, closed: leavers }, () => closedPage(leavers, parts.settings.timeZone));
    return 0;
  });
}
