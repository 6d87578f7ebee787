/** Who is closed for how long, and what they had. */
import { named } from '../core/coming-back.ts';
import type { Leaver } from '../core/leavers.ts';
import { dayOf } from '../model/day.ts';
import { type Block, item, line, type Page, section } from './page.ts';
import { count } from './words.ts';

export function closedPage(leavers: readonly Leaver[], timeZone: string): Page {
  const none = [line('Nobody whose account Muster disabled is closed.')];
  const title = `Closed (${leavers.length})`;
  const blocks = section(
    title,
    leavers.map((leaver) => leaverItem(leaver, timeZone)),
  );
  return { title: 'Closed accounts', blocks: leavers.length === 0 ? none : blocks };
}

function leaverItem({ label, since, days, institution, groups }: Leaver, timeZone: string): Block {
  const had = groups === null ? 'groups not known' : groups.length === 0 ? 'in no group' : `in ${named(groups)}`;
  return item(label, [
    line(`for ${count(days, 'day', 'days')}, since ${dayOf(since, timeZone)}`),
    line(`was with ${institution}; ${had}`, 'faint'),
  ]);
}
