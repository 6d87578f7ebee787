/** `muster why USER`: a person's standing with every reason behind it. */
import { whyOf } from '../core/why.ts';
import { whyPage } from '../views/why.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export async function why(invocation: Invocation, _options: unknown, username: string): Promise<ExitCode> {
  return onSite(invocation, async ({ parts, history }) => {
    const answer = await whyOf(parts, history, username);
    await show(invocation, answer, () => whyPage(answer, parts.settings.timeZone));
    const failed = answer.trouble.length > 0 || answer.systems.some((system) => 'trouble' in system);
    return failed ? 1 : 0;
  });
}
