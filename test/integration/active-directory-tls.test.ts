/** TLS that is not as it should be: refused before a single byte of a log-on is sent. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { activeDirectory } from '../../src/reconcilers/directory/active-directory/adapter.ts';
import { activeDirectorySchema } from '../../src/reconcilers/directory/active-directory/settings.ts';
import { DirectorySimulator, LOGIN, LOGIN_PASSWORD } from '../support/directory-simulator.ts';
import { SimulatedTree } from '../support/directory-simulator-tree.ts';
import { refusal } from '../support/refusal.ts';
import { SITE, type SimulatedDirectory, simulatedDirectory } from '../support/simulated-directory.ts';
import {
  type CertificateFiles,
  type CertificateOptions,
  makeAuthority,
  makeCertificate,
  makeSelfSigned,
} from '../support/test-certificates.ts';

/** Whatever OpenSSL can do, for servers that should be refused. */
const ANCIENT = 'ALL:@SECLEVEL=0';

let directory: SimulatedDirectory;
beforeAll(async () => {
  directory = await simulatedDirectory();
});
afterEach(() => directory?.stop());
afterAll(() => directory?.end());

/** A server with this certificate; what connecting to it was refused with, after checking that it heard nothing. */
async function refusedUnheard(certificate: CertificateFiles, tls: TlsOptions = {}) {
  const simulator = new DirectorySimulator({ ...certificate, tls }, new SimulatedTree());
  await simulator.listen();
  try {
    const settings = directory.settings(simulator.url);
    const error = await refusal(activeDirectory(settings, SITE).connect());
    expect(error.where).toContain(simulator.url);
    // The whole process may have been told not to check certificates.
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    expect(await refusal(activeDirectory(settings, SITE).connect())).toMatchObject({ what: error.what });
    expect(simulator.heardBytes).toBe(0);
    return error;
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    await simulator.close();
  }
}

