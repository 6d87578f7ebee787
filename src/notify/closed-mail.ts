/** The reminder of who is closed for long: once when the time has come, and again with each further year. */
import type { Leaver } from '../core/leavers.ts';
import type { Lasting, Matter } from '../core/mails.ts';
import { dayOf } from '../model/day.ts';
import type { Draft } from './draft.ts';
import { ITEMS_MAX, type MatterSetting } from './matter-mail.ts';

const YEAR_DAYS = 365;
/** Each of them has to be decided about, so that few are left to a command. */
const ITEMS_IN_MAIL_MAX = 20 * ITEMS_MAX;

/** Everybody who is closed for at least `afterDays`, as something that is told once a year. */
export function closedMatters(leavers: readonly Leaver[], afterDays: number): readonly Lasting[] {
  return leavers.filter(({ days }) => days >= afterDays).map((leaver) => matterOf(leaver, afterDays));
}

function matterOf({ username, label, since, days }: Leaver, afterDays: number): Lasting {
  const round = Math.floor((days - afterDays) / YEAR_DAYS);
  return { key: `closed/${username}/${since}/${round}`, group: 'closed', text: label, next: null };
}

/** The mail about those who were not told of in this round; null: there are none. */
export function closedMail(
  leavers: readonly Leaver[],
  afterDays: number,
  known: readonly Matter[],
  { templates, instance, timeZone }: MatterSetting,
): Draft | null {
  const told = new Set(known.map(({ key }) => key));
  const fresh = leavers.filter((one) => one.days >= afterDays && !told.has(matterOf(one, afterDays).key));
  if (fresh.length === 0) return null;
  const items = fresh
    .slice(0, ITEMS_IN_MAIL_MAX)
    .map(({ label, since, days, institution }) =>
      templates.line('stale.item', { person: label, since: dayOf(since, timeZone), days: String(days), institution }),
    );
  const left = fresh.length - items.length;
  const more = left > 0 ? [templates.line('more', { count: String(left), command: '"muster closed"' })] : [];
  const values = { instance, summary: templates.counted('stale', fresh.length), items: [...items, ...more].join('\n') };
  return { topic: 'closed', ...templates.page('closed', values) };
}
