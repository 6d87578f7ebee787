/** People, hosted servers and a real store under a clock that the test moves: passes attend to tasks, and mails are read from the queue. */
import { randomUUID } from 'node:crypto';
import { attendToTasks } from '../../src/core/attending.ts';
import { wantedOf } from '../../src/core/desire.ts';
import type { Mail } from '../../src/core/mails.ts';
import type { ModeSettings } from '../../src/core/modes.ts';
import type { Hold } from '../../src/core/plan.ts';
import type { Task, TaskOutlook } from '../../src/core/tasks.ts';
import type { AnyEntry, Instant } from '../../src/model/document.ts';
import { Notifier } from '../../src/notify/notifier.ts';
import type { TaskTelling } from '../../src/notify/settings.ts';
import { readTemplates } from '../../src/notify/templates.ts';
import { taskDesk } from '../../src/reconcilers/tasks/desk.ts';
import type { ManualSystem, TaskSettings } from '../../src/reconcilers/tasks/settings.ts';
import type { OpenStore } from '../../src/store/store.ts';
import { openFor } from '../contracts/store-world.ts';
import { sqliteWorld } from '../store/sqlite-world.ts';
import { afterPass, type Files, institution, repository, resolved, startsAt, ZONE } from './model-builder.ts';

const HOUR_MS = 3_600_000;
export const DESK = 'badge@example.org';
export const OPERATIONS = 'ops@example.org';
export const TEAM = 'rs@example.org';

export const BADGE: ManualSystem = {
  id: 'badge',
  name: 'Building access',
  maintainer: [DESK],
  give: 'Give {name} ({username}) a badge',
  take: 'Take back the badge of {name} ({username})',
  withinDays: 3,
};

const TELLING: TaskTelling = { remindEveryDays: 3, escalateAfterDays: 7, mailsAtOnce: 10 };

export interface TaskScene {
  readonly store: OpenStore;
  /** Sets the clock to eight in the morning of that day, Copenhagen. */
  on(day: string): void;
  readonly now: () => Instant;
  /** What people look after from now on. */
  configure(systems: readonly ManualSystem[]): void;
  /** What the repository says from now on; institution `cbs` is always there. */
  declare(files: Files): void;
  /** One pass: what has to be done is worked out and kept. */
  attend(options?: AttendOptions): Promise<TaskOutlook>;
  /** Mails that the notifier queues now, `recipient: subject`. */
  told(): Promise<readonly string[]>;
  /** The same, whole. */
  mails(): Promise<readonly Mail[]>;
  /** Another process over the same database that tells people. */
  notifier(): Promise<Notifier>;
  /** What waits in the queue, taken out. */
  queued(): Promise<readonly Mail[]>;
  tasks(): Promise<readonly Task[]>;
  /** The one open task; throws where there is none or another. */
  open(): Promise<Task>;
  noticed(): readonly string[];
}

export interface AttendOptions {
  readonly keep?: boolean;
  /** People of whom something is held. */
  readonly waiting?: readonly string[];
  /** False: the repository could not be read. */
  readonly trusted?: boolean;
  /** Everybody is looked after by default. */
  readonly modes?: ModeSettings;
}

const ENFORCE: ModeSettings = { mode: 'enforce' };

export async function taskScene(
  systems: readonly ManualSystem[] = [BADGE],
  telling: Partial<TaskTelling> = {},
): Promise<TaskScene> {
  const store = await openFor(sqliteWorld);
  let byHand = { desk: taskDesk(settingsFor(systems), { lasting: true }), memory: store.tasks };
  let now = 0;
  let files: Files = {};
  let remembered: readonly AnyEntry[] = [];
  let noticed: readonly string[] = [];
  const notifier = () => notifierOver(store, { ...TELLING, ...telling }, () => now);
  const teller = await notifier();
  await teller.begin();
  const queued = () => takeAll(store, now);
  const tasks = async () => (await store.tasks.memory()).tasks;
  const mails = async () => {
    await teller.look();
    return queued();
  };
  return {
    store,
    on: (day) => {
      now = startsAt(day) + 8 * HOUR_MS;
    },
    now: () => now,
    configure: (looksAfter) => {
      byHand = { ...byHand, desk: taskDesk(settingsFor(looksAfter), { lasting: true }) };
    },
    declare: (said) => {
      files = { 'institutions/cbs.yaml': [institution('cbs')], ...said };
    },
    attend: async ({ keep = true, waiting = [], trusted = true, modes = ENFORCE } = {}) => {
      const loaded = repository(files, trusted);
      const resolution = resolved(loaded, { remembered, at: now });
      // Of what is held, only whom it is about is asked for.
      const holds = waiting.map((key) => ({ changes: [{ person: { key } }] }) as unknown as Hold);
      await store.lease.acquire('sync');
      const want = wantedOf({ loaded, answer: null, resolution, trouble: [], held: null });
      const { tasks: outlook, notices } = await attendToTasks(
        { settings: modes, tasks: byHand },
        want,
        holds,
        now,
        keep,
      );
      await store.lease.release();
      if (keep && trusted) remembered = afterPass(loaded, { remembered, at: now });
      noticed = notices.map(({ text }) => text);
      if (outlook === undefined) throw new TypeError('there is a desk');
      return outlook;
    },
    told: async () => (await mails()).map(({ recipient, subject }) => `${recipient}: ${subject}`),
    mails,
    notifier,
    queued,
    tasks,
    open: async () => {
      const [task, another] = (await tasks()).filter(({ status }) => status === 'open');
      if (task === undefined || another !== undefined) throw new Error('not exactly one task is open');
      return task;
    },
    noticed: () => noticed,
  };
}

function settingsFor(systems: readonly ManualSystem[]): TaskSettings {
  return {
    systems,
    servers: { it: [OPERATIONS], researchService: [TEAM], mailInstitutions: false, withinDays: 14 },
    timeZone: ZONE,
  };
}

async function notifierOver(store: OpenStore, telling: TaskTelling, clock: () => Instant): Promise<Notifier> {
  return new Notifier({
    settings: {
      language: 'en',
      smtp: { host: '127.0.0.1', port: 25, tls: 'none', from: 'muster@example.org', login: null, caFile: null },
      to: { researchService: [TEAM], operations: [OPERATIONS] },
      digest: '07:00',
      afterMinutes: 30,
      closedAfterDays: 365,
      templates: null,
    },
    instance: 'demo',
    leavers: async () => [],
    timeZone: ZONE,
    templates: await readTemplates('en', null),
    mails: store.mails,
    audit: store.audit,
    orders: store.orders,
    authenticators: new Map(),
    sealedFiles: async () => () => null,
    lookAhead: async () => ({ format: 1, from: clock(), until: clock(), days: [] }),
    forecastDays: 14,
    tasks: { memory: store.tasks, telling },
    clock,
    newId: randomUUID,
  });
}

async function takeAll(store: OpenStore, at: Instant): Promise<readonly Mail[]> {
  const mails: Mail[] = [];
  for (;;) {
    const dispatch = await store.mails.take(at);
    if (dispatch === null) return mails;
    await store.mails.settle(dispatch.mail.id, { status: 'sent' }, at);
    mails.push(dispatch.mail);
  }
}
