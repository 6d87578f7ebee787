/** The six things that Research Service does, as its guide tells them: from the commit to what people meet, on real servers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerStep } from '../../src/model/document.ts';
import { allowMembers } from '../support/denied-rights.ts';
import { daysFromToday, type Files, institution, people, person, phoneOf } from '../support/desired-state.ts';
import { bindOutcome, modify } from '../support/directory-contents.ts';
import { exampleOf } from '../support/guide.ts';
import { MAILER, POSTFIX } from '../support/mail-way.ts';
import { MAIL_WORDS } from '../support/mail-words.ts';
import {
  RESEARCH_SERVICE,
  type ResearchSite,
  SERVER_TEAM,
  type Seen,
  startResearchSite,
  type Told,
} from '../support/research-site.ts';
import { missingForSamba } from '../support/samba.ts';
import { sealedPasswords } from '../support/site.ts';
import { sorted } from '../support/story.ts';

const TEST_MS = 120_000;
const TODAY = daysFromToday(0);
const YESTERDAY = daysFromToday(-1);

const NORTHLAKE = ['cwren', 'jberg', 'lnygaard', 'mholm', 'sobrien'];
const COAST = ['pkeller'];
const FJORD = ['ebakke', 'rvik', 'shaug', 'tlund'];
const CLINIC = ['kdahl'];
const EVERYBODY = ['ajensen', ...NORTHLAKE, ...COAST, ...FJORD, ...CLINIC];

/** The desired state before anybody does anything; nobody does anything to cwren. */
const BEGINNING: Files = {
  ...institution('northlake', 'Northlake University'),
  ...institution('harbour-lab', 'Harbour Laboratory'),
  ...institution('coast-lab', 'Coast Laboratory'),
  ...institution('fjord-institute', 'Fjord Institute'),
  'institutions/fjord-clinic.yaml':
    'id: fjord-clinic\nname: Fjord Clinic\ncontacts: [office@fjord-clinic.example.net]\npartOf: fjord-institute\n',
  ...people(NORTHLAKE, { institution: 'northlake' }),
  ...people(COAST, { institution: 'coast-lab' }),
  ...people(FJORD, { institution: 'fjord-institute' }),
  ...people(CLINIC, { institution: 'fjord-clinic' }),
};

/** Who is asked for each step of a server, in order. */
const OFFICE = 'office@northlake.example.net';
const ASKED: readonly (readonly [step: ServerStep, people: readonly string[]])[] = [
  ['agreed', [OFFICE, SERVER_TEAM]],
  ['signed', [OFFICE]],
  ['received', [SERVER_TEAM]],
  ['installed', [SERVER_TEAM]],
  ['moved', [RESEARCH_SERVICE, SERVER_TEAM]],
  ['informed', [SERVER_TEAM]],
  ['billed', [RESEARCH_SERVICE]],
];

const SHUT = ['log in: shut', 'send mail: shut', 'get passcodes by SMS: shut'];

/** ACCOUNTDISABLE (MS-ADTS 2.2.16), set by somebody in the directory. */
const DISABLE_BY_HAND = 'changetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n-\n';

