/** What people do by hand, and where hosted servers stand: the words of the commands, cut to what fits on a page. */
import type { Status } from '../core/status.ts';
import { serverBlocks } from '../views/servers.ts';
import { openTaskBlocks } from '../views/tasks.ts';
import { type Html, html } from './html.ts';
import { blocksHtml } from './page-html.ts';

/** More than this, and the command is the better place to read them. */
const SHOWN_MAX = 20;

/** Null: nothing is open. */
export function tasksHtml({ work, at }: Status, timeZone: string): Html | null {
  const open = work.tasks.toSorted((a, b) => a.dueAt - b.dueAt);
  if (open.length === 0) return null;
  const shown = openTaskBlocks(open.slice(0, SHOWN_MAX), { timeZone, at });
  return html`<section class="card"><h2>Done by hand</h2>${blocksHtml(shown, 3)}${moreHtml(open.length, 'muster tasks list')}</section>`;
}

/** Null: there is no hosted server. */
export function serversHtml({ work: { servers } }: Status): Html | null {
  if (servers.length === 0) return null;
  const shown = serverBlocks(servers.slice(0, SHOWN_MAX));
  return html`<section class="card"><h2>Hosted servers</h2>${blocksHtml(shown, 3)}${moreHtml(servers.length, 'muster servers')}</section>`;
}

function moreHtml(all: number, command: string): Html | null {
  return all <= SHOWN_MAX
    ? null
    : html`<p class="soft">… and ${all - SHOWN_MAX} more; <code>${command}</code> shows them.</p>`;
}
