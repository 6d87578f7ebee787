/** Moments on a page: the clock's time in the configured zone, and how far away that is. */
import type { Instant } from '../model/document.ts';
import { moment } from '../views/words.ts';
import { type Html, html } from './html.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** From so many units on the next larger one is used: `90 minutes` says more than `1 hour`. */
const STEPS: readonly (readonly [least: number, unitMs: number, one: string, many: string])[] = [
  [2 * DAY_MS, DAY_MS, 'day', 'days'],
  [2 * HOUR_MS, HOUR_MS, 'hour', 'hours'],
  [MINUTE_MS, MINUTE_MS, 'minute', 'minutes'],
  [0, SECOND_MS, 'second', 'seconds'],
];

/** `12 minutes`, without before or after. */
export function span(ms: number): string {
  const length = Math.max(0, ms);
  const [, unitMs, one, many] = STEPS.find(([least]) => length >= least) ?? [0, SECOND_MS, 'second', 'seconds'];
  const n = Math.floor(length / unitMs);
  return `${n} ${n === 1 ? one : many}`;
}

/** `12 minutes ago`, `in 48 minutes`. */
export function distance(at: Instant, now: Instant): string {
  return at <= now ? `${span(now - at)} ago` : `in ${span(at - now)}`;
}

/** The time of day for people, the instant for machines. */
export function timeHtml(at: Instant, timeZone: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${moment(at, timeZone)}</time>`;
}
