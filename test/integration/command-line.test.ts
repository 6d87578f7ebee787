/** The command line against a real domain controller, configured as a site would configure it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';

const missing = missingForSamba();

describe.skipIf(missing.length > 0)(`muster with Active Directory ${missing.join(', ')}`, () => {
  let dc: SambaDc;
  let site: SiteFolder;

  beforeAll(async () => {
    dc = await startSamba();
    site = await makeSite(async (folder) => {
      writeFileSync(join(folder, 'password'), `${dc.musterPassword}\n`, { mode: 0o600 });
      return `  activeDirectory:
    urls: [${dc.ldapsUrl}]
    caFile: ${dc.caFile}
    bind: { user: ${dc.musterUser}, passwordFile: password }
    base: ${dc.baseDn}
    accounts:
      read: ["${dc.researchersOu}"]
      create: [{ ou: "${dc.researchersOu}" }]
`;
    });
  });
  afterAll(async () => {
    site.remove();
    await dc.stop();
  });

  // One story: each step stands on the one before.
  test('doctor, plan, sync, an empty plan, a block, and a server that is gone', async () => {
    const examined = await site.muster('doctor');
    expect(examined).toMatchObject({ code: 0, err: '' });
    expect(examined.out).toContain(`ok   ${dc.ldapsUrl} (DC1): Answers, takes our log-on`);

    expect((await site.spawn('plan')).out).toContain('2 people get an account.');
    const synced = await site.spawn('--log-level', 'trace', 'sync');
    expect(synced.code).toBe(0);
    expect(synced.out).toContain('2 people got an account.');
    expect((await site.muster('plan', '--exit-code')).code).toBe(0);

    const blocked = await site.muster('block', 'bmadsen', '--reason', 'stolen laptop');
    expect(blocked.out).toContain('1 person lost access.');
    const why = await site.muster('why', 'bmadsen');
    expect(why.code).toBe(0);
    expect(why.out).toContain(`CN=bmadsen,${dc.researchersOu}`);
    expect(why.out).toContain('account bmadsen: disabled');
    expect((await site.muster('credentials', 'reissue', 'ajensen', '--reason', 'letter lost')).code).toBe(0);

    await dc.kill();
    const gone = await site.muster('plan');
    expect(gone.code).toBe(1);
    expect(gone.out).toContain(dc.ldapsUrl);
    expect(gone.out).not.toContain('Nothing to do');
    const late = await site.muster('block', 'ajensen', '--reason', 'stolen phone');
    expect(late.code).toBe(1);
    expect(late.out).toContain('Disable the account by hand');
  });
});
