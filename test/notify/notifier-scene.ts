/** A store on disk and notifiers over it, under a clock that the test moves; mails are read from the queue. */
import { randomUUID } from 'node:crypto';
import type { Change } from '../../src/core/change.ts';
import type { Leaver } from '../../src/core/leavers.ts';
import type { Mail } from '../../src/core/mails.ts';
import type { Forecast } from '../../src/core/outlook.ts';
import type { Hold, Notice } from '../../src/core/plan.ts';
import type { Report } from '../../src/core/report.ts';
import type { Instant } from '../../src/model/document.ts';
import { Notifier } from '../../src/notify/notifier.ts';
import { readTemplates } from '../../src/notify/templates.ts';
import type { OpenStore } from '../../src/store/store.ts';
import {
  NOON,
  sampleApplied,
  sampleDisable,
  sampleIntent,
  sampleReport,
  sampleRow,
} from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { sqliteWorld } from '../store/sqlite-world.ts';

export const TEAM = 'rs@example.org';
export const OPS = 'ops@example.org';
export const HOUR_MS = 3_600_000;

export const HOLD: Hold = {
  rule: 'disable',
  because: '40 people in one run; the limit of "disable" is 25.',
  release: 'muster approve c090383718fd --reason …',
  digest: 'c090383718fd',
  changes: [sampleDisable('ajensen')],
};

export interface NotifierScene {
  readonly store: OpenStore;
  readonly clock: { now: Instant };
  readonly forecast: { now: Forecast };
  readonly leavers: { now: readonly Leaver[] };
  /** Another process over the same database. */
  notifier(): Promise<Notifier>;
  /** A change that was made, as the journal takes it down. */
  made(change: Change): Promise<void>;
  /** What was queued since the last call. */
  fresh(): Promise<readonly Mail[]>;
}

/** Copenhagen is an hour ahead of UTC in March before the 29th. */
export async function notifierScene(at: Instant = NOON): Promise<NotifierScene> {
  const store = await openFor(sqliteWorld);
  const clock = { now: at };
  const forecast = { now: comingDays([]) };
  const leavers: { now: readonly Leaver[] } = { now: [] };
  const templates = await readTemplates('en', null);
  let intents = 0;
  const settings = {
    language: 'en',
    smtp: { host: '127.0.0.1', port: 25, tls: 'none', from: 'muster@example.org', login: null, caFile: null },
    to: { researchService: [TEAM], operations: [OPS] },
    digest: '07:00',
    afterMinutes: 30,
    closedAfterDays: 365,
    templates: null,
  } as const;
  return {
    store,
    clock,
    forecast,
    leavers,
    notifier: async () =>
      new Notifier({
        settings,
        instance: 'demo',
        timeZone: 'Europe/Copenhagen',
        templates,
        mails: store.mails,
        audit: store.audit,
        orders: store.orders,
        authenticators: new Map([['directory', new Set(['mobile'])]]),
        sealedFiles: async () => (username, attempt) => `/outbox/${username}.${attempt}.age`,
        lookAhead: async () => forecast.now,
        forecastDays: 14,
        leavers: async () => leavers.now,
        clock: () => clock.now,
        newId: randomUUID,
      }),
    made: async (change) => {
      intents += 1;
      const intent = sampleIntent(`i${intents}`, change);
      await store.lease.acquire('sync');
      await store.journal.intend([intent]);
      await store.journal.settle(intent, sampleApplied(change), sampleRow(change.address.key), clock.now);
      await store.lease.release();
    },
    fresh: async () => {
      const mails: Mail[] = [];
      for (;;) {
        const dispatch = await store.mails.take(clock.now);
        if (dispatch === null) return mails;
        await store.mails.settle(dispatch.mail.id, { status: 'sent' }, clock.now);
        mails.push(dispatch.mail);
      }
    },
  };
}

export function comingDays(days: Forecast['days']): Forecast {
  return { format: 1, from: NOON, until: NOON + 14 * 24 * HOUR_MS, days };
}

export function reportWith(more: Partial<Report> = {}, plan: Partial<Report['plan']> = {}): Report {
  const report = sampleReport('run');
  return { ...report, ...more, plan: { ...report.plan, ...plan } };
}

export function notice(more: Partial<Notice>): Notice {
  const text = 'Anna Jensen (ajensen) is something.';
  return { kind: 'conflict', person: 'Anna Jensen (ajensen)', text, next: null, origin: null, urgent: false, ...more };
}

/** Recipient and subject of each. */
export function headings(mails: readonly Mail[]): readonly string[] {
  return mails.map(({ recipient, subject }) => `${recipient}: ${subject}`);
}

/** A notifier that has begun, and nothing queued by that. */
export async function begun(at = NOON) {
  const scene = await notifierScene(at);
  const notifier = await scene.notifier();
  await notifier.begin();
  // The digest of the first day is another test's.
  await notifier.passed(reportWith());
  await scene.fresh();
  return { ...scene, tell: notifier };
}