describe('D14: nothing is sent to a server', () => {
  const certificates: readonly (readonly [string, CertificateOptions, words: string])[] = [
    ['whose certificate is expired', { days: -1 }, 'has expired'],
    ['whose certificate is not valid yet', { startsInDays: 2 }, 'not valid yet'],
    ['whose certificate is for another name', { names: 'DNS:dc1.example.net,IP:127.0.0.9' }, 'another name'],
    ['whose certificate names nobody', { names: '' }, 'another name'],
    ['whose certificate is for clients', { extensions: ['extendedKeyUsage=clientAuth'] }, 'not made for a server'],
    ['whose key is too short', { rsaBits: 1024 }, "can't be accepted"],
    ['whose certificate has a weak signature', { digest: 'sha1' }, "can't be accepted"],
  ];
  test.each(certificates)('%s', async (name, options, words) => {
    const certificate = await makeCertificate(
      directory.folder,
      name.replaceAll(/\W/g, '-'),
      directory.authority,
      options,
    );
    expect(await refusedUnheard(certificate, { ciphers: ANCIENT })).toMatchObject({
      remedy: 'person',
      what: expect.stringContaining(words),
    });
  });

  test('whose certificate comes from an unknown authority, or from itself', async () => {
    const stranger = await makeAuthority(directory.folder, 'stranger');
    const foreign = await makeCertificate(directory.folder, 'foreign', stranger);
    for (const certificate of [foreign, await makeSelfSigned(directory.folder, 'self')]) {
      expect(await refusedUnheard(certificate)).toMatchObject({
        remedy: 'person',
        what: expect.stringContaining('not trusted'),
      });
    }
  });

  test('whose certificate was signed by another server, which is no authority', async () => {
    const neighbour = await makeCertificate(directory.folder, 'neighbour', directory.authority, {
      extensions: ['basicConstraints=critical,CA:FALSE'],
    });
    const forged = await makeCertificate(directory.folder, 'forged', neighbour);
    const chain = await Promise.all([forged, neighbour].map(({ certFile }) => readFile(certFile, 'utf8')));
    await writeFile(forged.certFile, chain.join(''));
    expect(await refusedUnheard(forged)).toMatchObject({
      remedy: 'person',
      what: expect.stringContaining('no authority'),
    });
  });

  test.each([
    ['TLS 1.0 alone', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: ANCIENT }],
    ['TLS 1.1 alone', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: ANCIENT }],
    ['ciphers without a certificate', { maxVersion: 'TLSv1.2', ciphers: 'aNULL:@SECLEVEL=0' }],
    ['ciphers without encryption', { maxVersion: 'TLSv1.2', ciphers: 'eNULL:@SECLEVEL=0' }],
  ] as const)('that speaks %s', async (_, tls) => {
    expect(await refusedUnheard(directory.sound, tls)).toMatchObject({
      remedy: 'person',
      what: expect.stringContaining('TLS'),
    });
  });

  test.each([
    ['that welcomes in clear text', '300c02010161070a010004000400'],
    // An ExtendedResponse to StartTLS with protocolError (2), which a go-between sends to strip the encryption.
    ['that says it has no StartTLS', '300c02010178070a010204000400'],
    ['that says nothing', ''],
  ])('%s', async (_, welcome) => {
    const heard: Buffer[] = [];
    const clear = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        heard.push(bytes);
        socket.write(Buffer.from(welcome, 'hex'));
      });
      socket.write(Buffer.from(welcome, 'hex'));
    });
    clear.listen(0, '127.0.0.1');
    await once(clear, 'listening');
    const address = clear.address();
    const url = `ldaps://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const settings = { ...directory.settings(url), timeouts: { connectSeconds: 0.5 } };
    await refusal(activeDirectory(settings, SITE).connect());
    // A ClientHello (RFC 8446 section 4.1.2) and perhaps an alert; no LDAP, no name, no password.
    const bytes = Buffer.concat(heard);
    expect(welcome === '' ? [0x16] : [0x16, undefined]).toContain(bytes[0]);
    for (const secret of [LOGIN_PASSWORD, LOGIN]) expect(bytes.includes(secret)).toBe(false);
    clear.close();
  });

  test('that is not named in the trusted file any more: a renewed certificate is judged anew at each connection', async () => {
    const { folder, authority } = directory;
    const successor = await makeAuthority(folder, 'successor');
    const caFile = join(folder, 'trusted.pem');
    await writeFile(caFile, await readFile(authority.certFile));
    const first = await directory.start({});
    const { port } = new URL(first.url);
    const adapter = directory.adapter({}, { caFile });
    await (await adapter.connect()).close();
    const renewedBy = async (by: CertificateFiles, name: string) => {
      await directory.stop();
      const simulator = new DirectorySimulator(await makeCertificate(folder, name, by), new SimulatedTree());
      await simulator.listen(Number(port));
      return simulator;
    };
    const renewed = await renewedBy(authority, 'renewed');
    await (await adapter.connect()).close();
    await renewed.close();
    const replaced = await renewedBy(successor, 'replaced');
    expect(await refusal(adapter.connect())).toMatchObject({ what: expect.stringContaining('not trusted') });
    expect(replaced.heardBytes).toBe(0);
    await writeFile(caFile, await readFile(successor.certFile));
    await (await adapter.connect()).close();
    await replaced.close();
  });
});

test('D14: ldap://, StartTLS and the global catalogue can’t be configured', () => {
  for (const url of [
    'ldap://dc1.example.org',
    'ldapi://x',
    'https://dc1.example.org',
    'dc1.example.org',
    'ldaps://dc1.example.org:3269',
    'ldaps://u:p@dc1.example.org',
    'ldaps://dc1.example.org/x',
    'ldaps://',
  ]) {
    expect(activeDirectorySchema.safeParse(directory.settings(url)).success, url).toBe(false);
    expect(() => activeDirectory(directory.settings(url), SITE), url).toThrow('configuration');
  }
  expect(activeDirectorySchema.safeParse(directory.settings('ldaps://dc1.example.org:636/')).success).toBe(true);
});
