/** Open merge requests on the status page, and the whole review of one. */
import type { MergeRequestStanding } from '../core/merge-requests.ts';
import type { Status } from '../core/status.ts';
import type { Page } from '../views/page.ts';
import { type Html, html } from './html.ts';
import { distance, timeHtml } from './moments.ts';
import { blocksHtml } from './page-html.ts';

/** More than this, and the forge is the better place to look at them. */
const SHOWN_MAX = 20;

/** Null: no forge was ever asked. */
export function mergeRequestsHtml({ mergeRequests, at }: Status, timeZone: string): Html | null {
  const { open, trouble, answeredAt, at: askedAt } = mergeRequests;
  if (askedAt === null) return null;
  const since = answeredAt === null ? 'never' : distance(answeredAt, at);
  const wrong =
    trouble === null
      ? null
      : html`<p>They could not be looked at (last seen: ${since}). ${trouble.where}: ${trouble.what}</p><p class="soft">${trouble.next}</p>`;
  const rows = open.slice(0, SHOWN_MAX).map((one) => rowHtml(one, timeZone));
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Merge requests"><table>
<thead><tr><th scope="col">Merge request</th><th scope="col">By</th><th scope="col">What it would do</th><th scope="col">Looked at</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
  const more = open.length > SHOWN_MAX ? html`<p class="soft">… and ${open.length - SHOWN_MAX} more.</p>` : null;
  return html`<section class="card"><h2>Merge requests</h2>${wrong}${open.length === 0 ? html`<p class="soft">None is open.</p>` : table}${more}</section>`;
}

function rowHtml({ number, author, how, headline, at, trouble }: MergeRequestStanding, timeZone: string): Html {
  const said = trouble === null ? (headline ?? 'Not looked at yet.') : `${trouble.what} ${trouble.next}`;
  const name = at === null ? html`!${number}` : html`<a href="/merge-requests/${number}">!${number}</a>`;
  const only = how === 'validate' ? html` <span class="soft">(only its mistakes are looked for)</span>` : null;
  return html`<tr><th scope="row">${name}</th><td><bdi>${author}</bdi></td><td class="wide"><bdi>${said}</bdi>${only}</td><td>${at === null ? '–' : timeHtml(at, timeZone)}</td></tr>`;
}

/** @param page as it is kept; null: there is none */
export function mergeRequestPage(number: number, page: string | null): Html {
  if (page === null)
    return html`<section class="card"><h1>!${number}</h1><p>It is not open, or nobody has looked at it yet.</p></section>`;
  // Written by the process that made the review, and by nobody else.
  const { title, blocks } = JSON.parse(page) as Page;
  return html`<article class="card"><p class="soft">!${number}</p><h1><bdi>${title}</bdi></h1>${blocksHtml(blocks)}</article>`;
}
