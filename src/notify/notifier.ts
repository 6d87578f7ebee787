/** Tells people what happened: reads what is new, words it, queues it, each piece of news once. */
import type { Audit, AuditQuery } from '../core/audit.ts';
import { canonicalJson } from '../core/change.ts';
import type { Leaver } from '../core/leavers.ts';
import type { Lasting, Mails, MatterGroup, News, Told } from '../core/mails.ts';
import type { Forecast } from '../core/outlook.ts';
import type { Clock, Orders } from '../core/ports.ts';
import type { Report } from '../core/report.ts';
import type { Tasks } from '../core/tasks.ts';
import type { Trouble } from '../errors.ts';
import { fold, type Instant } from '../model/document.ts';
import { closedMail, closedMatters } from './closed-mail.ts';
import { comingMatters, digestDue, digestMail, forecastMail } from './digest.ts';
import { addressed, type Draft } from './draft.ts';
import { givenUpMails, hinderedBy, isWhole, lastingIn, refusedMails, unreadRows } from './lasting.ts';
import { matterMails } from './matter-mail.ts';
import { type Authenticators, PEOPLE_KINDS, type PersonEvent, peopleEvents } from './people-events.ts';
import { peopleMails, type SealedFile } from './people-mail.ts';
import type { NotifySettings, TaskTelling } from './settings.ts';
import { type TaskMails, taskMails } from './task-mail.ts';
import { type Telling, whatToTell } from './telling.ts';
import type { Templates } from './templates.ts';

