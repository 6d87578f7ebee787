/** doctor against a real domain controller: certificates, the log-on, every right by its name, and the write probe. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { main, makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { bindOutcome, dump, highestCommittedUsn, modify, valuesOf } from '../support/directory-contents.ts';
import { makeGroup } from '../support/mail-group.ts';
import { ldapCommand, missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import { denyInUnit, type UnitRight, type WrittenAttribute } from '../support/unit-rights.ts';

const missing = missingForSamba();
const FAIL_OR_WARN = /^(?:FAIL|warn) .*$/gm;

describe.skipIf(missing.length > 0)(`doctor with Active Directory ${missing.join(', ')}`, () => {
  let dc: SambaDc;
  let site: SiteFolder;
  let unit: string;
  let giveBack: (() => Promise<void>) | null = null;

  beforeAll(async () => {
    dc = await startSamba();
    unit = `OU=CBS,${dc.researchersOu}`;
    site = await makeSite(async (folder) => {
      writeFileSync(join(folder, 'password'), `${dc.musterPassword}\n`, { mode: 0o600 });
      return `  activeDirectory:
    urls: [${dc.ldapsUrl}]
    caFile: ${dc.caFile}
    bind: { user: ${dc.musterUser}, passwordFile: password }
    base: ${dc.baseDn}
    accounts:
      read: ["${dc.researchersOu}"]
      create: [{ ou: "${unit}" }]
`;
    });
    await site.muster('sync');
  });
  afterEach(async () => {
    await giveBack?.();
    giveBack = null;
  });
  afterAll(async () => {
    site?.remove();
    await dc?.stop();
  });

  async function without(right: UnitRight): Promise<void> {
    giveBack = await denyInUnit(dc, unit, right);
  }

  function probes(): Promise<ReadonlyMap<string, readonly string[]>> {
    return dump(dc, dc.baseDn, '(sAMAccountName=muster-probe-*)');
  }

  const troubles = (out: string) => out.match(FAIL_OR_WARN) ?? [];

  describe('the examination', () => {
    test('with all rights finds nothing to mend, names the certificate, and writes nothing', async () => {
      const before = await highestCommittedUsn(dc);
      const { code, out } = await site.muster('doctor');
      expect([code, troubles(out)]).toEqual([0, []]);
      expect(out).toMatch(/Its certificate, for .*dc1\.example\.org, issued by Muster test authority, is good until/);
      expect(out).toContain('All rights are there on 3 units, by 2 accounts that were looked at.');
      expect(out).toContain('2 accounts, 2 of them');
      expect(out).toMatch(/ok {3}store: The last pass was \d+ min ago\./);
      expect(await highestCommittedUsn(dc)).toBe(before);
    });

    test.for<WrittenAttribute>(['adminDescription', 'mobile', 'userAccountControl'])(
      'D16: the missing right to write %s is named, with the unit',
      async (write) => {
        await without({ write });
        const { code, out } = await site.muster('doctor');
        expect(code).toBe(1);
        expect(troubles(out)).toEqual([
          expect.stringContaining(`Muster may not write ${write} in ${unit} (seen on CN=`),
        ]);
      },
    );

    test('D16: so is the missing right to write the attribute that is everybody’s token', async () => {
      const mapped = 'attributes: { company: "{institution.name}", mobile: "{phone}" }';
      site.configure(mapped, 'attributes: { company: "{institution.name}" }');
      site.configure('limits:', 'tokens: { directoryAttribute: {} }\nlimits:');
      try {
        const { code, out } = await site.muster('doctor');
        expect([code, troubles(out)]).toEqual([0, []]);
        expect(out).toMatch(/can be read as a whole: 2 tokens/);
        await without({ write: 'mobile' });
        expect(troubles((await site.muster('doctor')).out)).toEqual([
          expect.stringContaining(`Muster may not write mobile in ${unit} (seen on CN=`),
        ]);
      } finally {
        site.configure('tokens: { directoryAttribute: {} }\n', '');
        site.configure('attributes: { company: "{institution.name}" }', mapped);
      }
    });

    test('D16: so is the missing right to change the group of those who may not send mail, and a group that will not do', async () => {
      const group = `CN=Mail Blocked,${dc.researchersOu}`;
      const settings = (dn: string) => `mailBlocks: { directoryGroup: { group: "${dn}" } }\n`;
      await makeGroup(dc, group);
      site.configure('limits:', `${settings(group)}limits:`);
      try {
        const { code, out } = await site.muster('doctor');
        const missing = expect.stringMatching(
          /^FAIL group CN=Mail Blocked,.* on ldaps:.*: Muster may not change who is in it/,
        );
        expect([code, troubles(out)]).toEqual([1, [missing]]);
        site.configure(settings(group), settings(`CN=Backup Operators,CN=Builtin,${dc.baseDn}`));
        expect(troubles((await site.muster('doctor')).out).join()).toContain('adminCount is 1');
      } finally {
        site.configure(settings(`CN=Backup Operators,CN=Builtin,${dc.baseDn}`), '');
        await modify(dc, `dn: ${group}\nchangetype: delete\n`);
      }
    });

    test('the missing right to write pwdLastSet only warns, for only a reissue needs it', async () => {
      await without({ write: 'pwdLastSet' });
      const { code, out } = await site.muster('doctor');
      expect([code, troubles(out)]).toEqual([0, [expect.stringMatching(/^warn .*may not write pwdLastSet/)]]);
    });

    test('D16: the missing right to make users is named, with the unit', async () => {
      await without('create');
      const { code, out } = await site.muster('doctor');
      expect([code, troubles(out)]).toEqual([1, [expect.stringContaining(`No user may be made in ${unit}.`)]]);
    });

    test('warns of a service account that is an administrator', async () => {
      const group = `CN=Domain Admins,CN=Users,${dc.baseDn}`;
      const member = `member: CN=muster,CN=Users,${dc.baseDn}`;
      const change = (how: string) => modify(dc, `dn: ${group}\nchangetype: modify\n${how}: member\n${member}\n-\n`);
      await change('add');
      try {
        const { out } = await site.muster('doctor');
        expect(out).toMatch(/warn .*is in .*Domain Admins/);
      } finally {
        await change('delete');
        await modify(dc, `dn: CN=muster,CN=Users,${dc.baseDn}\nchangetype: modify\nreplace: adminCount\n-\n`);
      }
    });

    test('K3: says when the password of the service account ends, warns in time, and says when it has', async () => {
      const own = `CN=muster,CN=Users,${dc.baseDn}`;
      const set = (dn: string, name: string, value: string) =>
        modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: ${name}\n${name}: ${value}\n-\n`);
      const [age = ''] = await valuesOf(dc, dc.baseDn, 'maxPwdAge');
      await set(own, 'userAccountControl', '512');
      try {
        expect((await site.muster('doctor')).out).toMatch(/ok .*The password of .* expires on 20\d\d-\d\d-\d\d/);
        await set(dc.baseDn, 'maxPwdAge', String(-10 * 86_400 * 10_000_000));
        const soon = await site.muster('doctor');
        expect([soon.code, troubles(soon.out)]).toEqual([0, [expect.stringMatching(/^warn .*\(9|10 days\)/)]]);
        // The server itself takes no such log-on any more.
        await set(own, 'pwdLastSet', '0');
        const over = await site.muster('doctor');
        expect(over.code).toBe(1);
        expect(over.out).toContain('The account must change its password first.');
      } finally {
        await set(dc.baseDn, 'maxPwdAge', age);
        await set(own, 'pwdLastSet', '-1');
        await set(own, 'userAccountControl', '66048');
      }
    });

    test('every address is looked at, not the first alone', async () => {
      site.configure(`urls: [${dc.ldapsUrl}]`, `urls: [${dc.ldapsUrl}, "ldaps://127.0.0.1:9"]`);
      try {
        const { code, out } = await site.muster('doctor');
        expect(code).toBe(1);
        expect(out).toContain('FAIL ldaps://127.0.0.1:9: The server refused the connection.');
        expect(out).toContain(`ok   ${dc.ldapsUrl}: All rights are there`);
      } finally {
        site.configure(`urls: [${dc.ldapsUrl}, "ldaps://127.0.0.1:9"]`, `urls: [${dc.ldapsUrl}]`);
      }
    });
  });

  describe('the write probe', () => {
    const probe = () => site.muster('doctor', '--write-probe', '--yes');

    test('proves it all, and leaves the domain as it was', async () => {
      const [before, usn] = [await dump(dc, dc.researchersOu), await highestCommittedUsn(dc)];
      const { code, out } = await probe();
      expect([code, troubles(out)]).toEqual([0, []]);
      expect(out).toContain(`${unit}: One Add makes an account whole, a write goes through only where the old values`);
      expect(out).toContain('A stale old value of userAccountControl passes where the new one stands already');
      expect(await dump(dc, dc.researchersOu)).toEqual(before);
      expect(await highestCommittedUsn(dc)).toBeGreaterThan(usn);
    });

    test('asks first: where nobody can answer, nothing is written', async () => {
      const usn = await highestCommittedUsn(dc);
      const { code, err } = await site.muster('doctor', '--write-probe');
      expect([code, err.includes('Nobody agreed to it, so nothing was written.')]).toEqual([1, true]);
      expect(await highestCommittedUsn(dc)).toBe(usn);
    });

    test.for<WrittenAttribute>(['accountExpires', 'adminDescription', 'mobile', 'userAccountControl'])(
      'D16: a refused write of %s is named, and the rest is proven all the same',
      async (write) => {
        await without({ write });
        const { code, out } = await probe();
        expect(code).toBe(1);
        const refused = troubles(out).filter((line) => line.includes('writing '));
        expect(refused).not.toEqual([]);
        expect(refused.filter((line) => !line.includes(`writing ${write} of`))).toEqual([]);
        expect((await probes()).size).toBe(0);
      },
    );

    test('D16: a refused password reset, and a refused create, are named', async () => {
      await without('reset password');
      expect(troubles((await probe()).out).join()).toContain('setting the password of the probe: Muster');
      await giveBack?.();
      await without('create');
      expect(troubles((await probe()).out).join()).toContain(`creating CN=muster-probe-`);
      expect((await probes()).size).toBe(0);
    });

    test('that may not remove its account says so, makes no second one, and clears up once it may', async () => {
      await without('delete');
      const first = await probe();
      expect(first.code).toBe(1);
      expect(troubles(first.out).join()).toContain('could not be removed');
      expect((await probe()).code).toBe(1);
      expect((await probes()).size).toBe(1);
      await giveBack?.();
      giveBack = null;
      // What lies in the unit has inherited the missing right; an administrator gives it back by the same means.
      const third = await probe();
      expect(third.out).toContain('left by an interrupted probe, was removed.');
      expect([third.code, (await probes()).size]).toEqual([0, 0]);
    });

    test('that is killed in the middle is cleared up by the next', async () => {
      await interrupted('SIGKILL');
      expect((await probes()).size).toBe(1);
      expect(await bindOutcome(dc, 'muster@example.org', dc.musterPassword)).toBe('bound');
      const { code, out } = await probe();
      expect([code, out.includes('left by an interrupted probe, was removed.')]).toEqual([0, true]);
      expect((await probes()).size).toBe(0);
    });

    test('that is interrupted removes its account before it ends', async () => {
      expect(await interrupted('SIGINT')).toContain('Interrupted; nothing is left behind.');
      expect((await probes()).size).toBe(0);
    });

    /** Waits until the throw-away account is there, stops the server's answers, signals, and lets go. */
    async function interrupted(signal: 'SIGKILL' | 'SIGINT'): Promise<string> {
      const args = [main, '--config', site.config, 'doctor', '--write-probe', '--yes'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
      });
      const ended = once(child, 'exit');
      for (;;) {
        const ldif = await ldapCommand(dc, 'ldapsearch', ['-LLL', '-b', unit, '(sAMAccountName=muster-probe-*)', 'dn']);
        if (ldif.includes('dn:')) break;
        if (child.exitCode !== null) throw new Error(`The probe was over before it was seen: ${out}`);
      }
      child.kill(signal);
      await ended;
      return out;
    }
  });
});
