/** `muster block`: shuts out a person or an institution now. */
import { setTimeout } from 'node:timers/promises';
import { blockByOrder } from '../core/operations/block.ts';
import { exitCodeOf } from '../core/report.ts';
import { blockedPage } from '../views/acts.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { readMoment } from './moment.ts';
import { operatorFrom } from './operator.ts';
import { onSite } from './site.ts';
import { type TargetOptions, targetOf } from './target.ts';

/**
 * A pass gives way at the change that it is at, or once its connections stand. Where that takes two minutes, an operator should hear
 * that the block is recorded, and go on.
 */
const PATIENCE = { tries: 480, pause: () => setTimeout(250) };

export interface BlockOptions extends TargetOptions {
  readonly reason: string;
  readonly until?: string;
}

export async function block(invocation: Invocation, options: BlockOptions, user?: string): Promise<ExitCode> {
  const target = targetOf('block', options, user);
  return onSite(invocation, async ({ parts }) => {
    const { timeZone } = parts.settings;
    const until = options.until === undefined ? null : readMoment(options.until, timeZone, parts.clock());
    const operator = operatorFrom(invocation.env, options.reason);
    const blocked = await blockByOrder(parts, { ...operator, ...target, until }, PATIENCE);
    await show(invocation, blocked, () => blockedPage(blocked, target.target, { timeZone, all: true }));
    return exitCodeOf(blocked);
  });
}
