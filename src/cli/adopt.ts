/** `muster adopt USER…`: takes over existing accounts, after showing what that would change. */
import { adopt as adoptAccounts } from '../core/operations/adopt.ts';
import { adoptionPage } from '../views/acts.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import { onSite } from './site.ts';

export interface AdoptOptions {
  readonly yes?: boolean;
  readonly reason?: string;
}

export async function adopt(
  invocation: Invocation,
  options: AdoptOptions,
  usernames: readonly string[],
): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const operator = options.yes === true ? operatorFrom(invocation.env, options.reason ?? 'adopted') : null;
    const adoption = await adoptAccounts(parts, usernames, operator);
    const { timeZone } = parts.settings;
    await show(invocation, { format: 1, ...adoption }, () => adoptionPage(adoption, timeZone));
    const waits =
      adoption.adopts.length > adoption.applied.filter(({ outcome }) => outcome.status === 'applied').length;
    return waits || adoption.refused.length > 0 ? 2 : 0;
  });
}
