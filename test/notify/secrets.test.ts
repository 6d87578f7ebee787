/** No secret ever gets into a mail, whatever mails there are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { passwordIn } from '../../src/credentials/letter.ts';
import { open } from '../../src/credentials/seal.ts';
import { person } from '../cli/site-folder.ts';
import { mailedSite } from './mailed-site.ts';

const CANARY = 'Canary-mail-pw-5d1e';

test('K1: neither an initial password nor the password of the mail server stands in any mail or in the database', async () => {
  const login = { user: 'muster', password: CANARY };
  const site = await mailedSite({ server: { login } });
  writeFileSync(join(site.folder, 'smtp-password'), `${CANARY}\n`, { mode: 0o600 });
  site.configure('tls: none,', 'tls: none, user: muster, passwordFile: smtp-password,');
  // Mails of every kind: people, something held, the digest.
  site.configure('digest: "23:59"', 'digest: "00:00"');
  await site.sync();
  site.configure('limits: { always: 5 }', 'limits: { always: 0, phone: { people: 0 } }');
  site.declare(
    'users/cbs.yaml',
    person('ajensen', 'Anna', 'Jensen', '+45 28 90 12 34') + person('bmadsen', 'Bo', 'Madsen', '+45 20 12 34 57'),
  );
  await site.sync();
  const identity = readFileSync(site.keyFile, 'utf8').trim();
  const sealed = site.server.taken.flatMap(({ mail }) => mail.text?.match(/\/\S+\.age/g) ?? []);
  const passwords = await Promise.all(
    sealed.map(async (file) => passwordIn(await open(readFileSync(file, 'utf8'), [identity]))),
  );
  expect(passwords).toHaveLength(2);
  expect(new Set(site.server.taken.map(({ mail }) => mail.subject)).size).toBeGreaterThan(2);
  const secrets = [CANARY, ...passwords.map((password) => password ?? 'no password in the letter')];
  const database = ['muster.db', 'muster.db-wal'].map((name) => {
    try {
      return readFileSync(join(site.folder, name), 'latin1');
    } catch {
      return '';
    }
  });
  const everything = [...site.server.taken.map(({ raw, mail }) => raw + mail.text), ...database].join('\n');
  for (const secret of secrets) expect(everything.includes(secret)).toBe(false);
  // It was really used.
  expect(site.server.passwords).toContain(CANARY);
});
