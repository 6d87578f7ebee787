/** Mails to operations about what lasts: what is new, what is over, and blocks that wait to be written down. */
import type { Matter, MatterGroup } from '../core/mails.ts';
import { moment } from '../views/words.ts';
import type { LineName } from './catalogue.ts';
import type { Draft } from './draft.ts';
import type { Telling } from './telling.ts';
import type { Templates } from './templates.ts';

/** Items of one kind that a mail lists; the rest is counted, and shown by a command. */
export const ITEMS_MAX = 50;

export interface MatterSetting {
  readonly templates: Templates;
  readonly instance: string;
  readonly timeZone: string;
}

/** One mail for each of the three, where there is anything to say. */
export function matterMails({ fresh, over, orders }: Telling, setting: MatterSetting): readonly Draft[] {
  const { templates, instance } = setting;
  const of = (some: readonly Matter[], draft: () => Draft) => (some.length === 0 ? [] : [draft()]);
  return [
    ...of(fresh, () => freshMail(fresh, setting)),
    ...of(orders, () => {
      const summary = templates.counted('orders', orders.length);
      return {
        topic: 'orders',
        ...templates.page('orders', { instance, summary, items: orderItems(orders, setting) }),
      };
    }),
    ...of(over, () => {
      const summary = templates.counted('over', over.length);
      const items = listed(over, 'muster plan', setting, (matter, since) =>
        templates.line('over.item', { text: matter.text, since }),
      );
      return { topic: 'over', ...templates.page('over', { instance, summary, items }) };
    }),
  ];
}

function freshMail(fresh: readonly Matter[], setting: MatterSetting): Draft {
  const { templates, instance } = setting;
  const values = {
    instance,
    summary: templates.counted('matters', fresh.length),
    // One word for both: a text of the site's own that knows only `urgent` shows them all the same.
    urgent: [section('urgent', fresh, setting), section('restored', fresh, setting)].filter(isSaid).join('\n\n'),
    unreachable: section('unreachable', fresh, setting),
    held: section('held', fresh, setting),
    failing: section('failing', fresh, setting),
    entry: section('entry', fresh, setting),
    other: [section('audit', fresh, setting), section('other', fresh, setting)].filter(isSaid).join('\n\n'),
    mail: [section('mail', fresh, setting), section('given-up', fresh, setting)].filter(isSaid).join('\n\n'),
  };
  return { topic: 'matters', ...templates.page('matters', values) };
}

function isSaid(text: string): boolean {
  return text !== '';
}

type TitledGroup = Exclude<MatterGroup, 'order' | 'coming' | 'closed' | 'part'>;

/** In the order in which they are read. */
export const TITLED_GROUPS: readonly TitledGroup[] = [
  'urgent',
  'restored',
  'unreachable',
  'held',
  'failing',
  'entry',
  'audit',
  'other',
  'mail',
  'given-up',
];

/** What shows the rest of a long list. */
const SHOWN_BY: Readonly<Record<TitledGroup, string>> = {
  urgent: '"muster plan"',
  restored: '"muster plan"',
  unreachable: '"muster doctor"',
  held: '"muster held"',
  failing: '"muster held"',
  entry: '"muster validate"',
  audit: '"muster audit show"',
  other: '"muster plan"',
  mail: '"muster doctor"',
  'given-up': '"muster audit show"',
};

/** The matters of one group under their title; empty where there are none. */
export function section(group: TitledGroup, matters: readonly Matter[], setting: MatterSetting): string {
  const some = matters.filter((matter) => matter.group === group);
  if (some.length === 0) return '';
  const { templates } = setting;
  const title = templates.line(`matters.title.${group}` satisfies LineName, { count: String(some.length) });
  const items = listed(some, SHOWN_BY[group], setting, ({ text, next }, since) =>
    templates.line('matters.item', { text, since, next: next ?? '' }),
  );
  return `${title}\n\n${items}`;
}

/** Blocks with the lines to paste. */
export function orderItems(orders: readonly Matter[], setting: MatterSetting): string {
  return listed(orders, '"muster held"', setting, ({ text, next }, since) =>
    setting.templates.line('orders.item', { text, since, next: next ?? '' }),
  );
}

function listed(
  matters: readonly Matter[],
  command: string,
  { templates, timeZone }: MatterSetting,
  itemOf: (matter: Matter, since: string) => string,
): string {
  const shown = matters.slice(0, ITEMS_MAX).map((matter) => itemOf(matter, moment(matter.since, timeZone)));
  const left = matters.length - shown.length;
  return [...shown, ...(left > 0 ? [templates.line('more', { count: String(left), command })] : [])].join('\n');
}
