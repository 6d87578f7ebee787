/** The page of the whole: how it stands, what needs somebody, each system, what is to come, what happened. */
import type { DayActivity } from '../core/activity.ts';
import type { GlanceDay } from '../core/glance.ts';
import type { Happening } from '../core/happening.ts';
import type { Status, SystemStatus } from '../core/status.ts';
import { place } from '../diagnostic.ts';
import { endInWords } from '../model/day.ts';
import { daysTable, slicesTable } from '../views/agreement.ts';
import { people, shortRevision } from '../views/words.ts';
import { activityTable, chartHtml } from './chart.ts';
import { type Html, html } from './html.ts';
import { CONDITION_WORDS, mark, SYSTEM_SIGNS, signed } from './marks.ts';
import { mergeRequestsHtml } from './merge-requests-page.ts';
import { distance, span, timeHtml } from './moments.ts';
import { needsHtml, tallyWords } from './needs.ts';
import { blocksHtml } from './page-html.ts';
import { serversHtml, tasksHtml } from './work.ts';

export interface StatusView {
  readonly status: Status;
  readonly happenings: readonly Happening[];
  readonly days: readonly DayActivity[];
  /** IANA name. */
  readonly timeZone: string;
}

export function statusPage({ status, happenings, days, timeZone }: StatusView): Html {
  return html`${heroHtml(status, timeZone)}
${needsHtml(status, timeZone)}
${tasksHtml(status, timeZone)}
${serversHtml(status)}
${mergeRequestsHtml(status, timeZone)}
${systemsHtml(status, timeZone)}
${agreementHtml(status)}
<section class="card"><h2>The last ${days.length} days</h2>${chartHtml(days)}${activityTable(days)}</section>
${happeningsHtml(happenings, timeZone)}
${comingHtml(status.last?.coming ?? [])}
${ordersHtml(status, timeZone)}`;
}

function heroHtml(status: Status, timeZone: string): Html {
  const { condition, because } = status;
  return html`<section class="hero hero-${condition}">
<div class="hero-head">${mark(condition)}<h1>${CONDITION_WORDS[condition]}</h1></div>
${because.length === 0 ? null : html`<p class="because">${sentenceOf(because)}</p>`}
<dl class="facts">
${fact('Last pass', ...lastPass(status, timeZone))}
${fact('Next pass', ...nextPass(status, timeZone))}
${fact('Revision', ...revision(status))}
${fact('Mode', ...mode(status))}
</dl>
</section>`;
}

