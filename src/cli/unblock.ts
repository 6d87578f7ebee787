/** `muster unblock`: ends a block that was set with `muster block`. */
import { unblockByOrder } from '../core/operations/block.ts';
import { unblockedPage } from '../views/acts.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import { onSite } from './site.ts';
import { type TargetOptions, targetOf } from './target.ts';

export interface UnblockOptions extends TargetOptions {
  readonly reason: string;
}

export async function unblock(invocation: Invocation, options: UnblockOptions, user?: string): Promise<ExitCode> {
  const target = targetOf('unblock', options, user);
  return onSite(invocation, async ({ parts }) => {
    const unblocked = await unblockByOrder(parts, { ...operatorFrom(invocation.env, options.reason), ...target });
    await show(invocation, { format: 1, ...unblocked }, () => unblockedPage(unblocked, parts.settings.timeZone));
    return 0;
  });
}
