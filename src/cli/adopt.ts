/** `muster adopt USER…`: takes over existing accounts, after showing what that would change. */
import { adopt as adoptAccounts } from '../core/operations/adopt.ts';
import type { Operator } from '../core/operations/scene.ts';
import { MusterError } from '../errors.ts';
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
  const operator = operatorOf(invocation, options, usernames);
  return onSite(invocation, async ({ parts }) => {
    const adoption = await adoptAccounts(parts, usernames, operator);
    const { timeZone } = parts.settings;
    await show(invocation, { format: 1, ...adoption }, () => adoptionPage(adoption, timeZone));
    const waits =
      adoption.adopts.length > adoption.applied.filter(({ outcome }) => outcome.status === 'applied').length;
    return waits || adoption.refused.length > 0 ? 2 : 0;
  });
}

/** Null: it is only shown, which needs no reason. */
function operatorOf({ env }: Invocation, { yes, reason }: AdoptOptions, usernames: readonly string[]): Operator | null {
  if (reason !== undefined) {
    const operator = operatorFrom(env, reason);
    return yes === true ? operator : null;
  }
  if (yes !== true) return null;
  throw new MusterError({
    remedy: 'person',
    where: 'muster adopt --yes',
    what: 'No reason is given.',
    next: `Write: muster adopt ${usernames.join(' ')} --yes --reason "…"`,
  });
}
