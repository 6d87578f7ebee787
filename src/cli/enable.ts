/** `muster enable USER`: gives back an account that was disabled by hand. */
import { enableByOrder } from '../core/operations/enable.ts';
import { enabledPage } from '../views/acts.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import type { ReasonOptions } from './reject.ts';
import { onSite } from './site.ts';

export interface EnableOptions extends ReasonOptions {
  readonly system?: string;
}

export async function enable(invocation: Invocation, options: EnableOptions, username: string): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const enabled = await enableByOrder(parts, username, operatorFrom(invocation.env, options.reason), options.system);
    await show(invocation, { format: 1, ...enabled }, () => enabledPage(enabled, parts.settings.timeZone));
    return enabled.applied.every(({ outcome }) => outcome.status === 'applied') ? 0 : 2;
  });
}