describe.each([
  { name: 'with Postfix, in English', language: 'en', way: POSTFIX },
  { name: 'with a mailer that reads a control file, in Danish', language: 'da', way: MAILER },
] as const)('$name', ({ language, way }) => {
  const words = MAIL_WORDS[language];
  const all = (what: string) => Array.from({ length: way.ways }, () => what);
  const inside = (phone: string): Seen => ({ login: 'must change', mail: all('sent'), tokens: [`${phone} on`] });
  const outside = (phone: string): Seen => ({ login: 'disabled', mail: all('refused'), tokens: [`${phone} off`] });
  const insider = (username: string) => inside(numberOf(username));
  const outsider = (username: string) => outside(numberOf(username));

  describe.skipIf(missingForSamba().length + way.missing.length > 0)('Research Service', { timeout: TEST_MS }, () => {
    let research: ResearchSite;
    beforeAll(async () => {
      research = await startResearchSite({ language, way, people: EVERYBODY });
      await research.merge(BEGINNING, 'Everybody');
    });
    afterAll(() => research?.stop());

    test('creates a user: who can log in with the sealed password, send mail, and get passcodes', async () => {
      const example = exampleOf(words.page, 1, { '2027-12-31': daysFromToday(400) });
      const mails = await research.merge({ 'users/northlake/ajensen.yaml': example }, 'Anna Jensen begins');
      expect(headsOf(mails)).toEqual([`${RESEARCH_SERVICE}: ${words.created}`]);
      const [sealed] = await sealedPasswords(research.site, 'ajensen');
      expect(textOf(mails)).toContain('Anna Jensen (ajensen)');
      expect(textOf(mails)).toContain(sealed?.path);
      expect(textOf(mails)).not.toContain(sealed?.password);
      expect(await research.seen('ajensen', 'anna.jensen@northlake.example.org')).toEqual(inside('+4520123456'));
      expect(await research.attribute('ajensen', 'company')).toEqual(['Northlake University']);
      expect((await research.why('ajensen')).shutOut.verdict).toBe('not-blocked');
    });

    test('M3: stops somebody’s mail: they may still log in, and their mail is refused until the block is lifted', async () => {
      expect(await research.seen('mholm')).toEqual(insider('mholm'));
      const example = exampleOf(words.page, 2, { ajensen: 'mholm', '2026-12-01': TODAY });
      const mails = await research.add('mail-blocks.yaml', example, 'No mail');
      expect(headsOf(mails)).toEqual([`${RESEARCH_SERVICE}: ${words.stopped}`]);
      expect(textOf(mails)).toContain('Anna Jensen (mholm)');
      expect(textOf(mails)).toContain(/reason: (.*)/.exec(example)?.[1]);
      expect(textOf(mails)).toContain('mail-blocks.yaml:3, Rie Service');
      expect(await research.seen('mholm')).toEqual({ ...insider('mholm'), mail: all('refused') });
      expect(await research.seen('cwren')).toEqual(insider('cwren'));
      expect(await research.shown('why', 'mholm')).toMatch(/^ *send mail +shut +shut \(blocked\) +\d/m);
      expect((await research.why('mholm')).shutOut.verdict).toBe('not-blocked');

      const lifted = await research.add('mail-blocks.yaml', `  lifted: ${TODAY}\n`, 'Mail again');
      expect(headsOf(lifted)).toEqual([`${RESEARCH_SERVICE}: ${words.sending}`]);
      expect(await research.seen('mholm')).toEqual(insider('mholm'));
    });

    test('M3: closes an account: out of everything as read back, nothing deleted; and back as it was', async () => {
      const group = await groupOf(research, 'Project X', 'sobrien');
      const kept = async () => ({
        groups: await research.attribute('sobrien', 'memberOf'),
        password: await research.attribute('sobrien', 'pwdLastSet'),
        tokens: [...research.otp.tokens.values()].filter(({ user }) => user === 'sobrien').map(({ serial }) => serial),
      });
      const before = await kept();
      expect(before).toMatchObject({ groups: [group], tokens: [expect.any(String)] });
      const closed = person('sobrien', { institution: 'northlake', state: 'closed' });
      const mails = await research.merge(closed, 'Has left');
      expect(headsOf(mails)).toEqual([`${RESEARCH_SERVICE}: ${words.closed}`]);
      expect(textOf(mails)).toContain('Anna Jensen (sobrien)');
      expect(textOf(mails)).toContain('users/northlake/sobrien.yaml:6, Rie Service');
      expect(await research.seen('sobrien')).toEqual(outsider('sobrien'));
      expect(await kept()).toEqual(before);
      const { shutOut } = await research.why('sobrien');
      expect(shutOut).toMatchObject({ verdict: 'blocked', outstanding: [] });
      expect(shutOut.channels.map(({ name, found }) => `${name}: ${found}`)).toEqual(SHUT);
      expect(shutOut.remains.map(({ text }) => text).join()).toContain('ticket');
      expect(await research.shown('why', 'sobrien')).toContain('Blocked in every channel');

      const back = await research.merge(person('sobrien', { institution: 'northlake' }), 'Is back');
      expect(headsOf(back)).toEqual([`${RESEARCH_SERVICE}: ${words.returned(1)}`]);
      expect(await research.seen('sobrien')).toEqual(insider('sobrien'));
      expect(await kept()).toEqual(before);
    });

    test('takes somebody back at another institution: with a new password, and without the groups', async () => {
      await groupOf(research, 'Project Y', 'lnygaard');
      const [old] = await sealedPasswords(research.site, 'lnygaard');
      const path = 'users/northlake/lnygaard.yaml';
      const from = (id: string, state: 'active' | 'closed') =>
        Object.values(person('lnygaard', { institution: id, state })).join('');
      await research.merge({ [path]: from('northlake', 'closed') }, 'Has left');
      expect(await research.seen('lnygaard')).toEqual(outsider('lnygaard'));
      const mails = await research.merge({ [path]: from('harbour-lab', 'active') }, 'Is back, elsewhere');
      expect(headsOf(mails)).toEqual([`${RESEARCH_SERVICE}: ${words.reissued}, ${words.returned(1)}`]);
      const sealed = await sealedPasswords(research.site, 'lnygaard');
      expect(textOf(mails)).toContain(sealed.find(({ state }) => state === 'ready')?.path);
      expect(await research.seen('lnygaard')).toEqual(insider('lnygaard'));
      expect(await research.attribute('lnygaard', 'memberOf')).toEqual([]);
      expect(await bindOutcome(research.dc, 'lnygaard@example.org', old?.password ?? '')).toBe('wrong password');
    });

    test('T1: changes a number: the same token has the new one, both are told, and whoever did not ask for it is blocked', async () => {
      const before = [...research.otp.tokens.values()].find(({ user }) => user === 'jberg')?.serial;
      const mails = await research.merge(
        person('jberg', { institution: 'northlake', phone: '+45 20 99 99 99' }),
        'A new number',
      );
      expect(headsOf(mails)).toEqual([`${RESEARCH_SERVICE}: ${words.phone}`]);
      expect(textOf(mails)).toContain('Anna Jensen (jberg)');
      expect(textOf(mails)).toContain(`${words.oldNumber}: ${numberOf('jberg')}`);
      expect(textOf(mails)).toContain(`${words.newNumber}: +4520999999`);
      expect(await research.seen('jberg')).toEqual(inside('+4520999999'));
      expect(research.otp.tokens.get(before ?? '')).toMatchObject({ user: 'jberg', info: { phone: '+4520999999' } });
      expect(await research.attribute('jberg', 'mobile')).toEqual(['+4520999999']);

      const blocked = await research.add('blocked-users.yaml', blockOf('user: jberg'), 'Did not ask for it');
      expect(headsOf(blocked)).toEqual([`${RESEARCH_SERVICE}: ${words.blocked(1)}`]);
      expect(await research.seen('jberg')).toEqual(outside('+4520999999'));
      expect((await research.why('jberg')).shutOut).toMatchObject({ verdict: 'blocked', outstanding: [] });
    });

    test('M3: shuts out an institution in one pass, and lets in again whoever is not shut out besides', async () => {
      const everybody = [...FJORD, ...CLINIC];
      const gone = person('tlund', { institution: 'fjord-institute', state: 'closed' });
      await research.merge(gone, 'Has left');
      await research.add('blocked-users.yaml', blockOf('user: rvik'), 'Blocked');
      await modify(research.dc, `dn: ${dnOf(research, 'shaug')}\n${DISABLE_BY_HAND}`);
      const lifted = exampleOf(words.page, 5, { '2026-12-01': YESTERDAY, '2026-12-03': TODAY });
      const block = lifted.replace(/^ *lifted: .*\n/mu, '');
      const mails = await research.add('blocked-institutions.yaml', block, 'The agreement has expired');
      expect(headsOf(mails)).toEqual([`${RESEARCH_SERVICE}: ${words.blocked(2)}, ${words.stopped}`]);
      const told = ['ebakke', 'kdahl', 'shaug', /reason: "(.*)"/.exec(block)?.[1]];
      for (const one of told) expect(textOf(mails)).toContain(one);
      for (const username of everybody) {
        expect(await research.seen(username), username).toEqual(outsider(username));
        const { shutOut } = await research.why(username);
        expect(shutOut, username).toMatchObject({ verdict: 'blocked', outstanding: [] });
      }
      expect(await research.seen('cwren')).toEqual(insider('cwren'));

      const back = await research.add('blocked-institutions.yaml', lifted.slice(block.length), 'It was renewed');
      expect(headsOf(back)).toEqual([`${RESEARCH_SERVICE}: ${words.returned(2)}, ${words.sending}`]);
      for (const username of ['ebakke', 'kdahl']) expect(await research.seen(username)).toEqual(insider(username));
      for (const username of ['rvik', 'tlund']) expect(await research.seen(username)).toEqual(outsider(username));
      // A hand disabled the account and nothing else: that stays, and so does what was open before.
      expect(await research.seen('shaug')).toEqual({ ...insider('shaug'), login: 'disabled' });
    });

    test('M3: shuts out an institution without waiting for Git, and the entry takes over', async () => {
      await research.shown('block', '--institution', 'coast-lab', '--reason', 'Keys were stolen');
      expect(await research.seen('pkeller')).toEqual(outsider('pkeller'));
      expect((await research.why('pkeller')).shutOut).toMatchObject({ verdict: 'blocked', outstanding: [] });
      const block = blockOf('institution: coast-lab');
      const mails = await research.add('blocked-institutions.yaml', block, 'Keys were stolen');
      expect(headsOf(mails)).toEqual([`${RESEARCH_SERVICE}: ${words.blocked(1)}`]);
      expect(textOf(mails)).toContain('Keys were stolen');
      expect(await research.seen('pkeller')).toEqual(outsider('pkeller'));
    });

    test('follows a server from the request to the bill: whoever is next is asked, until nobody is', async () => {
      const [requested = '', agreed = '', signed = ''] = [-60, -40, -20].map(daysFromToday);
      const dates = { '2026-11-17': requested, '2026-12-08': agreed, '2027-01-15': signed };
      const example = exampleOf(words.page, 6, dates);
      const [request = ''] = example.split('steps:');
      const days = [agreed, signed, TODAY, TODAY, TODAY, TODAY, TODAY];
      const entry = (done: number) =>
        [
          request,
          ...(done === 0 ? [] : ['steps:\n']),
          ...ASKED.slice(0, done).map(([step], n) => `  ${step}: ${days[n]}\n`),
        ].join('');
      expect(entry(2)).toBe(example);
      for (const [done, [step, asked]] of ASKED.entries()) {
        const mails = await research.merge({ 'servers/northlake-genomics.yaml': entry(done) }, `Before ${step}`);
        const [server] = await research.servers();
        const day = [requested, ...days][done] ?? '';
        expect(server).toMatchObject({ last: { day }, next: { step, lateDays: 0 }, waitsDays: daysSince(day) });
        const subject = `${words.task} ${server?.next?.task}: ${words.server}`;
        expect(headsOf(mails)).toEqual(asked.map((to) => `${to}: ${subject}`));
        for (const { text } of mails) {
          expect(text).toContain('Genomics server (northlake-genomics), Northlake University');
          expect(text).toMatch(new RegExp(`servers/northlake-genomics\\.yaml.*:\nsteps:\n {2}${step}: YYYY-MM-DD`));
          expect(text).toContain(server?.next?.dueOn);
        }
        const line = `waits ${daysSince(agreed)} days\n    next: contract signed (the institution)`;
        if (step === 'signed') expect(await research.shown('servers')).toContain(line);
      }
      expect(await research.merge({ 'servers/northlake-genomics.yaml': entry(ASKED.length) }, 'Billed')).toEqual([]);
      expect(await research.servers()).toMatchObject([{ last: { step: 'billed', day: TODAY }, next: null }]);
      expect(await research.shown('servers')).toContain(`institution billed on ${TODAY}`);
    });
  });
});

