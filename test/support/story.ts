/** A report in words short enough to compare. */
import type { Report } from '../../src/core/report.ts';
import { compareText } from '../../src/diagnostic.ts';

/** `disable anna`, `update berit failed`, `held block: 26`, `(disabled-by-hand)`, `unread directory`. */
export function story({ applied, holds, plan, trouble }: Report): readonly string[] {
  return [
    ...applied.map(({ change, outcome }) => {
      const words = `${change.kind} ${change.address.key}`;
      return outcome.status === 'applied' ? words : `${words} ${outcome.status}`;
    }),
    ...holds.map(({ rule, changes }) => `held ${rule}: ${changes.length}`),
    ...plan.notices.map(({ kind, urgent }) => `(${kind}${urgent ? ', urgent' : ''})`),
    ...plan.unread.map(({ system }) => `unread ${system}`),
    ...(trouble.length > plan.unread.length ? ['trouble'] : []),
  ];
}

/** `disable anna takes block`, for everything that is planned. */
export function planned({ plan }: Report): readonly string[] {
  return plan.changes.map(
    ({ kind, address, effect, classes }) => `${kind} ${address.key} ${effect} ${classes.join('+')}`,
  );
}

/** In code-unit order: where writes go out side by side, their order says nothing. */
export function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted(compareText);
}
