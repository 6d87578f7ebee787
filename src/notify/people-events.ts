/** What rows of the audit chain mean for people: accounts made, closed, blocked and given back, phone numbers changed. */
import type { ActEvent, AuditRow, ChangeEvent } from '../core/audit.ts';
import type { Cause } from '../core/change.ts';
import { thingOf } from '../core/thing.ts';
import { place } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';

export const PEOPLE_TOPICS = [
  'created',
  'reissued',
  'phone',
  'closed',
  'blocked',
  'ended',
  'returned',
  'stopped',
  'sending',
] as const;
export type PeopleTopic = (typeof PEOPLE_TOPICS)[number];

export interface PersonEvent {
  readonly topic: PeopleTopic;
  readonly at: Instant;
  /** As in `Anna Jensen (ajensen)`. */
  readonly person: string;
  /** Names the sealed password together with the attempt. */
  readonly username: string;
  readonly attempt: string | null;
  readonly because: Pick<Cause, 'kind' | 'text' | 'byHand'>;
  /** Which line says so, and who wrote it; null: none does. */
  readonly place: string | null;
  /** Of a changed number; null: there was or is none. */
  readonly numbers: { readonly old: string | null; readonly new: string | null } | null;
}

/** Kinds of rows that may tell of people. */
export const PEOPLE_KINDS = ['change', 'act'] as const;

/** Attributes that receive passcodes, by system. */
export type Authenticators = ReadonlyMap<string, ReadonlySet<string>>;

/** Only what was really done; an attempt that failed is a matter for operations. */
export function peopleEvents(rows: readonly AuditRow[], authenticators: Authenticators): readonly PersonEvent[] {
  return withoutEchoes(eventsOf(rows, authenticators));
}

const LOSSES: ReadonlySet<PeopleTopic> = new Set(['closed', 'blocked', 'ended']);

/**
 * That whoever may not log in may send no mail either goes without saying, and so does the way back; a number that several systems
 * hold has changed once.
 */
function withoutEchoes(events: readonly PersonEvent[]): readonly PersonEvent[] {
  const lost = new Set(events.filter(({ topic }) => LOSSES.has(topic)).map(({ person }) => person));
  const back = new Set(events.filter(({ topic }) => topic === 'returned').map(({ person }) => person));
  const told = new Set<string>();
  return events.filter(({ topic, person, numbers }) => {
    if (topic === 'stopped') return !lost.has(person);
    if (topic === 'sending') return !back.has(person);
    if (topic !== 'phone') return true;
    const change = JSON.stringify([person, numbers]);
    const isNew = !told.has(change);
    told.add(change);
    return isNew;
  });
}

function eventsOf(rows: readonly AuditRow[], authenticators: Authenticators): readonly PersonEvent[] {
  return rows.flatMap(({ event, at }) => {
    if (event.kind === 'change') return event.outcome.status === 'applied' ? fromChange(event, at, authenticators) : [];
    return event.kind === 'act' ? fromAct(event, at) : [];
  });
}

const BLOCKS: ReadonlySet<string> = new Set(['person-blocked', 'institution-blocked', 'operator-blocked']);

function fromChange(event: ChangeEvent, at: Instant, authenticators: Authenticators): readonly PersonEvent[] {
  const { change, cause, person } = event;
  const base = {
    at,
    person: person.label,
    username: person.username,
    attempt: null,
    because: { kind: cause.kind, text: cause.text, ...(cause.byHand === undefined ? {} : { byHand: cause.byHand }) },
    place: placeOf(event),
    numbers: null,
  };
  const { innate, issued } = thingOf(event.thing);
  const numbers = () =>
    numbersIn(event, authenticators).map((changed) => ({ ...base, topic: 'phone', numbers: changed }) as const);
  // A token comes, goes and returns with the account, of which that is told; its number is told whenever it changes.
  if (issued) return event.classes.includes('phone') ? numbers() : [];
  if (innate) return [{ ...base, topic: change === 'disable' ? 'stopped' : 'sending' }];
  switch (change) {
    case 'create':
      return [{ ...base, topic: 'created', attempt: event.attempt }];
    case 'disable':
      return [{ ...base, topic: cause.kind === 'closed' ? 'closed' : BLOCKS.has(cause.kind) ? 'blocked' : 'ended' }];
    case 'enable': {
      const returned = { ...base, topic: 'returned' } as const;
      return event.anew === true ? [returned, { ...base, topic: 'reissued', attempt: event.attempt }] : [returned];
    }
    case 'update':
      return numbers();
    case 'adopt':
      return [];
  }
}

/** Every attribute that carries the number changes with it: told once. */
function numbersIn(
  { system, before, after }: ChangeEvent,
  authenticators: Authenticators,
): readonly NonNullable<PersonEvent['numbers']>[] {
  const names = Object.keys(after.attributes).filter((name) => authenticators.get(system)?.has(name) === true);
  const changed = names.map((name) => ({
    old: before?.attributes[name] ?? null,
    new: after.attributes[name] ?? null,
  }));
  return [...new Map(changed.map((numbers) => [`${numbers.old} ${numbers.new}`, numbers])).values()];
}

function placeOf({ cause, line, operator }: ChangeEvent): string | null {
  const { origin } = cause;
  const where = origin === null ? [] : [place({ file: origin.file, line: origin.line })];
  const who = operator?.by ?? line?.author;
  const said = [...where, ...(who === undefined ? [] : [who])];
  return said.length === 0 ? null : said.join(', ');
}

function fromAct({ act, phase, person, detail, by, reason }: ActEvent, at: Instant): readonly PersonEvent[] {
  if (act !== 'credentials-reissue' || phase !== 'done' || person === null) return [];
  const { attempt, username } = detail;
  const name = typeof username === 'string' ? username : person;
  return [
    {
      topic: 'reissued',
      at,
      person: name,
      username: name,
      attempt: typeof attempt === 'string' ? attempt : null,
      because: { kind: 'operator', text: reason },
      place: by,
      numbers: null,
    },
  ];
}
