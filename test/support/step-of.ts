/** Steps between small repositories for tests, and what they do in few words. */
import { expect } from 'vitest';
import { type Step, type StepItem, type StepOptions, stepBetween } from '../../src/model/step.ts';
import { type Files, repository, TODAY, ZONE } from './model-builder.ts';

/** From nothing where `before` is null. */
export function step(before: Files | null, after: Files, options: Partial<StepOptions> = {}): Step {
  const base = before === null ? null : repository(before);
  return stepBetween(base, repository(after), { timeZone: ZONE, at: TODAY, ...options });
}

/** The one item that there is. */
export function only(items: Step['items']): StepItem {
  const [item] = items;
  expect(items).toHaveLength(1);
  if (item === undefined) throw new RangeError('one item has a first');
  return item;
}

/** `does effect +gaining -losing`, in the order of the step. */
export function inShort({ items }: Step): readonly string[] {
  return items.map(({ does, effect, gaining, losing }) =>
    [does, effect, ...gaining.map((key) => `+${key}`), ...losing.map((key) => `-${key}`)].join(' '),
  );
}
