/** Tokens as people meet them: what is told by mail, what the commands say, and what the doctor looks at. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { person } from '../cli/site-folder.ts';
import { type MailedSite, mailedSite } from './mailed-site.ts';

const OLD = '+4520123456';
const NEW = '+4520999999';
const anna = (phone: string) => person('ajensen', 'Anna', 'Jensen', phone);
const BO = person('bmadsen', 'Bo', 'Madsen', '+45 20 12 34 57');
const blocked = (user: string) => `- user: ${user}\n  reason: "Passed results on"\n  from: 2026-01-01\n`;

async function siteWithTokens(): Promise<MailedSite> {
  const site = await mailedSite();
  site.configure('limits: { always: 5 }', 'limits: { always: 5 }\ntokens: { embedded: { file: tokens.json } }');
  return site;
}

const times = (text: string, part: string) => text.split(part).length - 1;

describe('Research Service', () => {
  test('T1: hears once of a new number, with the old one, though the account and the token both have it', async () => {
    const site = await siteWithTokens();
    await site.sync();
    site.declare('users/cbs.yaml', anna('+45 20 99 99 99') + BO);
    const [mail = '', ...others] = await site.sync();
    expect(others).toEqual([]);
    expect([times(mail, `old number: ${OLD}`), times(mail, `new number: ${NEW}`)]).toEqual([1, 1]);
    expect(mail).toContain('1 changed phone number');
  });

  test('T1: hears of it where the token alone has the number', async () => {
    const site = await siteWithTokens();
    site.configure(', mobile: "{phone}"', '');
    await site.sync();
    site.declare('users/cbs.yaml', anna('+45 20 99 99 99') + BO);
    const [mail = ''] = await site.sync();
    expect([times(mail, `old number: ${OLD}`), times(mail, `new number: ${NEW}`)]).toEqual([1, 1]);
  });

  test('T1: hears of a number that somebody changed in the token, when it is put back', async () => {
    const site = await siteWithTokens();
    await site.sync();
    const file = join(site.folder, 'tokens.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(OLD, NEW));
    const [mail = ''] = await site.sync();
    expect(mail).toContain(`old number: ${NEW}`);
    expect(mail).toContain(`new number: ${OLD}`);
    expect(mail).toContain('somebody had changed it by hand');
  });

  test('hears of an account, not of its token besides, when it is made, blocked, closed and given back', async () => {
    const site = await siteWithTokens();
    const made = await site.sync();
    site.declare('blocked-users.yaml', blocked('ajensen'));
    const shut = await site.sync();
    site.declare('blocked-users.yaml', `${blocked('ajensen')}  lifted: 2026-02-01\n`);
    const back = await site.sync();
    site.declare('users/cbs.yaml', anna(OLD) + BO.replace('state: active', 'state: closed'));
    const closed = await site.sync();
    expect([made, shut, back, closed].map((mails) => mails.length)).toEqual([1, 1, 1, 1]);
    const subjects = [made, shut, back, closed].map(([mail = '']) => /^Subject: (.*)$/m.exec(mail)?.[1]);
    expect(subjects).toEqual([
      'Muster (demo): 2 new accounts',
      'Muster (demo): 1 person blocked',
      'Muster (demo): 1 person has access again',
      'Muster (demo): 1 closed account',
    ]);
  });
});

describe('operations', () => {
  test('T5: hear that the tokens can’t be read, and that somebody can still get passcodes, and when that is over', async () => {
    const site = await siteWithTokens();
    await site.sync();
    const file = join(site.folder, 'tokens.json');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.slice(0, good.length / 2));
    site.declare('blocked-users.yaml', blocked('ajensen'));
    expect((await site.muster('sync')).code).toBe(1);
    const told = site.server.taken.map(({ mail }) => mail.text).join('\n');
    expect(told).toContain("Can't be reached or read (1)");
    expect(told).toContain('Anna Jensen (ajensen) should get no passcodes');
    expect(told).toContain('Blocked (1)');
    writeFileSync(file, good);
    expect((await site.sync()).join('\n')).toContain('in order again');
    expect(readFileSync(file, 'utf8')).toMatch(/"user": "ajensen",\s+"phone": "\+4520123456",\s+"enabled": false/);
  });
});

describe('the commands', () => {
  test('speak of tokens where it is tokens that are meant', async () => {
    const site = await siteWithTokens();
    const said = [(await site.muster('plan')).out, (await site.muster('sync')).out];
    site.declare('blocked-users.yaml', blocked('ajensen'));
    said.push((await site.muster('sync')).out, (await site.muster('why', 'ajensen')).out);
    said.push((await site.muster('audit', 'show')).out, (await site.muster('doctor')).out);
    const all = said.join('\n');
    for (const words of [
      '2 people get a token',
      '2 people got a token',
      '1 person was cut off from passcodes',
      'token ajensen: off',
      'Anna Jensen (ajensen): token made',
      'Anna Jensen (ajensen): token switched off',
      'can be read as a whole: 2 tokens, 2 of them Muster',
    ]) {
      expect(all).toContain(words);
    }
  });

  test('T4: validate names a number in a country that passcodes are not sent to, and such a change is held', async () => {
    const site = await siteWithTokens();
    site.configure('limits: { always: 5 }', 'limits: { always: 5 }\nphones: { countries: [DK, SE] }');
    expect((await site.muster('validate')).code).toBe(0);
    await site.sync();
    site.declare('users/cbs.yaml', anna('+1 202 555 0143') + BO);
    const { code, out } = await site.muster('validate');
    expect(code).toBe(2);
    expect(out).toContain('users/cbs.yaml:1');
    expect(out).toContain('+12025550143 is in none of the countries that passcodes are sent to here (DK, SE)');
    await site.sync();
    expect(readFileSync(join(site.folder, 'tokens.json'), 'utf8')).not.toContain('+1202');
  });
});
