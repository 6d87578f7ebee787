/** What dates bring in the days to come: a line for each day, with the names, and what to look at before it comes. */
import type { Coming, ComingDay, Forecast } from '../core/outlook.ts';
import { capped, type Wording } from './changes.ts';
import { type Block, type Item, item, line, nextStep, type Section, section, whereFrom } from './page.ts';
import { moment, people } from './words.ts';

const MINUTE_MS = 60_000;

export function forecastSections(forecast: Forecast | undefined, wording: Wording): readonly Section[] {
  if (forecast === undefined) return [];
  const days = Math.round((forecast.until - forecast.from) / (24 * 3_600_000));
  const items = forecast.days.map((one) => dayItem(one, wording));
  const tone = forecast.days.some(({ over }) => over.length > 0) ? 'warn' : 'plain';
  return section(`By dates, within ${days} days`, capped(items, wording), tone);
}

function dayItem({ day, at, coming, over }: ComingDay, wording: Wording): Item {
  const losing = coming.filter(({ gains }) => !gains);
  const gaining = coming.filter(({ gains }) => gains);
  const parts = [
    ...(losing.length === 0 ? [] : [`${people(losing.length)} ${losing.length === 1 ? 'loses' : 'lose'} access`]),
    ...(gaining.length === 0 ? [] : [`${people(gaining.length)} ${gaining.length === 1 ? 'gets' : 'get'} it`]),
  ];
  const held: readonly Block[] = over.map(({ because }) => line(`Over a limit: ${because}`, 'warn'));
  const next = nextStep(
    `Will be held unless approved before: look at "muster plan --at ${dateText(at, wording.timeZone)}".`,
  );
  return item(
    `${day}: ${parts.join(', ')}`,
    [...held, ...(held.length === 0 ? [] : next), ...capped(coming.map(person), wording)],
    over.length > 0 ? 'warn' : 'plain',
  );
}

function person({ person: { label }, why, origin }: Coming): Item {
  return item([`${label}: ${why}`, ...whereFrom(origin)]);
}

/** As `--at` takes it: a day from its beginning, or the minute by which it has happened. */
function dateText(at: number, timeZone: string): string {
  const text = moment(Math.ceil(at / MINUTE_MS) * MINUTE_MS, timeZone);
  return text.endsWith(' 00:00') ? text.slice(0, 10) : text.replace(' ', 'T');
}