export interface NotifierParts {
  readonly settings: NotifySettings;
  readonly instance: string;
  readonly timeZone: string;
  readonly templates: Templates;
  readonly mails: Mails;
  readonly audit: Pick<Audit, 'rows' | 'unreadable' | 'head'>;
  readonly orders: Pick<Orders, 'blocks'>;
  readonly authenticators: Authenticators;
  /** Sealed passwords as they lie there now. */
  sealedFiles(): Promise<SealedFile>;
  /** What dates bring in so many days. */
  lookAhead(days: number): Promise<Forecast>;
  readonly forecastDays: number;
  /** Whoever is closed. */
  leavers(): Promise<readonly Leaver[]>;
  /** What people do by hand; absent: nothing. */
  readonly tasks?: { readonly memory: Pick<Tasks, 'current'>; readonly telling: TaskTelling };
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What somebody has just seen; null: nothing new, only time has passed. */
type Sight = { readonly report: Report } | { readonly trouble: Trouble } | null;

/** Rows of one look: a first run over many people is told in several. */
const ROWS_MAX = 5_000;
/** Without a pass at hand, rows are left until they have come to rest, so that one pass is told in one mail. In milliseconds. */
const REST_MS = 5_000;
/** But never longer than this. */
const REST_MOST_MS = 60_000;
/** Somebody else must have recorded each time: after so many in a row something is wrong. */
const TRIES_MAX = 10;
const DAY_MS = 24 * 3_600_000;
/** A digest counts people; more than this in a day are counted no further. */
const DAY_ROWS_MAX = 100_000;

export class Notifier {
  readonly #parts: NotifierParts;
  /** One look after the other. */
  #turn: Promise<void> = Promise.resolve();
  /** A digest of a process that has seen no pass yet would tell of yesterday. */
  #hasSeen = false;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  /** Of what happened before the first call ever, nobody is told. */
  begin(): Promise<void> {
    return this.#inTurn(async () => {
      const { mails, audit } = this.#parts;
      const told = await mails.told();
      if (told.cursor !== null) return;
      const { seq } = await audit.head();
      await mails.record(told.version, { ...told, cursor: seq, mails: [] });
    });
  }

  /** Queues what a whole pass brought: what it did to people, and what lasts by now. */
  passed(report: Report): Promise<void> {
    return this.#inTurn(() => this.#look({ report }));
  }

  /** The same for a pass that could not begin. */
  hindered(trouble: Trouble): Promise<void> {
    return this.#inTurn(() => this.#look({ trouble }));
  }

  /** Queues what time has brought: reminders, the digest, and what other processes did. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#look(null));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #look(sight: Sight): Promise<void> {
    this.#hasSeen ||= sight !== null;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const told = await this.#parts.mails.told();
      const { news, more } = await this.#newsSince(told, sight);
      const isKnown = news === null;
      if (!isKnown && !(await this.#parts.mails.record(told.version, news))) continue;
      if (!more) return;
    }
  }

  /** @returns null where there is nothing to keep; `more`: there are rows that were not looked at yet. */
  async #newsSince(told: Told, sight: Sight): Promise<{ readonly news: News | null; readonly more: boolean }> {
    const now = this.#parts.clock();
    const { cursor, events, unreadable, more } = await this.#eventsAfter(told.cursor ?? 0, now, sight === null);
    const { settings, timeZone } = this.#parts;
    const digest = this.#hasSeen ? digestDue(now, settings.digest, timeZone, told.digest) : null;
    const left = digest === null ? [] : await this.#parts.audit.unreadable(lastDay(now));
    const telling = await this.#telling(told, sight, [...unreadable, ...left], now);
    const day = await this.#daily(telling, told, digest, now);
    const { researchService, operations } = this.#parts.settings.to;
    const toPeople = [...(await this.#peopleDrafts(events)), ...day.researchService];
    const toOperations = [...matterMails(telling, this.#setting()), ...day.operations];
    const byHand = await this.#byHand(now);
    const mails = [
      ...addressed(toPeople, researchService, now, this.#parts.newId),
      ...addressed(toOperations, operations, now, this.#parts.newId),
      ...byHand.mails.flatMap(({ to, draft }) => addressed([draft], to, now, this.#parts.newId)),
    ];
    const { matters } = day;
    const same =
      mails.length === 0 &&
      cursor === told.cursor &&
      day.digest === told.digest &&
      canonicalJson(matters.toSorted(byKey)) === canonicalJson(told.matters.toSorted(byKey));
    const news = { cursor, digest: day.digest, matters, mails, tasks: byHand.marks };
    return { news: same ? null : news, more };
  }

  async #byHand(now: Instant): Promise<TaskMails> {
    const { tasks, settings } = this.#parts;
    if (tasks === undefined) return { mails: [], marks: [] };
    return taskMails(await tasks.memory.current(), tasks.telling, settings.to.operations, this.#setting(), now);
  }

  async #eventsAfter(cursor: number, now: Instant, mayWait: boolean) {
    const { audit, authenticators } = this.#parts;
    const query = { after: cursor, limit: ROWS_MAX };
    const rows = await audit.rows(query);
    const spoilt = await audit.unreadable(query);
    const first = rows[0];
    const last = rows.at(-1);
    const more = rows.length === ROWS_MAX;
    if (first === undefined || last === undefined) return { cursor, events: [], unreadable: spoilt, more };
    const isYoung = now - last.at < REST_MS && now - first.at < REST_MOST_MS && now >= last.at;
    if (mayWait && !more && isYoung) return { cursor, events: [], unreadable: [], more };
    const unreadable = spoilt.filter((seq) => seq < last.seq);
    return { cursor: last.seq, events: peopleEvents(rows, authenticators), unreadable, more };
  }

  async #peopleDrafts(events: readonly PersonEvent[]): Promise<readonly Draft[]> {
    if (events.length === 0) return [];
    const { templates, instance } = this.#parts;
    return peopleMails(events, { templates, instance, sealedFile: await this.#parts.sealedFiles() });
  }

  /** @param unreadable numbers of rows of the audit chain. */
  async #telling(
    { matters: known }: Told,
    sight: Sight,
    unreadable: readonly number[],
    now: Instant,
  ): Promise<Telling> {
    const queue = await this.#parts.mails.state();
    const mails = [...refusedMails(queue), ...givenUpMails(queue, now, this.#parts.timeZone)];
    const lasting = [...mails, ...unreadRows(unreadable, known, now), ...lastingOf(sight)];
    return whatToTell({
      now,
      lasting,
      seen: seenBy(sight),
      known,
      afterMs: this.#parts.settings.afterMinutes * 60_000,
      began: await this.#began(lasting),
    });
  }

  /** When the orders were given behind the blocks that wait to be written down. */
  async #began(lasting: readonly Lasting[]): Promise<ReadonlyMap<string, Instant>> {
    const waiting = lasting.filter(({ group }) => group === 'order');
    if (waiting.length === 0) return new Map();
    const orders = await this.#parts.orders.blocks(this.#parts.clock());
    return new Map(
      waiting.flatMap(({ key }) => {
        const target = fold(key.slice(key.lastIndexOf('/') + 1));
        const times = orders.filter((order) => order.target === target).map(({ at }) => at);
        return times.length === 0 ? [] : [[key, Math.min(...times)] as const];
      }),
    );
  }

  /** @param digest the day whose digest is due; null: none is. */
  async #daily({ matters }: Telling, told: Told, digest: string | null, now: Instant) {
    const { forecastDays } = this.#parts;
    const nothing = { researchService: [], operations: [], matters, digest: told.digest };
    if (digest === null) return nothing;
    const forecast = await this.#parts.lookAhead(forecastDays);
    const rows = await this.#parts.audit.rows(lastDay(now));
    const setting = this.#setting();
    const input = {
      now,
      days: forecastDays,
      matters,
      people: peopleEvents(rows, this.#parts.authenticators),
      forecast,
      queue: await this.#parts.mails.state(),
    };
    const { closedAfterDays } = this.#parts.settings;
    const leavers = await this.#parts.leavers();
    const drafts = [
      forecastMail(forecast, told.matters, setting),
      closedMail(leavers, closedAfterDays, told.matters, setting),
    ];
    const others = matters.filter(({ group }) => group !== 'coming' && group !== 'closed');
    const toldOnce = [...comingMatters(forecast), ...closedMatters(leavers, closedAfterDays)];
    const earlier = new Map(told.matters.map((matter) => [matter.key, matter]));
    return {
      researchService: drafts.filter((draft) => draft !== null),
      operations: [digestMail(input, setting)],
      matters: [
        ...others,
        ...toldOnce.map((one) => earlier.get(one.key) ?? { ...one, since: now, told: 1, toldAt: now }),
      ],
      digest,
    };
  }

  #setting() {
    const { templates, instance, timeZone } = this.#parts;
    return { templates, instance, timeZone };
  }
}

/** Rows that a digest counts. */
function lastDay(now: Instant): AuditQuery {
  return { kinds: PEOPLE_KINDS, since: now - DAY_MS, newest: true, limit: DAY_ROWS_MAX };
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function lastingOf(sight: Sight): readonly Lasting[] {
  if (sight === null) return [];
  return 'report' in sight ? lastingIn(sight.report) : [hinderedBy(sight.trouble)];
}

/** What is known without any pass. */
const KNOWN_ALWAYS: readonly MatterGroup[] = ['mail', 'given-up', 'audit'];

/** Groups of which a sight shows everything. */
function seenBy(sight: Sight): ReadonlySet<MatterGroup> {
  if (sight === null || 'trouble' in sight) return new Set(KNOWN_ALWAYS);
  if (!isWhole(sight.report)) return new Set([...KNOWN_ALWAYS, 'unreachable', 'order']);
  return new Set([
    ...KNOWN_ALWAYS,
    'unreachable',
    'order',
    'urgent',
    'restored',
    'held',
    'failing',
    'entry',
    'other',
    'part',
  ]);
}
