/** The `tasks` part of the configuration: what people do by hand, who they are, and how they are reminded. */
import type { z } from 'zod';
import type { NotifySettings, TaskTelling } from '../notify/settings.ts';
import { TASK_PLACEHOLDERS, type TaskSettings } from '../reconcilers/tasks/settings.ts';
import { listOf, matching, settings, text, whole, yesOrNo } from './fields.ts';
import { addresses } from './notify.ts';

/** Longer than any errand by hand takes. */
const DAYS_MAX = 365;
const DAYS = /^([1-9]\d{0,2}) days?$/;
/** So many mails of tasks at once are read one by one; more of them come as a list. */
const MAILS_AT_ONCE_MAX = 1_000;
const SENTENCE_MAX = 500;

const days = text('a number of days', '3 days', (value) => {
  const number = Number(DAYS.exec(value)?.[1] ?? 0);
  return number >= 1 && number <= DAYS_MAX;
}).transform((value) => Number(DAYS.exec(value)?.[1]));

const known = TASK_PLACEHOLDERS.map((name) => `{${name}}`).join(', ');

function sentence(example: string) {
  return text(
    `one line of text with no other placeholders than ${known}`,
    example,
    (value) =>
      value.trim() !== '' &&
      value.length <= SENTENCE_MAX &&
      !/\p{C}/u.test(value) &&
      [...value.matchAll(/\{([^{}]*)\}/g)].every(([, name]) => TASK_PLACEHOLDERS.some((one) => one === name)),
  );
}

const system = settings({
  id: matching('a name of small letters, digits and hyphens', 'badge', /^[a-z0-9][a-z0-9-]{0,39}$/),
  name: sentence('Building access'),
  maintainer: addresses,
  give: sentence('"Give {name} ({username}) a badge"'),
  take: sentence('"Take back the badge of {name} ({username})"'),
  within: days.optional(),
});

export const tasksSchema = settings({
  systems: listOf(system, '[{ id: badge, … }]')
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, {
      error: 'Two systems have the same "id". Give each its own',
    })
    .optional(),
  servers: settings({
    it: addresses.optional(),
    mailInstitutions: yesOrNo.optional(),
    within: days.optional(),
  }).optional(),
  remindEvery: days.optional(),
  escalateAfter: days.optional(),
  mailsAtOnce: whole(1, MAILS_AT_ONCE_MAX, 'mails', 10).optional(),
});

/** What nobody set: an errand takes a few days, a step of a server two weeks. */
const DEFAULTS = { errandDays: 3, stepDays: 14, remindEveryDays: 3, escalateAfterDays: 7, mailsAtOnce: 10 };

export interface TasksConfig {
  readonly settings: TaskSettings;
  readonly telling: TaskTelling;
}

/** @param parsed undefined: there is no such part; hosted servers are followed all the same. */
export function tasksConfigOf(
  parsed: z.output<typeof tasksSchema> | undefined,
  notify: NotifySettings | null,
  timeZone: string,
): TasksConfig {
  const { systems = [], servers = {}, remindEvery, escalateAfter, mailsAtOnce } = parsed ?? {};
  return {
    settings: {
      systems: systems.map(({ within, ...one }) => ({ ...one, withinDays: within ?? DEFAULTS.errandDays })),
      servers: {
        it: servers.it ?? notify?.to.operations ?? [],
        researchService: notify?.to.researchService ?? [],
        mailInstitutions: servers.mailInstitutions ?? false,
        withinDays: servers.within ?? DEFAULTS.stepDays,
      },
      timeZone,
    },
    telling: {
      remindEveryDays: remindEvery ?? DEFAULTS.remindEveryDays,
      escalateAfterDays: escalateAfter ?? DEFAULTS.escalateAfterDays,
      mailsAtOnce: mailsAtOnce ?? DEFAULTS.mailsAtOnce,
    },
  };
}
