/** TLS that is not as it should be: refused before anything is sent. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activeDirectory } from '../../src/reconcilers/directory/active-directory/adapter.ts';
import { activeDirectorySchema } from '../../src/reconcilers/directory/active-directory/settings.ts';
import { refusal } from '../support/refusal.ts';
import { LOGIN_PASSWORD, type ScriptedDirectory, SITE, scriptedDirectory } from '../support/scripted-directory.ts';
import { makeAuthority, makeCertificate } from '../support/test-certificates.ts';

let directory: ScriptedDirectory;
beforeAll(async () => {
  directory = await scriptedDirectory();
});
afterAll(() => directory?.end());

describe('D14: TLS', () => {
  test.each([
    ['an expired certificate', { days: -1 }, 'expired'],
    ['a certificate for another name', { names: 'DNS:dc1.example.net,IP:127.0.0.9' }, 'another name'],
  ])('%s is refused before anything is sent', async (_, options, words) => {
    const certificate = await makeCertificate(directory.folder, 'defective', directory.authority, options);
    const { url, requests } = await directory.start({ certificate });
    const error = await refusal(directory.adapter(url).connect());
    expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining(words) });
    expect(error.where).toContain(url);
    expect(requests).toEqual([]);
  });

  test('an unknown authority is refused before anything is sent, also where the process turned checking off', async () => {
    const stranger = await makeAuthority(directory.folder, 'stranger');
    const { url, requests } = await directory.start({});
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const error = await refusal(directory.adapter(url, stranger.certFile).connect());
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('not trusted') });
    expect(requests).toEqual([]);
  });

  test('a server that speaks clear text on the port is refused', async () => {
    const heard: Buffer[] = [];
    const clear = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => heard.push(bytes));
      socket.write(Buffer.from('300c02010161070a010004000400', 'hex'));
    });
    clear.listen(0, '127.0.0.1');
    await once(clear, 'listening');
    const address = clear.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await refusal(directory.adapter(`ldaps://127.0.0.1:${port}`).connect());
    expect(Buffer.concat(heard).toString('latin1')).not.toContain(LOGIN_PASSWORD);
    clear.close();
  });

  test('ldap://, StartTLS and the global catalogue can’t be configured', () => {
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
});
