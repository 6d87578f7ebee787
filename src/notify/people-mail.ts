/** The mail to Research Service about what happened to people: all of one look in one mail, as long as it can be read. */
import { compareText } from '../diagnostic.ts';
import type { PageValues } from './catalogue.ts';
import { causeIn } from './cause-words.ts';
import type { Draft } from './draft.ts';
import { PEOPLE_TOPICS, type PeopleTopic, type PersonEvent } from './people-events.ts';
import type { Templates } from './templates.ts';

/** Nobody reads more names in one mail, and mail servers take no mail without end; more people come in further mails. */
export const PEOPLE_PER_MAIL = 1_000;

/**
 * Where the sealed password of that attempt lies; null: it is not there any more.
 * @param attempt null: not known, so the one that is in force.
 */
export type SealedFile = (username: string, attempt: string | null) => string | null;

export interface PeopleSetting {
  readonly templates: Templates;
  readonly instance: string;
  readonly sealedFile: SealedFile;
}

/** Sorted by what happened, then by name: the same events give the same mails. */
export function peopleMails(events: readonly PersonEvent[], setting: PeopleSetting): readonly Draft[] {
  const sorted = events.toSorted(
    (a, b) =>
      PEOPLE_TOPICS.indexOf(a.topic) - PEOPLE_TOPICS.indexOf(b.topic) || compareText(a.person, b.person) || a.at - b.at,
  );
  const drafts: Draft[] = [];
  for (let start = 0; start < sorted.length; start += PEOPLE_PER_MAIL) {
    drafts.push(peopleMail(sorted.slice(start, start + PEOPLE_PER_MAIL), setting));
  }
  return drafts;
}

function peopleMail(events: readonly PersonEvent[], setting: PeopleSetting): Draft {
  const { templates, instance } = setting;
  const byTopic = Map.groupBy(events, ({ topic }) => topic);
  const section = (topic: PeopleTopic) => {
    const some = byTopic.get(topic) ?? [];
    if (some.length === 0) return '';
    const title = templates.line(`${topic}.title`, { count: String(some.length) });
    return [title, '', ...some.map((event) => itemOf(event, setting))].join('\n');
  };
  const values: PageValues<'people'> = {
    instance,
    summary: summaryOf(events, templates).join(', '),
    created: section('created'),
    reissued: section('reissued'),
    phone: section('phone'),
    closed: section('closed'),
    blocked: section('blocked'),
    ended: section('ended'),
    returned: section('returned'),
    stopped: section('stopped'),
    sending: section('sending'),
  };
  return { topic: 'people', ...templates.page('people', values) };
}

/** As in `3 new accounts`, `1 person blocked`. */
export function summaryOf(events: readonly PersonEvent[], templates: Templates): readonly string[] {
  const byTopic = Map.groupBy(events, ({ topic }) => topic);
  return PEOPLE_TOPICS.flatMap((topic) => {
    const some = byTopic.get(topic);
    return some === undefined ? [] : [templates.counted(topic, some.length)];
  });
}

function itemOf(event: PersonEvent, { templates, sealedFile }: PeopleSetting): string {
  const { person, username, attempt, numbers } = event;
  const place = event.place ?? '';
  const because = causeIn(templates, event.because);
  const file = () => sealedFile(username, attempt) ?? templates.line('file.missing', { username });
  const none = () => templates.line('phone.none', {});
  switch (event.topic) {
    case 'created':
      return templates.line('created.item', { person, file: file(), place });
    case 'reissued':
      return templates.line('reissued.item', { person, file: file() });
    case 'phone':
      return templates.line('phone.item', {
        person,
        old: numbers?.old ?? none(),
        new: numbers?.new ?? none(),
        because,
        place,
      });
    case 'closed':
      return templates.line('closed.item', { person, place });
    case 'blocked':
      return templates.line('blocked.item', { person, because, place });
    case 'ended':
      return templates.line('ended.item', { person, because, place });
    case 'returned':
      return templates.line('returned.item', { person, because, place });
    case 'stopped':
      return templates.line('stopped.item', { person, because, place });
    case 'sending':
      return templates.line('sending.item', { person, because, place });
  }
}
