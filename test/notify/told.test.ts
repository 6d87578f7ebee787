/** What people do at a site, and what is told by mail: the whole way, from the entry to the mail that was received. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { person } from '../cli/site-folder.ts';
import { startMailServer } from '../support/mail-server.ts';
import { expectGolden } from '../views/golden-file.ts';
import { mailedSite, OPERATIONS, RESEARCH_SERVICE, steady } from './mailed-site.ts';

const ANNA = person('ajensen', 'Anna', 'Jensen', '+45 20 12 34 56');
const BO = person('bmadsen', 'Bo', 'Madsen', '+45 20 12 34 57');

describe.each(['en', 'da'] as const)('in %s', (language) => {
  test('T1: Research Service hears of new accounts, changed numbers, blocks, closings and of what is given back', async () => {
    const site = await mailedSite({ language });
    const told: string[] = [];
    const next = async (what: string) => told.push(`### ${what}\n`, ...(await site.sync()));
    await next('two new accounts');
    site.declare('users/cbs.yaml', ANNA.replace('20 12 34 56', '28 90 12 34') + BO);
    site.declare('blocked-users.yaml', '- user: bmadsen\n  reason: "Passed results on"\n  from: 2026-01-01\n');
    await next('a new number, a block');
    site.declare('users/cbs.yaml', ANNA.replace('20 12 34 56', '28 90 12 34').replace('active', 'closed') + BO);
    site.declare(
      'blocked-users.yaml',
      '- user: bmadsen\n  reason: "Passed results on"\n  from: 2026-01-01\n  lifted: 2026-02-01\n',
    );
    await next('a closing, a lifted block');
    await next('nothing');
    expectGolden(steady(told.join('\n'), site), `mail-people.${language}.txt`);
    expect(site.server.taken.map(({ recipient }) => recipient)).toEqual(Array(3).fill(RESEARCH_SERVICE));
    const [file = ''] = /\/\S+\.age/.exec(site.server.taken[0]?.mail.text ?? '') ?? [];
    expect(existsSync(file)).toBe(true);
  });

  test('operations hear of what is held, of a mistake, and when it is over', async () => {
    const site = await mailedSite({ language });
    await site.sync();
    const told: string[] = [];
    const next = async (what: string) => told.push(`### ${what}\n`, ...(await site.sync()));
    site.configure('limits: { always: 5 }', 'limits: { always: 0, phone: { people: 0 } }');
    site.declare('users/cbs.yaml', ANNA.replace('20 12 34 56', '28 90 12 34') + BO.replace('phone: +45', 'phone: 45'));
    await next('a number over the limit, a mistake');
    await next('nothing new');
    site.declare('users/cbs.yaml', ANNA + BO);
    await next('both mended');
    expectGolden(steady(told.join('\n'), site), `mail-matters.${language}.txt`);
    expect(site.server.taken.slice(1).map(({ recipient }) => recipient)).toEqual(Array(2).fill(OPERATIONS));
  });
});

test('a new initial password is told of with the file that is in force', async () => {
  const site = await mailedSite();
  await site.sync();
  const { code } = await site.muster('credentials', 'reissue', 'ajensen', '--reason', 'lost the letter');
  expect(code).toBe(0);
  const [mail, ...others] = await site.sync();
  expect(others).toEqual([]);
  expect(mail).toContain('Subject: Muster (demo): 1 new initial password\n');
  const [file = ''] = /\/\S+\.age/.exec(mail ?? '') ?? [];
  expect([existsSync(file), site.server.taken[0]?.mail.text?.includes(file)]).toEqual([true, false]);
});

test('who comes back with a new initial password is told of with the file that it lies in', async () => {
  const site = await mailedSite();
  site.declare('institutions/dtu.yaml', 'id: dtu\nname: Technical University\ncontacts: [it@example.org]\n');
  await site.sync();
  site.declare('users/cbs.yaml', ANNA.replace('active', 'closed') + BO);
  await site.sync();
  site.declare('users/cbs.yaml', ANNA.replace('institution: cbs', 'institution: dtu') + BO);
  const [mail, ...others] = await site.sync();
  expect(others).toEqual([]);
  expect(mail).toContain('Subject: Muster (demo): 1 new initial password, 1 person has access again\n');
  const [file = ''] = /\/\S+\.age/.exec(mail ?? '') ?? [];
  expect([existsSync(file), site.server.taken[0]?.mail.text?.includes(file)]).toEqual([true, false]);
});

test('no name and no number stands in any subject', async () => {
  const site = await mailedSite();
  await site.sync();
  site.declare('users/cbs.yaml', ANNA.replace('20 12 34 56', '28 90 12 34') + BO.replace('active', 'closed'));
  await site.sync();
  const subjects = site.server.taken.map(({ mail }) => mail.subject);
  expect(subjects).toEqual([
    'Muster (demo): 2 new accounts',
    'Muster (demo): 1 changed phone number, 1 closed account',
  ]);
});

test('many people of one pass come in one mail', async () => {
  const site = await mailedSite();
  const people = Array.from({ length: 60 }, (_, n) =>
    person(`user${n}`, 'Anna', `Jensen ${'x'.repeat(n % 7)}`, `+45 20 12 3${100 + n}`),
  );
  site.declare('users/cbs.yaml', people.join(''));
  site.configure('limits: { always: 5 }', 'limits: { always: 100, create: { people: 100 } }');
  const mails = await site.sync();
  expect(mails).toHaveLength(1);
  expect(mails[0]?.match(/sealed password: /g)).toHaveLength(60);
});

test('a hostile name can neither hide nor forge anything in a mail', async () => {
  const site = await mailedSite();
  site.declare('users/cbs.yaml', person('mallory', '"{instance}"', '"O\'Neill: <b>"', '+45 20 12 34 58'));
  site.declare(
    'blocked-users.yaml',
    '- user: mallory\n  reason: "over\\r\\nBcc: all@example.org {summary}"\n  from: 2026-01-01\n',
  );
  await site.sync();
  for (const { raw } of site.server.taken) expect(raw).not.toMatch(/^Bcc:/im);
});

test('a mail server that is away delays no sync, and the next one tells it all', async () => {
  const site = await mailedSite();
  const { port } = site.server;
  await site.server.close();
  expect(await site.muster('--log-level', 'silent', 'sync')).toMatchObject({ code: 0 });
  const back = await startMailServer({ port });
  await site.muster('sync');
  expect(back.taken.map(({ mail }) => mail.subject)).toEqual(['Muster (demo): 2 new accounts']);
  await back.close();
});

test('a text of the site with an unknown placeholder is named with file and line, before anything is done', async () => {
  const site = await mailedSite({ more: '  templates: mail\n' });
  site.declare('../mail/people.txt', 'Subject: News\n\n{created}\n{sumary}\n');
  const { code, err } = await site.muster('sync');
  expect(code).toBe(1);
  expect(err).toContain('mail/people.txt:4: There is no {sumary} here. Did you mean summary?');
  expect(err).not.toContain('new account');
  site.declare('../mail/people.txt', 'Subject: News of {instance}\n\n{created}\n');
  await site.sync();
  expect(site.server.taken[0]?.mail.subject).toBe('News of demo');
});
