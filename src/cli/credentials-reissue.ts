/** `muster credentials reissue USER`: a new initial password, sealed into the outbox. */
import { recordedAct } from '../core/operations/acts.ts';
import { refuseIfObserved } from '../core/operations/scene.ts';
import { refuseRestored } from '../core/restored.ts';
import { fold } from '../model/document.ts';
import { reissuedPage } from '../views/acts.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import type { ReasonOptions } from './reject.ts';
import { onSite } from './site.ts';

export async function credentialsReissue(
  invocation: Invocation,
  options: ReasonOptions,
  username: string,
): Promise<ExitCode> {
  return onSite(invocation, async ({ config, parts, reissue, log }) => {
    const { by, reason } = operatorFrom(invocation.env, options.reason);
    await refuseRestored(parts);
    await refuseIfObserved(parts, username);
    const act = { act: 'credentials-reissue', person: fold(username), by, reason, detail: {} } as const;
    const reissued = await recordedAct(parts, act, () => reissue(username));
    log.info('initial password reissued', { username: reissued.username, attempt: reissued.attempt, by, reason });
    await show(invocation, { format: 1, ...reissued }, () => reissuedPage(reissued, config.credentials.outbox ?? ''));
    return 0;
  });
}
