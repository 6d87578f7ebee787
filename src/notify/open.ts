/** Opens notifications over the parts of an installation. */

import { FORECAST_DAYS } from '../core/forecast.ts';
import { leaversIn } from '../core/leavers.ts';
import type { Mails } from '../core/mails.ts';
import { lookAhead } from '../core/operations/look-ahead.ts';
import type { PassParts } from '../core/pass.ts';
import type { Log } from '../log.ts';
import { type Desk, openDesk } from './desk.ts';
import { Notifier } from './notifier.ts';
import type { SealedFile } from './people-mail.ts';
import { Sender } from './sender.ts';
import type { NotifySettings, TaskTelling } from './settings.ts';
import { openSmtp } from './smtp.ts';
import { readTemplates } from './templates.ts';

export interface Surroundings {
  readonly instance: string;
  readonly parts: PassParts;
  readonly mails: Mails;
  readonly taskTelling: TaskTelling;
  /** Sealed passwords as they lie there now. */
  sealedFiles(): Promise<SealedFile>;
  readonly log: Log;
}

/** @throws MusterError (`person`) where a text of a mail can't be used. Connects to nothing yet. */
export async function openNotifications(settings: NotifySettings, surroundings: Surroundings): Promise<Desk> {
  const { instance, parts, mails, log, sealedFiles, taskTelling } = surroundings;
  const { clock, newId, store, tasks } = parts;
  const notifier = new Notifier({
    settings,
    instance,
    timeZone: parts.settings.timeZone,
    templates: await readTemplates(settings.language, settings.templates),
    mails,
    audit: store.audit,
    orders: store.orders,
    authenticators: new Map(parts.reconcilers.map(({ system, traits }) => [system, traits.authenticators])),
    sealedFiles,
    lookAhead: (days) => lookAhead(parts, days),
    forecastDays: FORECAST_DAYS,
    leavers: () => leaversIn(parts),
    ...(tasks === undefined ? {} : { tasks: { memory: tasks.memory, telling: taskTelling } }),
    clock,
    newId,
  });
  const sender = new Sender({ mails, open: (signal) => openSmtp(settings.smtp, signal), clock, log });
  return openDesk(notifier, sender, log);
}
