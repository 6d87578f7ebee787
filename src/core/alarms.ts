/** Alarms: people who should have been shut out in this run and were not. */
import type { Notice } from './plan.ts';
import type { Applied } from './report.ts';

/** One urgent notice for each disable that would have taken access away and was not made. */
export function alarms(applied: readonly Applied[]): readonly Notice[] {
  return applied.flatMap(({ change, outcome }): Notice[] => {
    if (change.kind !== 'disable' || change.effect !== 'takes' || outcome.status === 'applied') return [];
    const why = outcome.status === 'failed' ? outcome.error : outcome.because;
    return [
      {
        kind: 'still-enabled',
        person: change.person.label,
        text: `${change.person.label} should have no access (${change.cause.text}), but can still log in. ${why}`,
        next: 'Disable the account by hand now.',
        origin: change.cause.origin,
        urgent: true,
      },
    ];
  });
}
