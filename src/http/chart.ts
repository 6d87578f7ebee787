/** Passes and changes day by day as a drawing, and as the table that says the same in figures. */
import type { DayActivity } from '../core/activity.ts';
import { type Html, html } from './html.ts';

// All in units of the drawing, which grows with the page.
const WIDTH = 1000;
const HEIGHT = 200;
const LEFT = 44;
const TOP = 12;
/** Where the bars stand, and where the line of passes runs below them. */
const GROUND = 140;
const PASSES_AT = 164;
const LABELS_AT = 190;
const BAR_SHARE = 0.62;

/** Bars of changes above, a mark for the passes of each day below. */
export function chartHtml(days: readonly DayActivity[]): Html {
  const most = niceCeiling(Math.max(0, ...days.map(({ taken, given, others }) => taken + given + others)));
  const step = (WIDTH - LEFT) / days.length;
  return html`<figure class="chart">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="chart-title">
<title id="chart-title">${summary(days)}</title>
${[0, most / 2, most].map((value) => gridLine(value, most))}
${days.map((day, n) => bar(day, LEFT + n * step, step, most))}
<text class="axis" x="0" y="${PASSES_AT + 4}">passes</text>
${days.map((day, n) => passes(day, LEFT + (n + 0.5) * step))}
${days.map((day, n) => label(day, n, LEFT + (n + 0.5) * step, days.length))}
</svg>
<figcaption>${KEY.map(([kind, words]) => html`<span class="key"><svg class="swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false"><rect class="bar-${kind}" width="12" height="12"/>${texture(kind, 0, 0, 12, 12)}</svg>${words}</span>`)}</figcaption>
</figure>`;
}

const KEY = [
  ['taken', 'access taken away'],
  ['given', 'access given'],
  ['others', 'other changes'],
] as const;

type BarKind = (typeof KEY)[number][0];

function summary(days: readonly DayActivity[]): string {
  const total = (of: (day: DayActivity) => number) => days.reduce((sum, day) => sum + of(day), 0);
  const failed = total((day) => day.failed);
  const change = total((day) => day.taken + day.given + day.others);
  return `The last ${days.length} days: ${change} changes in ${total((day) => day.passes)} passes, of which ${failed} failed. The table below has the figures.`;
}

/** A round figure at or above the most: 4, 6, 8, 10, 12, 16, 20 … so that its half is whole, too. */
function niceCeiling(most: number): number {
  if (most <= 4) return 4;
  const magnitude = 10 ** Math.floor(Math.log10(most));
  const steps = magnitude === 1 ? [6, 8, 10] : [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10];
  return steps.map((step) => Math.round(step * magnitude)).find((ceiling) => ceiling >= most) ?? most;
}

function heightOf(value: number, most: number): number {
  return round(((GROUND - TOP) * value) / most);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function gridLine(value: number, most: number): Html {
  const y = round(GROUND - heightOf(value, most));
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}"/><text class="axis" x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${value}</text>`;
}

/** The gravest at the bottom, where heights are compared most easily. */
function bar(day: DayActivity, x: number, step: number, most: number): Html {
  const width = round(step * BAR_SHARE);
  const left = round(x + (step - width) / 2);
  let top = GROUND;
  return html`${KEY.map(([kind]) => {
    const height = heightOf(day[kind], most);
    if (day[kind] === 0) return null;
    top = round(top - height);
    return html`<rect class="bar-${kind}" x="${left}" y="${top}" width="${width}" height="${height}"/>${texture(kind, left, top, width, height)}`;
  })}`;
}

/** Lines across what takes access away, so that the parts differ without colour as well. */
function texture(kind: BarKind, x: number, y: number, width: number, height: number): Html | null {
  if (kind === 'others') return null;
  const gap = 4;
  const lines = Math.floor(height / gap);
  const path = Array.from({ length: lines }, (_, n) =>
    kind === 'taken' ? `M${x} ${round(y + gap * (n + 0.5))}h${width}` : '',
  ).join('');
  return path === '' ? null : html`<path class="texture" d="${path}"/>`;
}

/** A dot where all passes of the day were well, a square where something waited, a triangle where one failed, nothing where none ran. */
function passes({ passes: n, waiting, failed }: DayActivity, x: number): Html | null {
  const at = round(x);
  if (n === 0) return null;
  if (failed > 0) return html`<path class="pass-failing" d="M${at} ${PASSES_AT - 6}l6.5 11h-13z"/>`;
  if (waiting > 0)
    return html`<rect class="pass-waiting" x="${at - 4.5}" y="${PASSES_AT - 4.5}" width="9" height="9"/>`;
  return html`<circle class="pass-good" cx="${at}" cy="${PASSES_AT}" r="4.5"/>`;
}

/** Every second day, counted from today, so that the figures do not touch. */
function label({ day }: DayActivity, n: number, x: number, days: number): Html | null {
  if ((days - 1 - n) % 2 !== 0) return null;
  return html`<text class="axis" x="${round(x)}" y="${LABELS_AT}" text-anchor="middle">${day.slice(5)}</text>`;
}

/** Newest first, as one reads back from today. */
export function activityTable(days: readonly DayActivity[]): Html {
  return html`<details><summary>The same as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Passes and changes by day"><table>
<thead><tr><th scope="col">Day</th><th scope="col" class="figure">Passes</th><th scope="col" class="figure">something waited</th><th scope="col" class="figure">failed</th><th scope="col" class="figure">Access taken</th><th scope="col" class="figure">Access given</th><th scope="col" class="figure">Other changes</th></tr></thead>
<tbody>${days
    .toReversed()
    .map(
      ({ day, passes: n, waiting, failed, taken, given, others }) =>
        html`<tr><th scope="row">${day}</th>${[n, waiting, failed, taken, given, others].map((figure) => html`<td class="figure">${figure}</td>`)}</tr>`,
    )}</tbody>
</table></div></details>`;
}
