/** The configuration of tasks: what it may say, and what it is told where it does not fit. */
import { expect, test } from 'vitest';
import { configFile, SMALLEST } from './support/config-file.ts';

const file = configFile();

const NOTIFY = `notify:
  language: en
  smtp: { host: 127.0.0.1, tls: none, from: muster@example.org }
  to: { researchService: [rs@example.org], operations: [ops@example.org] }
`;
const BADGE =
  '{ id: badge, name: Badges, maintainer: [desk@example.org], give: "Give {name}", take: "Take from {username}" }';

function load(tasks: string, before = SMALLEST + NOTIFY) {
  return file.load(before + tasks);
}

test('without a word about tasks, hosted servers are followed by whoever is told of everything else', async () => {
  expect((await load('')).tasks).toEqual({
    settings: {
      systems: [],
      servers: {
        it: ['ops@example.org'],
        researchService: ['rs@example.org'],
        mailInstitutions: false,
        withinDays: 14,
      },
      timeZone: 'Europe/Copenhagen',
    },
    telling: { remindEveryDays: 3, escalateAfterDays: 7, mailsAtOnce: 10 },
  });
});

test('days are written as people say them', async () => {
  const { tasks } = await load(`tasks: { systems: [${BADGE}], servers: { within: 1 day }, escalateAfter: 30 days }\n`);
  expect(tasks.settings.systems).toMatchObject([{ id: 'badge', withinDays: 3 }]);
  expect([tasks.settings.servers.withinDays, tasks.telling.escalateAfterDays]).toEqual([1, 30]);
});

test.each([
  [
    'a placeholder that nobody fills',
    BADGE.replace('{name}', '{phone}'),
    'give: "Give {phone}" is not one line of text',
  ],
  ['two systems of one id', `${BADGE}, ${BADGE}`, 'Two systems have the same "id"'],
  ['a system that nobody looks after', BADGE.replace('[desk@example.org]', '[]'), 'Needs at least one address'],
  ['a time that is no number of days', BADGE.replace(' }', ', within: soon }'), '"soon" is not a number of days'],
])('%s is refused, with what to write', async (_what, systems, message) => {
  await expect(load(`tasks: { systems: [${systems}] }\n`)).rejects.toMatchObject({
    what: expect.stringContaining(message),
  });
});

test('tasks of which nobody would hear are refused', async () => {
  await expect(load(`tasks: { systems: [${BADGE}] }\n`, SMALLEST)).rejects.toMatchObject({
    what: expect.stringContaining('Nobody would hear of a task.'),
  });
});
