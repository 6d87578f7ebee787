/** The look of the pages: one stylesheet, light and dark, with no font and no picture from elsewhere. */
import { createHash } from 'node:crypto';

// Every pair of text and ground has a contrast of at least 4.5 to 1, and of every shape at least 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).
const COLOURS = `
:root {
  color-scheme: light dark;
  --ground: #f7f6f3; --sheet: #fffefb; --ink: #1c1f24; --soft: #565c66; --rule: #dcd9d2; --edge: #868b94;
  --link: #1a4f8b; --code: #efede7; --good: #1e6b41; --waiting: #8a5200; --failing: #b3261e; --new: #565c66;
  --good-wash: #edf5ef; --waiting-wash: #fcf3e3; --failing-wash: #fcedeb; --on-mark: #ffffff;
  --taken: #b3261e; --given: #1e6b41; --others: #75808f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --sheet: #1b1f25; --ink: #e7e5e0; --soft: #a8aeb8; --rule: #31363e; --edge: #79818d;
    --link: #93bdf2; --code: #262b32; --good: #7cc79b; --waiting: #efb860; --failing: #ff958a; --new: #a8aeb8;
    --good-wash: #1a2921; --waiting-wash: #2e2517; --failing-wash: #341e1c; --on-mark: #14171b;
    --taken: #ff958a; --given: #7cc79b; --others: #79818d;
  }
}`;

const FRAME = `
*, *::before, *::after { box-sizing: border-box; }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; text-size-adjust: none; }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
main, .top, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--sheet); padding: 0.5rem 1rem; }
.top { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; align-items: center; justify-content: space-between; padding-top: 1rem; padding-bottom: 1rem; }
.name { margin: 0; font-size: 1.05rem; min-width: 0; }
.name a { font-weight: 650; color: var(--ink); text-decoration: none; letter-spacing: -0.01em; }
.instance { color: var(--soft); margin-left: 0.4rem; }
.search { display: flex; gap: 0.5rem; align-items: center; }
.search label { color: var(--soft); }
input, button { font: inherit; color: inherit; background: var(--sheet); border: 1px solid var(--edge); border-radius: 6px; padding: 0.35rem 0.7rem; }
input { width: 15rem; max-width: 100%; min-width: 0; }
button { cursor: pointer; }
button:hover { border-color: var(--ink); }
footer { color: var(--soft); font-size: 0.875rem; padding-top: 1.5rem; padding-bottom: 2.5rem; display: flex; flex-wrap: wrap; gap: 0 2rem; justify-content: space-between; }
footer a + a { margin-left: 0.9rem; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1 { font-size: 1.75rem; font-weight: 650; letter-spacing: -0.015em; margin: 0; }
h2 { font-size: 1.15rem; font-weight: 650; margin: 0 0 0.75rem; }
h3 { font-size: 1rem; font-weight: 650; margin: 0 0 0.4rem; }
h4 { font-size: 1rem; font-weight: 600; margin: 0.75rem 0 0.25rem; }
p { margin: 0.25rem 0; }
code { font: 0.9em/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; background: var(--code); border-radius: 4px; padding: 0.05em 0.35em; }
pre { margin: 0.4rem 0; background: var(--code); border-radius: 6px; padding: 0.55rem 0.8rem; white-space: pre-wrap; }
pre code { background: none; padding: 0; }
ul { margin: 0.25rem 0; padding-left: 1.2rem; }
li { margin: 0.2rem 0; }`;

