/** `muster held`: what waits for a person since the last pass. */
import { waitingOf } from '../core/waiting.ts';
import { heldPage } from '../views/held.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export interface HeldOptions {
  readonly all?: boolean;
}

export async function held(invocation: Invocation, options: HeldOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const waiting = await waitingOf(parts.store);
    const { timeZone } = parts.settings;
    await show(invocation, waiting, () => heldPage(waiting, { timeZone, all: options.all === true }));
    return waiting.count > 0 ? 2 : 0;
  });
}
