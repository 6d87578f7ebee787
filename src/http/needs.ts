/** What needs somebody: the gravest first, each with why and with what to do about it. */
import type { FailedChange, Glance, GlanceHold, Listed, Tally } from '../core/glance.ts';
import type { Status } from '../core/status.ts';
import { attemptWords, THINGS } from '../core/thing.ts';
import { place } from '../diagnostic.ts';
import { noticeSections, troubleSections, urgentSections } from '../views/attention.ts';
import { diagnosticSections, heldEntrySections } from '../views/diagnostics.ts';
import { nextStep } from '../views/page.ts';
import { count } from '../views/words.ts';
import { type Html, html } from './html.ts';
import { mark, signed } from './marks.ts';
import { timeHtml } from './moments.ts';
import { blocksHtml } from './page-html.ts';

/** Null: nothing does. */
export function needsHtml({ last, paused }: Status, timeZone: string): Html | null {
  const parts = [pauseHtml(paused, timeZone), ...(last === null ? [] : needsOf(last, timeZone))].filter(
    (part) => part !== null,
  );
  if (parts.length === 0) return null;
  return html`<section class="card"><h2>What needs somebody</h2>${parts}</section>`;
}

function needsOf(last: Glance, timeZone: string): readonly (Html | null)[] {
  // The lists are short already, and nobody can ask a page for --all.
  const wording = { timeZone, all: true, tense: 'future' } as const;
  const urgent = urgentSections(last.notices.first);
  const trouble = troubleSections(last.trouble);
  const rest = [
    ...diagnosticSections(last.diagnostics.first, wording),
    ...heldEntrySections(last.heldEntries.first, last.diagnostics.first, wording),
    ...noticeSections(last.notices.first, wording),
  ];
  const lists = [last.diagnostics, last.heldEntries, last.notices, last.failed];
  return [
    ...[urgent, trouble].map((some) =>
      some.length === 0 ? null : html`<div class="grave">${blocksHtml(some, 3)}</div>`,
    ),
    ...last.holds.map(holdHtml),
    failedHtml(last.failed),
    rest.length === 0 ? null : blocksHtml(rest, 3),
    moreHtml(lists),
  ];
}

function pauseHtml(paused: Status['paused'], timeZone: string): Html | null {
  if (paused === null) return null;
  const { by, at, reason } = paused;
  return html`<div class="hold"><h3>${signed('waiting', 'Paused')}</h3>
<p>By <bdi>${by}</bdi>, ${timeHtml(at, timeZone)}: <bdi>${reason}</bdi> Nothing but blocks is done.</p><pre><code>muster resume</code></pre></div>`;
}

function holdHtml({ because, release, tally, changes }: GlanceHold): Html {
  const left = changes.count - changes.first.length;
  return html`<div class="hold"><h3>${signed('waiting', `Held: ${tallyWords(tally)}`)}</h3>
<p>${because}</p>${blocksHtml(nextStep(release))}
<details><summary>Who: ${count(changes.count, 'change', 'changes')}</summary><ul>
${changes.first.map(
  ({ person, why, origin }) =>
    html`<li><a href="/person/${encodeURIComponent(person.key)}"><bdi>${person.label}</bdi></a>: <bdi>${why}</bdi>${origin === null ? null : html` <code>${place({ file: origin.file, line: origin.line })}</code>`}</li>`,
)}
${left === 0 ? null : html`<li>… and ${left} more; <code>muster held --all</code> names everybody.</li>`}
</ul></details></div>`;
}

const MAKINGS = THINGS.flatMap(({ making }) => making ?? []);

const TALLY_WORDS: readonly (readonly [kind: keyof Tally, one: string, many: string])[] = [
  ...THINGS.map(({ tally, takes }) => [tally.takes, ...takes.future] as const),
  ...MAKINGS.map(({ tally, creates }) => [tally.creates, ...creates.future] as const),
  ...THINGS.map(({ tally, gives }) => [tally.gives, ...gives.future] as const),
  ['phones', 'phone number changes', 'phone numbers change'],
  ...MAKINGS.map(({ tally, adopts }) => [tally.adopts, ...adopts.future] as const),
  ['others', 'person has details changed', 'people have details changed'],
];

export function tallyWords(tally: Tally): string {
  const clauses = TALLY_WORDS.flatMap(([kind, one, many]) =>
    (tally[kind] ?? 0) === 0 ? [] : [count(tally[kind] ?? 0, one, many)],
  );
  return clauses.length === 0 ? 'no changes' : clauses.join(', ');
}

function failedHtml({ first }: Listed<FailedChange>): Html | null {
  if (first.length === 0) return null;
  return html`<section class="part"><h3>Did not come about</h3><ul class="items">${first.map(
    ({ person, kind, thing, status, text, next }) =>
      html`<li>${mark(status === 'failed' ? 'failing' : 'waiting')} <a href="/person/${encodeURIComponent(person.key)}"><bdi>${person.label}</bdi></a>, ${attemptWords(kind, thing)} ${status === 'failed' ? 'failed' : 'was passed over'}: <bdi>${text}</bdi>${next === null ? null : blocksHtml(nextStep(next))}</li>`,
  )}</ul></section>`;
}

function moreHtml(lists: readonly Listed<unknown>[]): Html | null {
  const left = lists.reduce((sum, { count: all, first }) => sum + all - first.length, 0);
  return left === 0 ? null : html`<p class="soft">… and ${left} more; <code>muster held --all</code> shows them.</p>`;
}
