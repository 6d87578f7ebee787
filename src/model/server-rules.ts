/** What hosted servers and confirmed tasks are held for beside the last good document and the other files. */
import { withoutEntry } from './consequence.ts';
import {
  type ConfirmedTask,
  type Day,
  type Entry,
  type HostedServer,
  SERVER_STEPS,
  type ServerStep,
} from './document.ts';
import { serverText } from './entry-text.ts';
import { progressOf } from './hosted-server.ts';
import type { InstitutionObjection } from './rules.ts';
import { aroundLast, NONE, type Objection, type Rules } from './settle.ts';

/** @param today in the configured time zone: nothing is done before its day. */
export function serverRules(objectionTo: InstitutionObjection, today: Day): Rules<HostedServer> {
  return {
    judge: ({ document, none }, last) => {
      const institution = objectionTo(document.institution, 'institution');
      const holding = [
        ...aheadOf(document, today),
        ...(last === null ? [] : goneDays(document, none, last)),
        ...(institution === null ? [] : [institution]),
      ];
      return { document, holding, noted: NONE };
    },
    name: (key) => `the server \`${key}\``,
    without: (key) => withoutEntry('server', key),
    unite: ({ stated, last }) => aroundLast(stated, last),
    hold: (stated, last) => ({ ...(last ?? stated), rivals: [] }),
    keepsUnited: false,
    countsUnproven: false,
  };
}

export function confirmedTaskRules(today: Day): Rules<ConfirmedTask> {
  return {
    judge: ({ document }) => ({ document, holding: inTime('done', document.done, today), noted: NONE }),
    name: (key) => `the confirmation of task \`${key.replace(/@([^@]*)$/u, '` of $1')}`,
    without: (key) => withoutEntry('confirmed-task', key),
    unite: ({ stated, last }) => aroundLast(stated, last),
    hold: (stated, last) => ({ ...(last ?? stated), rivals: [] }),
    keepsUnited: false,
    countsUnproven: false,
  };
}

function aheadOf({ requested, steps, cancelled }: HostedServer, today: Day): readonly Objection[] {
  return [
    ...inTime('requested', requested, today),
    ...SERVER_STEPS.flatMap((step) => inTime(step, steps[step], today)),
    ...inTime('cancelled', cancelled, today),
  ];
}

function inTime(field: string, day: Day | null, today: Day): readonly Objection[] {
  if (day === null || day <= today) return NONE;
  const message = `\`${field}\` is ${day}, which has yet to come. Write the day once it is done.`;
  return [{ message, fix: null }];
}

/** Absence neither takes nor gives: what was done does not become undone by a line that went missing. */
function goneDays(now: HostedServer, none: readonly string[], last: HostedServer): readonly Objection[] {
  const gone = (field: string, before: Day | null, day: Day | null): readonly Objection[] =>
    before === null || day !== null || none.includes(field)
      ? NONE
      : [
          {
            message: `\`${field}\` was ${before} and is gone. If that was not done after all, write "${field}: none".`,
            fix: `${field}: ${before}`,
          },
        ];
  const ofStep = (step: ServerStep) => gone(step, last.steps[step], now.steps[step]);
  return [...SERVER_STEPS.flatMap(ofStep), ...gone('cancelled', last.cancelled, now.cancelled)];
}

/** Null: nothing is left to do for it, so its entry may go. */
export function vanishedServer({ document }: Entry<HostedServer>): Objection | null {
  if (isFinished(document)) return null;
  return {
    message: `The server ${document.name} (\`${document.id}\`) is no longer declared and stays where it stood. If it was given up, write it again with \`cancelled\`.`,
    fix: serverText(document),
  };
}

/** Whether nothing is left to do. */
export function isFinished(server: HostedServer): boolean {
  return progressOf(server).next === null;
}
