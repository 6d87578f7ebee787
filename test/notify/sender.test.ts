/** Sending against a real mail server that takes, refuses, puts off, falls silent and goes away. */
import { expect, test } from 'vitest';
import { startMailServer } from '../support/mail-server.ts';
import { mailScene, OPERATIONS, sampleMail, standing } from './mail-scene.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

test('a mail goes out once, says that a machine wrote it, and bears the name of its row', async () => {
  const { server, queue, send, mails } = await mailScene();
  const mail = sampleMail({ subject: 'Muster (demo): ændret telefonnummer' });
  await queue(mail);
  expect([await send(), await send()]).toEqual([1, 0]);
  expect(server.taken).toHaveLength(1);
  const [received] = server.taken;
  expect(received?.mail).toMatchObject({
    subject: mail.subject,
    text: mail.text,
    messageId: `<${mail.id}@example.org>`,
    from: { address: 'muster@example.org' },
    to: [{ address: OPERATIONS }],
    date: new Date(mail.at).toISOString(),
  });
  expect(received?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(await standing(mails)).toEqual({ waiting: 0, refusing: [] });
});

test('an address that the server refuses takes nothing from the others, and is known to refuse', async () => {
  const wrong = 'gone@example.org';
  const { server, queue, send, mails, log } = await mailScene({
    recipient: (address) => (address === wrong ? { code: 550, says: 'No such user here' } : 'take'),
  });
  await queue(sampleMail({ recipient: wrong }), sampleMail(), sampleMail({ recipient: wrong }), sampleMail());
  expect(await send()).toBe(2);
  expect(server.taken.map(({ recipient }) => recipient)).toEqual([OPERATIONS, OPERATIONS]);
  expect(await standing(mails)).toEqual({
    waiting: 2,
    refusing: [`${wrong}: The mail server answered: 550 No such user here`],
  });
  expect(log.join('')).toContain('a mail is put off');
  expect(await send()).toBe(0);
});

test('an address that takes mail again refuses no longer', async () => {
  let refuses = true;
  const { queue, send, mails, clock } = await mailScene({
    recipient: () => (refuses ? { code: 550, says: 'No' } : 'take'),
  });
  await queue(sampleMail());
  await send();
  expect((await standing(mails)).refusing).toHaveLength(1);
  refuses = false;
  clock.now += MINUTE_MS;
  await queue(sampleMail({ at: clock.now }));
  await send();
  expect(await standing(mails)).toEqual({ waiting: 0, refusing: [] });
});

test('a mail that is put off goes out later, with the same name, and holds up no other', async () => {
  const { server, queue, send, clock } = await mailScene({
    mail: (_, { mail }) => (mail.subject === 'Later' && putOff > 0 ? { code: 451, says: `${putOff--} more` } : 'take'),
  });
  let putOff = 3;
  const late = sampleMail({ subject: 'Later' });
  await queue(late, sampleMail({ subject: 'Now' }));
  const sent: number[] = [];
  for (let minute = 0; minute <= 16; minute += 1) {
    sent.push(await send());
    clock.now += MINUTE_MS;
  }
  // After one, two and four minutes.
  expect(sent.map((count, minute) => [count, minute]).filter(([count]) => count !== 0)).toEqual([
    [1, 0],
    [1, 7],
  ]);
  expect(server.taken.map(({ mail }) => mail.subject)).toEqual(['Now', 'Later']);
  expect(new Set(server.received.map(({ mail }) => mail.messageId)).size).toBe(2);
});

test('mail that a relay denies for twenty seconds goes out all the same', async () => {
  let denies = true;
  const { server, queue, send, mails, clock } = await mailScene({
    recipient: () => (denies ? { code: 554, says: 'Relay access denied' } : 'take'),
  });
  await queue(sampleMail({ topic: 'people' }));
  expect(await send()).toBe(0);
  expect((await mails.state()).givenUp).toEqual([]);
  clock.now += 20_000;
  denies = false;
  expect(await send()).toBe(0);
  clock.now += MINUTE_MS;
  expect(await send()).toBe(1);
  expect(server.taken).toHaveLength(1);
});

test('mail that is denied after a week without a server is not given up for its age, and then tried every quarter of an hour', async () => {
  const { queue, send, mails, clock, log } = await mailScene({
    recipient: () => ({ code: 554, says: 'Relay access denied' }),
  });
  await queue(sampleMail({ topic: 'people', at: clock.now - 7 * DAY_MS }));
  for (let quarter = 0; quarter < 16; quarter += 1) {
    await send();
    clock.now += 15 * MINUTE_MS;
  }
  expect(log.filter((line) => line.includes('a mail is put off'))).toHaveLength(16);
  clock.now += 3 * DAY_MS;
  await send();
  expect(await standing(mails)).toMatchObject({ waiting: 1 });
  expect((await mails.state()).givenUp).toEqual([]);
});

test('an address at which the server hangs up holds up no other, and its answer is told', async () => {
  const bad = 'greylisted@example.org';
  const { server, queue, send, mails } = await mailScene({
    recipient: (address) => (address === bad ? { code: 421, says: 'Too many for this one' } : 'take'),
  });
  await queue(sampleMail({ recipient: bad }), sampleMail({ recipient: bad }), sampleMail(), sampleMail());
  expect(await send()).toBe(2);
  expect(server.taken.map(({ recipient }) => recipient)).toEqual([OPERATIONS, OPERATIONS]);
  expect((await standing(mails)).refusing).toEqual([`${bad}: The mail server answered: 421 Too many for this one`]);
});

test('a mail that is put off for five days is given up and said to be', async () => {
  const { queue, send, clock, mails, log } = await mailScene({
    recipient: () => ({ code: 452, says: 'Mailbox full' }),
  });
  await queue(sampleMail());
  for (let day = 0; day <= 6; day += 1) {
    await send();
    clock.now += DAY_MS;
  }
  expect(await standing(mails)).toMatchObject({ waiting: 0, refusing: [expect.stringContaining('Mailbox full')] });
  expect(log.at(-1)).toContain('was put off for days and is given up');
});

test('A1: an answer that is lost leads to one repeat with the same name, and to no third', async () => {
  const { server, queue, send, clock, mails, log } = await mailScene({ mail: () => 'unanswered' });
  const mail = sampleMail();
  await queue(mail);
  for (let day = 0; day < 3; day += 1) {
    await send();
    clock.now += DAY_MS;
  }
  expect(server.received.map((one) => one.mail.messageId)).toEqual([
    `<${mail.id}@example.org>`,
    `<${mail.id}@example.org>`,
  ]);
  expect(server.received[0]?.raw).toBe(server.received[1]?.raw);
  expect(await standing(mails)).toMatchObject({
    waiting: 0,
    refusing: [expect.stringContaining('Handed over twice, and no answer came')],
  });
  expect(log.join('')).toContain('handed over twice and no answer came');
});

test('A1: an answer that is lost once: the repeat is taken, and all that follows goes out', async () => {
  const { server, queue, send, clock, mails } = await mailScene({ mail: (nth) => (nth === 1 ? 'unanswered' : 'take') });
  const [first, second] = [sampleMail(), sampleMail()];
  await queue(first, second);
  await send();
  clock.now += MINUTE_MS;
  await send();
  expect(server.received.map(({ mail }) => mail.messageId?.slice(1, 37))).toEqual([first.id, second.id, first.id]);
  expect(await standing(mails)).toEqual({ waiting: 0, refusing: [] });
});

test('a server that is away for a week costs no mail, and one line of the log', async () => {
  const { server, queue, send, sender, clock, mails, log, settings } = await mailScene();
  await server.close();
  const all = [sampleMail(), sampleMail(), sampleMail()];
  await queue(...all);
  for (let hours = 0; hours < 7 * 24; hours += 6) {
    expect(await send()).toBe(0);
    clock.now += 6 * 60 * MINUTE_MS;
  }
  expect(await standing(mails)).toEqual({ waiting: 3, refusing: [] });
  expect(log.filter((line) => line.includes('takes no mail'))).toHaveLength(1);
  const back = await startMailServer({ port: settings.port });
  expect(await sender.round(new AbortController().signal)).toBe(3);
  expect(back.taken.map(({ mail }) => mail.messageId?.slice(1, 37))).toEqual(all.map(({ id }) => id));
  expect(log.at(-1)).toContain('takes mail again');
  await back.close();
});

test('of digests that no server took, the latest alone goes out', async () => {
  const { server, queue, send, clock } = await mailScene();
  for (const day of ['Monday', 'Tuesday', 'Wednesday']) {
    await queue(
      sampleMail({ topic: 'digest', subject: day, at: clock.now }),
      sampleMail({ subject: `Matters of ${day}`, at: clock.now }),
    );
    clock.now += DAY_MS;
  }
  await send();
  expect(server.taken.map(({ mail }) => mail.subject)).toEqual([
    'Matters of Monday',
    'Matters of Tuesday',
    'Wednesday',
    'Matters of Wednesday',
  ]);
});

test('a clock that went back a year holds up no mail', async () => {
  const { server, queue, send, clock } = await mailScene({
    mail: (nth) => (nth === 1 ? { code: 451, says: 'No' } : 'take'),
  });
  await queue(sampleMail());
  await send();
  clock.now -= 365 * DAY_MS;
  await send();
  expect(server.taken).toHaveLength(1);
});

test('no further mail begins where the time is up, and the one under way is finished', async () => {
  const { server, queue, sender, mails } = await mailScene();
  await queue(sampleMail(), sampleMail(), sampleMail());
  expect(await sender.round(new AbortController().signal, () => server.taken.length < 2)).toBe(2);
  expect(server.taken).toHaveLength(2);
  expect(await standing(mails)).toMatchObject({ waiting: 1 });
});

test('a mail that a stop breaks off is sent again later, once', async () => {
  const stop = new AbortController();
  const { server, queue, sender, freshSender, mails } = await mailScene({
    mail: async (nth) => {
      if (nth > 1) return 'take';
      stop.abort();
      return 'unanswered';
    },
  });
  await queue(sampleMail());
  expect(await sender.round(stop.signal)).toBe(0);
  expect(await freshSender().round(new AbortController().signal)).toBe(1);
  expect(new Set(server.received.map(({ mail }) => mail.messageId)).size).toBe(1);
  expect(server.received).toHaveLength(2);
  expect(await standing(mails)).toEqual({ waiting: 0, refusing: [] });
});