/** `recipient: what it is about`, in order. */
function headsOf(mails: readonly Told[]): readonly string[] {
  return sorted(mails.map(({ to, subject }) => `${to}: ${subject.replace('Muster (research-service): ', '')}`));
}

/** An entry about who is shut out since today. */
function blockOf(target: string): string {
  return `- ${target}\n  reason: Keys were stolen\n  from: ${TODAY}\n`;
}

/** Days from that one, `YYYY-MM-DD`, to today. */
function daysSince(day: string): number {
  return (Date.parse(TODAY) - Date.parse(day)) / 86_400_000;
}

function textOf(mails: readonly Told[]): string {
  return mails.map(({ text }) => text).join('\n');
}

function numberOf(username: string): string {
  return phoneOf(username).replaceAll(' ', '');
}

function dnOf({ dc }: ResearchSite, username: string): string {
  return `CN=${username},${dc.researchersOu}`;
}

/** A group with that person in it, whose members Muster may change; gives its DN. */
async function groupOf(research: ResearchSite, name: string, username: string): Promise<string> {
  const dn = `CN=${name},${research.dc.researchersOu}`;
  const member = dnOf(research, username);
  await modify(research.dc, `dn: ${dn}\nchangetype: add\nobjectClass: group\nmember: ${member}\n`);
  await allowMembers(research.dc, dn);
  return dn;
}
