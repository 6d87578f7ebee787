/** What every page has around it: head, the way to the main part, the search, the foot. */
import type { Instant } from '../model/document.ts';
import { type Html, html } from './html.ts';
import { timeHtml } from './moments.ts';
import { STYLESHEET_PATH } from './stylesheet.ts';

export interface Frame {
  readonly instance: string;
  /** When the page was made. */
  readonly at: Instant;
  /** IANA name. */
  readonly timeZone: string;
  /** What was searched for last; empty: nothing. */
  readonly sought: string;
}

/** A whole document. `title` says what is on it. */
export function documentHtml(title: string, frame: Frame, main: Html): string {
  const { instance, at, timeZone, sought } = frame;
  const page = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Muster ${instance}</title>
<link rel="stylesheet" href="${STYLESHEET_PATH}">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
</head>
<body>
<a class="skip" href="#main">To the main part</a>
<header class="top">
<p class="name"><a href="/">Muster</a> <span class="instance"><bdi>${instance}</bdi></span></p>
<form class="search" action="/person" method="get" role="search">
<label for="sought">Person</label>
<input id="sought" name="q" type="search" value="${sought}" maxlength="100" autocomplete="off" spellcheck="false">
<button type="submit">Search</button>
</form>
</header>
<main id="main" tabindex="-1">
${main}
</main>
<footer>
<p>As of ${timeHtml(at, timeZone)} (${timeZone}). This page only shows; what it says to do is done at the command line.</p>
<p><a href="/api/status">As JSON</a> <a href="/metrics">Metrics</a> <a href="/healthz">Health</a> <a href="/readyz">Readiness</a></p>
</footer>
</body>
</html>`;
  return `<!doctype html>\n${page.markup}\n`;
}
