/** One panel of a chart: logarithmic axes, lines with marks, and the name of each line at its end. */
import { count, plain } from './words.ts';

export interface Line<T> {
  readonly name: string;
  /** Class of the line in the style sheet; decides colour and dashes. */
  readonly mark: 'cold' | 'warm' | 'floor' | 'ten' | 'nothing';
  /** Height of the line at a point; above 0. */
  of(point: T): number;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly unit: string;
  readonly head: string;
}

/** Room that two panels in a picture leave for axes and names. */
export function legendSides(width: number, height: number): Pick<Frame, 'width' | 'height'> {
  return { width: width / 2 - 190, height: height - 110 };
}

/** Names of lines must not stand on each other: height of a line of text. */
const NAME_HEIGHT = 16;
const DOT = 3.5;

export function panel<T extends { readonly users: number }>(
  points: readonly T[],
  lines: readonly Line<T>[],
  frame: Frame,
): string {
  const across = decades(points.map(({ users }) => users));
  const up = decades(lines.flatMap((line) => points.map((point) => line.of(point))));
  const x = (value: number) => frame.left + position(value, across) * frame.width;
  const y = (value: number) => frame.top + (1 - position(value, up)) * frame.height;
  const bottom = frame.top + frame.height;
  const right = frame.left + frame.width;
  const head = `<text class="head" x="${frame.left}" y="${frame.top - 22}">${frame.head} (${frame.unit}) over people</text>`;
  const grid = [
    ...ticks(across).map(
      (tick) =>
        `<line class="grid" x1="${n(x(tick))}" y1="${frame.top}" x2="${n(x(tick))}" y2="${bottom}"/><text x="${n(x(tick))}" y="${bottom + 20}" text-anchor="middle">${count(tick)}</text>`,
    ),
    ...ticks(up).map(
      (tick) =>
        `<line class="grid" x1="${frame.left}" y1="${n(y(tick))}" x2="${right}" y2="${n(y(tick))}"/><text x="${frame.left - 8}" y="${n(y(tick) + 4)}" text-anchor="end">${tick >= 1 ? count(tick) : plain(tick)}</text>`,
    ),
  ];
  const places = namePlaces(lines.map((line) => y(line.of(lastOf(points)))));
  const drawn = lines.map((line, at) => {
    const path = points.map((point) => `${n(x(point.users))},${n(y(line.of(point)))}`);
    const dots = points.map(
      (point) => `<circle class="dot" cx="${n(x(point.users))}" cy="${n(y(line.of(point)))}" r="${DOT}"/>`,
    );
    const name = `<text x="${n(x(lastOf(points).users) + 10)}" y="${n((places[at] ?? 0) + 4)}">${line.name}</text>`;
    return `<g class="series ${line.mark}"><polyline class="line" points="${path.join(' ')}"/>${dots.join('')}${name}</g>`;
  });
  return [head, ...grid, ...drawn].join('\n');
}

interface Span {
  /** Exponents of ten. */
  readonly from: number;
  readonly to: number;
}

/** Whole powers of ten around all values. */
function decades(values: readonly number[]): Span {
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.ceil(Math.log10(Math.max(...values)));
  return { from, to: Math.max(to, from + 1) };
}

function position(value: number, { from, to }: Span): number {
  return (Math.log10(value) - from) / (to - from);
}

/** Powers of ten; within a single one, 2 and 5 times it as well. */
function ticks({ from, to }: Span): readonly number[] {
  const powers = Array.from({ length: to - from + 1 }, (_, step) => 10 ** (from + step));
  return to - from > 1 ? powers : [10 ** from, 2 * 10 ** from, 5 * 10 ** from, 10 ** to];
}

/** Heights of names beside the ends of their lines, moved apart where they would touch. */
function namePlaces(ends: readonly number[]): readonly number[] {
  const order = ends.map((end, at) => ({ end, at })).toSorted((a, b) => a.end - b.end);
  const places: number[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const { end, at } of order) {
    const place = Math.max(end, free);
    places[at] = place;
    free = place + NAME_HEIGHT;
  }
  return places;
}

function lastOf<T>(points: readonly T[]): T {
  const last = points.at(-1);
  if (last === undefined) throw new Error('There is nothing to draw.');
  return last;
}

/** A coordinate with as many digits as a screen can show. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
