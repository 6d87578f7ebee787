/** `muster ledger rebuild`: learns again what a system holds of Muster's, and what was deleted there. */
import { rebuildLedger, somethingToAccept } from '../core/operations/rebuild.ts';
import { rebuildPage } from '../views/acts.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import { onSite } from './site.ts';

export interface RebuildOptions {
  readonly approve?: string;
  readonly reason?: string;
  readonly system?: string;
}

export async function ledgerRebuild(invocation: Invocation, options: RebuildOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const { approve: digest, system } = options;
    const operator = operatorFrom(invocation.env, options.reason ?? 'ledger rebuild');
    const rebuild = await rebuildLedger(parts, digest === undefined ? null : { ...operator, digest }, system);
    await show(invocation, { format: 1, ...rebuild }, () => rebuildPage(rebuild));
    const waits = !rebuild.done && somethingToAccept(rebuild);
    return waits || rebuild.refused.length > 0 ? 2 : 0;
  });
}
