/** Alarms: people who should have been shut out in this run and were not. */
import type { Notice } from './plan.ts';
import type { Applied } from './report.ts';
import { thingOf } from './thing.ts';

/** One urgent notice for each disable that would have taken access away and was not made. */
export function alarms(applied: readonly Applied[]): readonly Notice[] {
  return applied.flatMap(({ change, outcome }): Notice[] => {
    if (change.kind !== 'disable' || change.effect !== 'takes' || outcome.status === 'applied') return [];
    const thing = thingOf(change.address.kind);
    const why = outcome.status === 'failed' ? outcome.error : outcome.because;
    return [
      {
        kind: 'still-enabled',
        system: change.address.system,
        person: change.person.label,
        text: `${change.person.label} ${thing.denied} (${change.cause.text}), but ${thing.still}. ${why}`,
        next: `${thing.byHand} now.`,
        origin: change.cause.origin,
        urgent: true,
      },
    ];
  });
}
