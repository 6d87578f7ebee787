/** Marks of a state: a shape for each, so that nobody has to tell colours apart; the words stand beside them. */
import type { Condition, SystemStatus } from '../core/status.ts';
import { type Html, html } from './html.ts';

/** What a mark says, whatever it is said of. */
export type Sign = 'good' | 'waiting' | 'failing' | 'new';

export const CONDITION_WORDS: Readonly<Record<Condition, string>> = {
  good: 'All as it should be',
  waiting: 'Waits for a person',
  failing: 'Failing',
  new: 'No pass has ended yet',
};

export const SYSTEM_SIGNS: Readonly<Record<SystemStatus['state'], readonly [sign: Sign, words: string]>> = {
  read: ['good', 'read and proven'],
  unread: ['failing', 'not read'],
  new: ['new', 'not looked at yet'],
};

/** A tick in a circle, two bars in a square, an exclamation mark in a triangle, a broken ring. */
export function mark(sign: Sign): Html {
  return html`<svg class="mark mark-${sign}" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">${SHAPES[sign]}</svg>`;
}

const SHAPES: Readonly<Record<Sign, Html>> = {
  good: html`<circle class="ground" cx="12" cy="12" r="11"/><path class="stroke" d="M6.5 12.5l3.8 3.8 7.2-8"/>`,
  waiting: html`<rect class="ground" x="1" y="1" width="22" height="22" rx="4"/><path class="stroke" d="M9 7v10M15 7v10"/>`,
  failing: html`<path class="ground" d="M12 1.2L23.4 22H.6z"/><path class="stroke" d="M12 9v6M12 18.2v.1"/>`,
  new: html`<circle class="ring" cx="12" cy="12" r="9.5"/>`,
};

/** The mark with its words. */
export function signed(sign: Sign, words: string): Html {
  return html`<span class="signed">${mark(sign)}<span>${words}</span></span>`;
}
