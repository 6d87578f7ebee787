/** `muster closed`: who is closed for how long. */
import { leaversAmong } from '../core/leavers.ts';
import { closedPage } from '../views/closed.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export async function closed(invocation: Invocation): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const { store, reconcilers, settings, clock } = parts;
    const rows = await Promise.all(reconcilers.map(({ system }) => store.ledger.all(system)));
    const leavers = leaversAmong(rows.flat(), clock());
    await show(invocation, { format: 1, closed: leavers }, () => closedPage(leavers, settings.timeZone));
    return 0;
  });
}
