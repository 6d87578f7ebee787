/** The pages about people: what a search found, and one person's standing with every reason. */
import type { FoundPerson } from '../core/status.ts';
import type { WhyAnswer } from '../core/why.ts';
import { whyPage } from '../views/why.ts';
import { type Html, html } from './html.ts';
import { blocksHtml } from './page-html.ts';

/** @param most how many are looked for at most: as many as that may be not all. */
export function foundPage(sought: string, found: readonly FoundPerson[], most: number): Html {
  const heading = html`<h1>People</h1>`;
  if (sought === '')
    return html`<section class="card">${heading}<p>Write a username or a part of a name into the field above.</p></section>`;
  if (found.length === 0)
    return html`<section class="card">${heading}<p>Nobody is known whose username or name holds “<bdi>${sought}</bdi>”.</p></section>`;
  return html`<section class="card">${heading}<p class="soft">With “<bdi>${sought}</bdi>” in username or name${found.length < most ? '' : `; the first ${most}`}:</p>
<ul class="items">${found.map(({ key, label }) => html`<li><a href="/person/${encodeURIComponent(key)}"><bdi>${label}</bdi></a></li>`)}</ul></section>`;
}

export function personPage(answer: WhyAnswer, timeZone: string): Html {
  const { title, blocks } = whyPage(answer, timeZone);
  return html`<article class="card"><h1><bdi>${title}</bdi></h1>${blocksHtml(blocks)}
<p class="soft">As of the last pass, from what Muster remembers. <code>muster why ${answer.user}</code> asks the systems themselves, and says who wrote each line.</p></article>`;
}

export function nobodyPage(username: string): Html {
  // No command with it: what stands in an address may come from anybody.
  return html`<section class="card"><h1>Nobody known</h1><p>Nobody of the username “<bdi>${username}</bdi>” is remembered. Search for a part of the name above; <code>muster why</code> at the command line asks the systems themselves.</p></section>`;
}