function sentenceOf(clauses: readonly string[]): string {
  const text = clauses.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function fact(name: string, value: Html | string, more: Html | string): Html {
  return html`<div><dt>${name}</dt><dd>${value} <span class="more">${more}</span></dd></div>`;
}

function lastPass({ last, at, loop }: Status, timeZone: string): readonly [Html | string, Html | string] {
  const running = loop.passingSince === null ? null : `one has been running for ${span(at - loop.passingSince)}`;
  if (last === null) return ['none yet', running ?? ''];
  const took = `took ${span(last.finishedAt - last.startedAt)}, set off by ${TRIGGERS[last.trigger] ?? last.trigger}`;
  const more = html`${timeHtml(last.finishedAt, timeZone)}; ${took}${running === null ? null : `; ${running}`}`;
  return [distance(last.finishedAt, at), more];
}

function mode({ mode, modes = {} }: Status): readonly [string, string] {
  const own = Object.entries(modes).map(([institution, its]) => `${institution}: ${its}`);
  if (own.length > 0) return ['by institution', `${own.join(', ')}; observe writes nothing`];
  return [mode, mode === 'enforce' ? 'writes what the repository says' : 'looks and reports, writes nothing'];
}

const TRIGGERS: Readonly<Record<string, string>> = {
  start: 'the start',
  schedule: 'the schedule',
  push: 'a push',
  files: 'a change of files',
  operator: 'an operator',
  signal: 'a signal',
  due: 'a date',
  retry: 'a new attempt',
  command: 'a command',
};

const NEXT_WHY: Readonly<Record<string, string>> = {
  schedule: 'by the schedule; sooner when something changes',
  due: 'a date in the repository falls due',
  retry: 'looks again for what was away',
};

function nextPass({ loop: { next }, at }: Status, timeZone: string): readonly [string, Html | string] {
  if (next === null) return ['not known', ''];
  return [distance(next.at, at), html`${timeHtml(next.at, timeZone)}; ${NEXT_WHY[next.trigger] ?? ''}`];
}

function revision({ last }: Status): readonly [Html | string, string] {
  if (last === null) return ['none yet', ''];
  const { done } = last;
  return [html`<code>${shortRevision(last.revision)}</code>`, `with the last pass: ${tallyWords(done)}`];
}

function systemsHtml({ systems, at }: Status, timeZone: string): Html {
  return html`<section class="card"><h2>Systems</h2><div class="scroll" tabindex="0" role="region" aria-label="Systems"><table>
<thead><tr><th scope="col">System</th><th scope="col">State</th><th scope="col">Last proven reading</th><th scope="col">Server</th><th scope="col" class="figure">Muster’s own</th></tr></thead>
<tbody>${systems.map((system) => systemRow(system, at, timeZone))}</tbody></table></div></section>`;
}

function systemRow(
  { system, state, server, ours, provenAt, trouble }: SystemStatus,
  at: number,
  timeZone: string,
): Html {
  const proven =
    provenAt === null
      ? 'never'
      : html`${distance(provenAt, at)}<br><span class="soft">${timeHtml(provenAt, timeZone)}</span>`;
  const wrong =
    trouble === null ? null : html`<p>${trouble.where}: ${trouble.what}</p><p class="soft">${trouble.next}</p>`;
  return html`<tr><th scope="row">${system}</th><td>${signed(...SYSTEM_SIGNS[state])}${wrong}</td><td>${proven}</td><td>${server ?? '–'}</td><td class="figure">${ours === null ? '–' : String(ours)}</td></tr>`;
}

/** Where nobody compared yet, and where everybody is looked after and as the repository says, it says nothing. */
function agreementHtml({ agreement }: Status): Html | null {
  const isNews = agreement.some(({ mode, days }) => mode === 'observe' || (days[0]?.unexplained ?? 0) > 0);
  if (!isNews) return null;
  const blocks = blocksHtml([slicesTable(agreement), daysTable(agreement)], 3);
  return html`<section class="card"><h2>Agreement with the repository</h2>${blocks}<p class="soft"><code>muster agreement</code> names what stands in the way.</p></section>`;
}

function happeningsHtml(happenings: readonly Happening[], timeZone: string): Html {
  if (happenings.length === 0)
    return html`<section class="card"><h2>What happened lately</h2><p class="soft">Nothing yet.</p></section>`;
  return html`<section class="card"><h2>What happened lately</h2><div class="scroll" tabindex="0" role="region" aria-label="What happened lately"><table>
<thead><tr><th scope="col">When</th><th scope="col">Whom</th><th scope="col">What</th><th scope="col">Why</th><th scope="col">Who</th></tr></thead>
<tbody>${happenings.map((one) => happeningRow(one, timeZone))}</tbody></table></div></section>`;
}

function happeningRow({ at, what, about, why, origin, who, done }: Happening, timeZone: string): Html {
  const where = origin === null ? null : html` <code>${place({ file: origin.file, line: origin.line })}</code>`;
  const outcome = done ? null : html` ${signed('failing', 'not done')}`;
  return html`<tr><td>${timeHtml(at, timeZone)}</td><td>${aboutHtml(about)}</td><td>${what}${outcome}</td><td class="wide"><bdi>${why ?? '–'}</bdi>${where}</td><td><bdi>${who ?? '–'}</bdi></td></tr>`;
}

function aboutHtml(about: Happening['about']): Html {
  if (about === null) return html`–`;
  if (about.key === null) return html`<bdi>${about.label}</bdi>`;
  return html`<a href="/person/${encodeURIComponent(about.key)}"><bdi>${about.label}</bdi></a>`;
}

function comingHtml(coming: readonly GlanceDay[]): Html | null {
  if (coming.length === 0) return null;
  return html`<section class="card"><h2>What dates bring</h2><ul class="items">${coming.map(dayHtml)}</ul></section>`;
}

function dayHtml({ day, gain, lose, over }: GlanceDay): Html {
  const clauses = [
    ...(lose === 0 ? [] : [`${people(lose)} ${lose === 1 ? 'loses' : 'lose'} access`]),
    ...(gain === 0 ? [] : [`${people(gain)} ${gain === 1 ? 'gains' : 'gain'} access`]),
  ];
  const ahead =
    over.length === 0
      ? null
      : html`<p>It would be held: ${over.join(' ')} To look and approve in advance:</p><pre><code>muster plan --at ${day}</code></pre>`;
  return html`<li>${day}: ${clauses.join(', ')}${ahead}</li>`;
}

function ordersHtml({ blocks, approvals }: Status, timeZone: string): Html | null {
  if (blocks.length + approvals.length === 0) return null;
  return html`<section class="card"><h2>What operators said</h2><ul class="items">
${blocks.map(
  ({ scope, target, by, at, until, reason }) =>
    html`<li><bdi>${scope === 'user' ? target : `institution ${target}`}</bdi> is blocked ${until === null ? 'without an end' : `until ${endInWords(until, timeZone)}`}, by <bdi>${by}</bdi> on ${timeHtml(at, timeZone)}: <bdi>${reason}</bdi><pre><code>muster unblock ${scope === 'user' ? target : `--institution ${target}`} --reason "…"</code></pre></li>`,
)}
${approvals.map(
  ({ digest, by, at, reason, expires }) =>
    html`<li><code>${digest.slice(0, 12)}</code> was approved by <bdi>${by}</bdi> on ${timeHtml(at, timeZone)}, and counts until ${timeHtml(expires, timeZone)}: <bdi>${reason}</bdi></li>`,
)}
</ul></section>`;
}
