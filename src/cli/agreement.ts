/** `muster agreement`: how far systems are as the repository says, by institution and day, and which are ready to be looked after. */
import { AGREEMENT_DAYS_SHOWN, slicesOf } from '../core/agreement.ts';
import { pass } from '../core/pass.ts';
import { dayAfter, dayOf } from '../model/day.ts';
import { agreementPage } from '../views/agreement.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export interface AgreementOptions {
  readonly now?: boolean;
  readonly all?: boolean;
}

export async function agreement(invocation: Invocation, options: AgreementOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const { clock, settings } = parts;
    const today = dayOf(clock(), settings.timeZone);
    const fresh = options.now === true ? await pass(parts, { trigger: 'command', dryRun: true, compares: true }) : null;
    const recorded = (await parts.agreement?.since(dayAfter(today, -AGREEMENT_DAYS_SHOWN))) ?? [];
    const now = fresh?.agreement ?? [];
    const renewed = new Set(now.map(({ system }) => system));
    const earlier = recorded.filter(({ day, system }) => day !== today || !renewed.has(system));
    const slices = slicesOf([...earlier, ...now], today);
    const unread = fresh?.plan.unread ?? [];
    await show(invocation, { format: 1, slices, unread }, () =>
      agreementPage(slices, { all: options.all === true, unread }),
    );
    return unread.length > 0 ? 1 : 0;
  });
}
