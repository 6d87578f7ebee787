/** What comes once a day: the digest for operations, and for Research Service the dates that newly came into view. */
import type { Lasting, Matter, MatterGroup, QueueState } from '../core/mails.ts';
import type { Coming, ComingDay, Forecast } from '../core/outlook.ts';
import { place } from '../diagnostic.ts';
import { clockTime, dayOf } from '../model/day.ts';
import type { Instant } from '../model/document.ts';
import { moment } from '../views/words.ts';
import type { Draft } from './draft.ts';
import { ITEMS_MAX, type MatterSetting, orderItems, section, TITLED_GROUPS } from './matter-mail.ts';
import type { PersonEvent } from './people-events.ts';
import { summaryOf } from './people-mail.ts';

export interface DigestInput {
  readonly now: Instant;
  readonly days: number;
  readonly matters: readonly Matter[];
  /** Of the last 24 hours. */
  readonly people: readonly PersonEvent[];
  readonly forecast: Forecast;
  readonly queue: QueueState;
}

/**
 * The day whose digest is due; null: none is. Once the wall clock shows the time, also where nobody was there at that moment.
 * @param time `HH:MM`. @param last day of the last digest; null: there was none.
 */
export function digestDue(now: Instant, time: string, timeZone: string, last: string | null): string | null {
  const [day = '', clock = ''] = clockTime(now, timeZone).split(' ');
  return clock >= time && (last === null || last < day) ? day : null;
}

/** Always has something to say, if only that all is well: a digest that stays away is a sign of its own. */
export function digestMail(input: DigestInput, setting: MatterSetting): Draft {
  const { templates, instance, timeZone } = setting;
  const { now, matters, people, queue } = input;
  const open = matters.filter(({ group }) => !ELSEWHERE.has(group));
  const orders = matters.filter(({ group }) => group === 'order');
  const sections = TITLED_GROUPS.map((group) => section(group, open, setting)).filter((text) => text !== '');
  const calm = open.length + orders.length === 0;
  const summaries = [
    ...(open.length === 0 ? [] : [templates.counted('matters', open.length)]),
    ...(orders.length === 0 ? [] : [templates.counted('orders', orders.length)]),
  ];
  const waited = queue.oldestAt === null || now - queue.oldestAt < QUEUE_WORTH_TELLING_MS ? null : queue.oldestAt;
  const values = {
    instance,
    day: dayOf(now, timeZone),
    summary: calm ? templates.line('digest.calm', {}) : summaries.join(', '),
    matters: calm ? templates.line('digest.calm', {}) : sections.join('\n\n'),
    orders:
      orders.length === 0
        ? ''
        : `${templates.line('orders.title', { count: String(orders.length) })}\n\n${orderItems(orders, setting)}`,
    people: peopleIn(people, setting),
    forecast: forecastIn(input, setting),
    queue:
      waited === null
        ? ''
        : templates.line('queue.waiting', { count: String(queue.waiting), since: moment(waited, timeZone) }),
  };
  return { topic: 'digest', ...templates.page('digest', values) };
}

/** What has a mail or a part of its own. */
const ELSEWHERE: ReadonlySet<MatterGroup> = new Set(['coming', 'closed', 'order', 'part']);

/** A mail that waits so long, in milliseconds, does not just have its turn to come. */
const QUEUE_WORTH_TELLING_MS = 3_600_000;

function peopleIn(people: readonly PersonEvent[], { templates }: MatterSetting): string {
  if (people.length === 0) return templates.line('digest.people.none', {});
  const items = summaryOf(people, templates).map((sentence) => templates.line('digest.people.item', { sentence }));
  return [templates.line('digest.people.title', {}), '', ...items].join('\n');
}

function forecastIn({ forecast, days }: DigestInput, setting: MatterSetting): string {
  const { templates } = setting;
  if (forecast.days.length === 0) return templates.line('forecast.none', { days: String(days) });
  const items = forecast.days.map((day) => dayIn(day, setting));
  return [templates.line('forecast.title', { days: String(days) }), '', ...items].join('\n');
}

function dayIn({ day, at, coming, over }: ComingDay, { templates, timeZone }: MatterSetting): string {
  const losing = coming.filter(({ gains }) => !gains).length;
  const counts = { day, losing: String(losing), gaining: String(coming.length - losing) };
  const held = over.map(({ because }) => {
    const command = `"muster plan --at ${minuteAfter(at, timeZone)}"`;
    return templates.line('forecast.over', { because, command }).replace(/^/gm, '    ');
  });
  return [`  ${templates.line('forecast.day', counts)}`, ...held].join('\n');
}

const MINUTE_MS = 60_000;

/** As `--at` takes it: the first minute by which all of it has happened. */
function minuteAfter(at: Instant, timeZone: string): string {
  return moment(Math.ceil(at / MINUTE_MS) * MINUTE_MS, timeZone).replace(' ', 'T');
}

/** Every date of the forecast, as something that is told once. */
export function comingMatters({ days }: Forecast): readonly Lasting[] {
  return days.flatMap(({ coming }) => coming.map(comingMatter));
}

function comingMatter({ person, at, gains, why }: Coming): Lasting {
  return { key: `coming/${person.key}/${at}/${gains ? 'gains' : 'loses'}`, group: 'coming', text: why, next: null };
}

/** The mail to Research Service about dates that are told for the first time; null: there are none. */
export function forecastMail(forecast: Forecast, known: readonly Matter[], setting: MatterSetting): Draft | null {
  const { templates, instance, timeZone } = setting;
  const told = new Set(known.map(({ key }) => key));
  const fresh = forecast.days.flatMap(({ day, coming }) =>
    coming.filter((one) => !told.has(comingMatter(one).key)).map((one) => ({ day, ...one })),
  );
  if (fresh.length === 0) return null;
  const items = fresh.slice(0, FORECAST_ITEMS_MAX).map(({ day, person, gains, origin }) =>
    templates.line(gains ? 'forecast.gains' : 'forecast.loses', {
      day,
      person: person.label,
      place: origin === null ? '' : place({ file: origin.file, line: origin.line }),
    }),
  );
  const left = fresh.length - items.length;
  const more = left > 0 ? [templates.line('more', { count: String(left), command: '"muster plan"' })] : [];
  const values = {
    instance,
    summary: templates.counted('forecast', new Set(fresh.map(({ person }) => person.key)).size),
    until: dayOf(forecast.until, timeZone),
    items: [...items, ...more].join('\n'),
  };
  return { topic: 'forecast', ...templates.page('forecast', values) };
}

/** The end of a term brings many at once, and every one of them may have to be asked. */
const FORECAST_ITEMS_MAX = 20 * ITEMS_MAX;
