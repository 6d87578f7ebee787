/** What an examination says of facts about servers; and certificates, looked at on real TLS servers. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateAt } from '../../../src/reconcilers/directory/active-directory/certificate.ts';
import { serverFindings } from '../../../src/reconcilers/directory/examiner.ts';
import type { ServerFacts } from '../../../src/reconcilers/directory/examiner-port.ts';
import {
  type CertificateFiles,
  type CertificateOptions,
  makeAuthority,
  makeCertificate,
} from '../../support/test-certificates.ts';
import { makeTestDirectory, type TestDirectory } from '../../support/test-directory.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;
const UNIT = 'OU=CBS,DC=example,DC=org';

const SOUND: ServerFacts = {
  server: 'ldaps://dc1.example.org',
  certificate: { names: ['dc1.example.org'], issuer: 'Site authority', notAfter: NOW + 400 * DAY_MS, distrust: null },
  login: { dn: 'CN=muster,CN=Users,DC=example,DC=org', passwordExpires: null, powerful: [] },
  units: [{ unit: UNIT, mayCreate: true, samples: [{ dn: `CN=anna,${UNIT}`, hidden: [], readOnly: [] }] }],
};

function judged(more: Partial<ServerFacts>): readonly string[] {
  return serverFindings({ ...SOUND, ...more }, NOW)
    .filter(({ status }) => status !== 'ok')
    .map(({ status, text }) => `${status} ${text}`);
}

function certificate(days: number, distrust: string | null = null): Partial<ServerFacts> {
  return { certificate: { names: ['dc1'], issuer: 'Site authority', notAfter: NOW + days * DAY_MS, distrust } };
}

describe('in words', () => {
  test('a sound server has nothing to mend, and everything has a next step where it has', () => {
    expect(judged({})).toEqual([]);
    const worst = { ...certificate(-3), login: { dn: null, passwordExpires: 0, powerful: ['Domain Admins'] } };
    for (const { status, next } of serverFindings({ ...SOUND, ...worst, units: null }, NOW)) {
      expect(status === 'ok').toBe(next === null);
    }
  });

  test('a certificate: warned of 30 days before its end, failed after it, and when it is not trusted', () => {
    expect(judged(certificate(30))).toEqual([]);
    expect(judged(certificate(29))).toEqual([
      'warn Its certificate, for dc1, issued by Site authority, is good until 2026-12-20 (29 days).',
    ]);
    expect(judged(certificate(-1))).toEqual([
      'fail Its certificate, for dc1, issued by Site authority, expired on 2026-11-20.',
    ]);
    expect(judged(certificate(90, 'CERT_X'))[0]).toContain('is not trusted: CERT_X');
  });

  test('the password of the service account: warned of 14 days before its end', () => {
    const login = (days: number) => ({ login: { dn: null, passwordExpires: NOW + days * DAY_MS, powerful: [] } });
    expect(judged(login(14))).toEqual([]);
    expect(judged(login(13))[0]).toMatch(/^warn .*\(13 days\)/);
    expect(judged(login(-1))[0]).toMatch(/^fail .*has expired/);
  });

  test('rights that are missing: once for all accounts that lack the same', () => {
    const sample = (name: string, readOnly: readonly string[]) => ({ dn: `CN=${name},${UNIT}`, hidden: [], readOnly });
    const samples = [sample('anna', ['mobile']), sample('bo', ['mobile']), sample('carl', ['mobile', 'company'])];
    expect(judged({ units: [{ unit: UNIT, mayCreate: false, samples }] })).toEqual([
      `fail No user may be made in ${UNIT}.`,
      `fail Muster may not write mobile in ${UNIT} (seen on CN=anna,${UNIT}).`,
      `fail Muster may not write mobile, company in ${UNIT} (seen on CN=carl,${UNIT}).`,
    ]);
  });

  test('values that may not be read, and a server that does not say what may be written', () => {
    const samples = [{ dn: `CN=anna,${UNIT}`, hidden: ['userAccountControl'], readOnly: [] }];
    expect(judged({ units: [{ unit: UNIT, mayCreate: null, samples }] })[0]).toContain(
      'Muster may not read userAccountControl',
    );
    expect(judged({ units: null })).toEqual(['warn The server does not say which rights a log-on has.']);
  });

  test('nothing of the log-on where the server does not take it: the connection says why', () => {
    expect(serverFindings({ ...SOUND, login: null, units: null }, NOW)).toHaveLength(1);
  });
});

describe('certificates on the wire', () => {
  let home: TestDirectory;
  let authority: CertificateFiles;
  const servers: Server[] = [];

  beforeAll(async () => {
    home = await makeTestDirectory('certificates');
    authority = await makeAuthority(home.path);
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await home.remove();
  });

  async function shown(name: string, options: CertificateOptions, trusted = true) {
    const { certFile, keyFile } = await makeCertificate(home.path, name, authority, options);
    const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    // A listening TCP server has an address with a port.
    const { port } = server.address() as AddressInfo;
    const authorities = trusted ? readFileSync(authority.certFile, 'utf8') : null;
    return await certificateAt(`ldaps://127.0.0.1:${port}`, authorities, 5000);
  }

  test('a sound one, with its names, its issuer and its end', async () => {
    expect(await shown('sound', { days: 20 })).toMatchObject({
      names: ['127.0.0.1'],
      issuer: 'Test authority ca',
      distrust: null,
      notAfter: expect.closeTo(Date.now() + 20 * DAY_MS, -8.5),
    });
  });

  test('D14: one that has expired, of another name, or of an authority that nobody trusts', async () => {
    expect(await shown('expired', { days: -2 })).toMatchObject({ distrust: 'CERT_HAS_EXPIRED' });
    expect(await shown('other', { names: 'DNS:dc9.example.org' })).toMatchObject({
      names: ['dc9.example.org'],
      distrust: expect.stringContaining('made out to another name'),
    });
    expect(await shown('untrusted', {}, false)).toMatchObject({ distrust: expect.stringMatching(/CERT|SIGNATURE/) });
  });

  test('a server that is not there is trouble with something to do', async () => {
    expect(await certificateAt('ldaps://127.0.0.1:9', null, 2000)).toMatchObject({
      what: 'The server refused the connection.',
    });
  });
});
