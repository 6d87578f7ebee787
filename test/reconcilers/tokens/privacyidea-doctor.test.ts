/** What the doctor finds of a privacyIDEA, over TLS: certificate, log-on, rights, and tokens. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { privacyidea } from '../../../src/reconcilers/tokens/privacyidea/adapter.ts';
import { privacyideaExaminer } from '../../../src/reconcilers/tokens/privacyidea/examiner.ts';
import { problemOfUrl } from '../../../src/reconcilers/tokens/privacyidea/settings.ts';
import { giveToken, startPrivacyidea } from '../../support/privacyidea.ts';
import { privacyideaGround } from '../../support/privacyidea-ground.ts';
import { refusal } from '../../support/refusal.ts';
import { makeAuthority, makeCertificate } from '../../support/test-certificates.ts';
import { makeTestDirectory } from '../../support/test-directory.ts';

test('counts tokens, and names rights that are missing and tokens that show no number or nobody', async () => {
  const ground = await privacyideaGround(['anna']);
  const { state } = ground.standIn;
  const examiner = privacyideaExaminer({ ...ground.settings, ...ground.byPassword });
  const found = async () =>
    (await examiner.examine(Date.now())).map(({ status, text }) => `${status}: ${text}`).join('\n');
  expect(await found()).toContain('warn: Shows no SMS token in the realm research.');
  giveToken(state, 'T1', 'anna', '+4520123456');
  giveToken(state, 'T2', 'nobody', '');
  state.rights.delete('disable');
  const text = await found();
  expect(text).toContain('Shows 2 SMS tokens');
  expect(text).toContain('but lacks disable');
  expect(text).toContain('For 1 of them it can name nobody');
  expect(text).toContain('Of 1 of them no number shows');
  state.rights.delete('enrollSMS');
  expect(await found()).toMatch(/^fail: .*enrollSMS/);
  expect(state.writes).toBe(0);
  await ground.close();
});

test('trusts a certificate of the authority that is configured, and no other', async () => {
  const home = await makeTestDirectory('privacyidea-tls');
  const ground = await privacyideaGround([]);
  const authority = await makeAuthority(home.path);
  const { certFile, keyFile } = await makeCertificate(home.path, 'server', authority, { days: 10 });
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  const secure = await startPrivacyidea(['anna'], { cert, key });
  const settings = { ...ground.settings, url: secure.url };
  const trusting = { ...settings, caFile: authority.certFile };
  const list = await privacyidea(trusting, { instance: 'research-service' }).connect();
  expect(await list.read(new Set())).toMatchObject({ tokens: [] });
  expect(list.heard?.()).toBeGreaterThan(0);
  await list.close();
  const [certificate] = await privacyideaExaminer(trusting).examine(Date.now());
  expect(certificate).toMatchObject({ status: 'warn', text: expect.stringContaining('ends in') });
  secure.state.requests.length = 0;
  const { remedy, what } = await refusal(privacyidea(settings, { instance: 'research-service' }).connect());
  expect([remedy, what]).toEqual(['person', expect.stringContaining('certificate is not trusted')]);
  // Nobody is shown the token who has not shown who they are.
  expect(secure.state.requests).toEqual([]);
  await secure.close();
  await ground.close();
  await home.remove();
});

test.each([
  ['https://otp.example.org/pi', true],
  ['http://127.0.0.1:5000', true],
  ['http://[::1]:5000', true],
  ['http://otp.example.org', false],
  ['https://muster:secret@otp.example.org', false],
  ['https://otp.example.org?x=1', false],
  ['ldaps://otp.example.org', false],
  ['otp.example.org', false],
])('the address %s can be used: %s', (url, isUsable) => {
  expect(problemOfUrl(url) === null).toBe(isUsable);
});