const PARTS = `
.hero { background: var(--sheet); border: 1px solid var(--rule); border-left: 6px solid var(--new); border-radius: 10px; padding: 1.4rem 1.5rem; margin-bottom: 1rem; }
.hero-good { border-left-color: var(--good); } .hero-waiting { border-left-color: var(--waiting); } .hero-failing { border-left-color: var(--failing); }
.hero-head { display: flex; gap: 0.9rem; align-items: center; }
.hero-head .mark { width: 2.4rem; height: 2.4rem; }
.because { margin: 0.5rem 0 0 3.3rem; color: var(--soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 0.9rem 1.5rem; margin: 1.3rem 0 0; padding-top: 1.1rem; border-top: 1px solid var(--rule); }
.facts dt { color: var(--soft); font-size: 0.875rem; }
.facts dd { margin: 0; font-weight: 550; }
.facts dd .more { display: block; font-weight: 400; color: var(--soft); font-size: 0.875rem; }
.card { background: var(--sheet); border: 1px solid var(--rule); border-radius: 10px; padding: 1.2rem 1.5rem; margin-bottom: 1rem; }
.part { margin: 1rem 0 0; padding-top: 0.9rem; border-top: 1px solid var(--rule); }
.card > h2 + .part { border-top: 0; padding-top: 0; margin-top: 0; }
.hold { background: var(--waiting-wash); border-radius: 8px; padding: 0.9rem 1.1rem; margin: 0.75rem 0 0; }
.grave { background: var(--failing-wash); border-radius: 8px; padding: 0.9rem 1.1rem; margin: 0.75rem 0 0; }
.grave .part, .hold .part { border-top: 0; padding-top: 0; margin-top: 0; }
.items { list-style: none; padding-left: 0; } .items > li { margin: 0.55rem 0; } .items .items { padding-left: 1.1rem; }
.tone-faint, .soft { color: var(--soft); } .tone-bad { color: var(--failing); } .tone-good { color: var(--good); } .tone-warn { color: var(--waiting); } .tone-strong { font-weight: 600; }
.tone-bad > *, .tone-warn > p, .tone-warn > ul, .tone-warn > pre { color: var(--ink); } .tone-bad > bdi { color: var(--failing); }
.mark { flex: none; vertical-align: -0.25em; width: 1.25em; height: 1.25em; }
.mark .stroke { fill: none; stroke: var(--on-mark); stroke-width: 2.6; stroke-linecap: round; stroke-linejoin: round; }
.mark-good .ground { fill: var(--good); } .mark-waiting .ground { fill: var(--waiting); } .mark-failing .ground { fill: var(--failing); }
.mark-new .ring { fill: none; stroke: var(--new); stroke-width: 2.5; stroke-dasharray: 5 4; }
.signed { display: inline-flex; gap: 0.5rem; align-items: center; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 1.2rem 0.5rem 0; border-bottom: 1px solid var(--rule); }
tbody tr:last-child > * { border-bottom: 0; }
tbody td, tbody th { min-width: 6.5rem; } .wide { min-width: 14rem; } th { font-weight: 600; } thead th { color: var(--soft); font-weight: 500; font-size: 0.875rem; }
.figure { text-align: right; } td time { white-space: nowrap; }
summary { cursor: pointer; color: var(--link); padding: 0.25rem 0; width: fit-content; }
.chart { margin: 0 0 0.5rem; } .chart > svg { width: 100%; height: auto; display: block; }
.chart figcaption { color: var(--soft); font-size: 0.875rem; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
.key { display: inline-flex; gap: 0.45rem; align-items: center; } .swatch { flex: none; }
.grid { stroke: var(--rule); stroke-width: 1; } .axis { fill: var(--soft); font-size: 12px; }
.bar-taken { fill: var(--taken); } .bar-given { fill: var(--given); } .bar-others { fill: var(--others); }
.chart rect { stroke: var(--sheet); stroke-width: 1; }
.texture { stroke: var(--sheet); stroke-width: 1.2; fill: none; }
.pass-good { fill: var(--good); } .pass-waiting { fill: var(--waiting); } .pass-failing { fill: var(--failing); }
@media (max-width: 40rem) { .search, .search input { width: 100%; } .because { margin-left: 0; } h1 { font-size: 1.45rem; } .hero, .card { padding: 1rem; } }
@media (forced-colors: active) { .mark .ground { fill: CanvasText; } .mark .stroke { stroke: Canvas; } .hero, .hold, .grave { border: 1px solid CanvasText; } }
@media print { .search, .skip { display: none; } body { background: none; } }`;

export const STYLESHEET = `${COLOURS}${FRAME}${PARTS}\n`;

/** Named after its content, so that a browser never shows an old one. */
export const STYLESHEET_PATH = `/${createHash('sha256').update(STYLESHEET).digest('hex').slice(0, 16)}.css`;

/** For the tab of the browser: people in rows. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1a4f8b"/><g fill="#fff"><circle cx="9" cy="11" r="3"/><circle cx="16" cy="11" r="3"/><circle cx="23" cy="11" r="3"/><circle cx="9" cy="21" r="3"/><circle cx="16" cy="21" r="3"/><path d="M20 21l2.4 2.6L26.5 18" fill="none" stroke="#fff" stroke-width="2.4"/></g></svg>`;
