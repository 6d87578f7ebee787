/** Mail blocks as people meet them: what is told by mail, what the commands say, and what the doctor looks at. */
import { describe, expect, test } from 'vitest';
import { person } from '../cli/site-folder.ts';
import { expectGolden } from '../views/golden-file.ts';
import { type MailedSite, mailedSite, steady } from './mailed-site.ts';

const ANNA = person('ajensen', 'Anna', 'Jensen', '+45 20 12 34 56');
const BO = person('bmadsen', 'Bo', 'Madsen', '+45 20 12 34 57');

const blocked = (user: string, more = '') =>
  `- user: ${user}\n  reason: "Passed results on"\n  from: 2026-01-01\n${more}`;

async function siteWithMailer(language: 'en' | 'da' = 'en'): Promise<MailedSite> {
  const site = await mailedSite({ language });
  site.configure('limits: { always: 5 }', 'limits: { always: 5 }\nmailBlocks: { controlFile: { path: blocked.txt } }');
  return site;
}

test.each(['en', 'da'] as const)(
  'in %s, Research Service hears of mail that is stopped and allowed again',
  async (language) => {
    const site = await siteWithMailer(language);
    await site.sync();
    const told: string[] = [];
    const next = async (what: string) => told.push(`### ${what}\n`, ...(await site.sync()));
    site.declare('mail-blocks.yaml', blocked('ajensen'));
    await next('a mail block');
    site.declare('mail-blocks.yaml', blocked('ajensen', '  lifted: 2026-02-01\n'));
    await next('the mail block lifted');
    site.declare('blocked-users.yaml', blocked('bmadsen'));
    await next('a block, of which the mail block goes without saying');
    expectGolden(steady(told.join('\n'), site), `mail-blocks.${language}.txt`);
  },
);

describe('the commands', () => {
  test('speak of mail where it is mail that is taken', async () => {
    const site = await siteWithMailer();
    await site.sync();
    site.declare('mail-blocks.yaml', blocked('ajensen'));
    const said = [(await site.muster('plan')).out, (await site.muster('sync')).out];
    said.push((await site.muster('why', 'ajensen')).out, (await site.muster('audit', 'show')).out);
    const all = said.join('\n');
    for (const words of [
      '1 person may not send mail any more.',
      '1 person was stopped from sending mail.',
      'sending mail: blocked',
      'Anna Jensen (ajensen): sending mail blocked',
    ]) {
      expect(all).toContain(words);
    }
    expect(said.slice(0, 2).join('\n')).not.toMatch(/loses access|account is switched/);
  });

  test('the doctor looks at the control file, and says what to do about one that Muster did not write', async () => {
    const site = await siteWithMailer();
    expect((await site.muster('doctor')).out).toContain('There is no such file yet');
    site.declare('users/cbs.yaml', ANNA + BO);
    await site.sync();
    site.declare('mail-blocks.yaml', blocked('ajensen'));
    await site.sync();
    expect((await site.muster('doctor')).out).toContain('As Muster wrote it; 1 person stands on it.');
  });

  test('enable names the systems there are where it is given another', async () => {
    const site = await siteWithMailer();
    await site.sync();
    const { code, err } = await site.muster('enable', 'ajensen', '--system', 'post', '--reason', 'agreed');
    expect(code).not.toBe(0);
    expect(err).toContain('directory, mail');
  });
});
