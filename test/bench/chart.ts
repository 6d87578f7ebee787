/** Draws time and memory over the number of people as an SVG (SVG 2), both axes logarithmic, readable on light and dark pages. */
import { type Line, legendSides, panel } from './chart-panel.ts';
import type { ScalePoint } from './result.ts';
import { amount, count } from './words.ts';

const WIDTH = 1000;
const HEIGHT = 430;

/** Time against people, in seconds. */
export const TIME_LINES: readonly Line<ScalePoint>[] = [
  { name: 'cold plan', mark: 'cold', of: ({ coldMs }) => coldMs / 1000 },
  { name: 'warm plan', mark: 'warm', of: ({ warmMs }) => warmMs / 1000 },
  { name: 'floor', mark: 'floor', of: ({ floorMs }) => floorMs / 1000 },
  { name: '10 changed', mark: 'ten', of: ({ tenMs }) => tenMs / 1000 },
  { name: 'nothing changed', mark: 'nothing', of: ({ nothingMs }) => nothingMs / 1000 },
];

/** Peak memory against people, in MB. */
export const MEMORY_LINES: readonly Line<ScalePoint>[] = [
  { name: 'cold plan', mark: 'cold', of: ({ coldMb }) => coldMb },
  { name: 'warm plan', mark: 'warm', of: ({ warmMb }) => warmMb },
  { name: 'staying process', mark: 'ten', of: ({ residentMb }) => residentMb },
];

/** Colours of both pages reach a contrast of 4.5 to 1 against them (WCAG 2.2, 1.4.3); lines differ in dashes and marks as well. */
const STYLE = `
  svg { --ink: #1f2328; --quiet: #59636e; --grid: #d8dee4; --cold: #0550ae; --warm: #9a3412; --floor: #57606a; --ten: #6639ba; --nothing: #116329; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --quiet: #9da7b1; --grid: #30363d; --cold: #79c0ff; --warm: #ffa657; --floor: #9da7b1; --ten: #d2a8ff; --nothing: #56d364; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--quiet); }
  .head { font-weight: 600; fill: var(--ink); }
  .grid { stroke: var(--grid); stroke-width: 1; }
  .line { fill: none; stroke-width: 2; }
  .cold { color: var(--cold); } .warm { color: var(--warm); } .floor { color: var(--floor); } .ten { color: var(--ten); } .nothing { color: var(--nothing); }
  .floor .line { stroke-dasharray: 6 4; } .ten .line { stroke-dasharray: 2 3; } .nothing .line { stroke-dasharray: 9 3 2 3; }
  g.series .line { stroke: currentColor; } g.series .dot, g.series text { fill: currentColor; }
`;

/** @param points at least two, of rising numbers of people */
export function chartOf(points: readonly ScalePoint[]): string {
  const people = points.map(({ users }) => users);
  const time = panel(points, TIME_LINES, { left: 60, top: 50, ...legendSides(WIDTH, HEIGHT), unit: 's', head: 'Time' });
  const memory = panel(points, MEMORY_LINES, {
    left: 60 + WIDTH / 2,
    top: 50,
    ...legendSides(WIDTH, HEIGHT),
    unit: 'MB',
    head: 'Peak memory',
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">
<title id="title">Time and memory of Muster over ${people.map(count).join(', ')} people</title>
<desc id="desc">${describe(points)}</desc>
<style>${STYLE}</style>
${time}
${memory}
</svg>
`;
}

/** The same in words, for those who do not see it. */
function describe(points: readonly ScalePoint[]): string {
  const sentences = points.map((point) => {
    const times = TIME_LINES.map(({ name, of }) => `${name} ${amount(of(point), 's')}`);
    const peaks = MEMORY_LINES.map(({ name, of }) => `${name} ${amount(of(point), 'MB')}`);
    return `${count(point.users)} people: ${times.join(', ')}; memory: ${peaks.join(', ')}.`;
  });
  return `Two charts, both axes logarithmic. ${sentences.join(' ')}`;
}
