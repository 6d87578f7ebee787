/** Where the status page may be shown, as the configuration is read: to others only with a word about who may see it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { refusal } from '../support/refusal.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-listening-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(http: string) {
  const path = join(folder, 'muster.yaml');
  const text = `instance: demo
mode: enforce
timeZone: Europe/Copenhagen
source: { folder: ../desired-state }
store: { sqlite: muster.db }
directory:
  embedded:
    file: directory.json
    accounts: { read: ["OU=Researchers,DC=example,DC=org"], upnSuffix: example.org }
${http}
`;
  writeFileSync(path, text);
  return loadConfig(path);
}

describe('the status page', () => {
  test('is shown nowhere unless it is said where', async () => {
    expect((await load('')).statusPage).toBeNull();
    expect((await load('http: { webhook: { listen: "127.0.0.1:8081", secretFile: s } }')).statusPage).toBeNull();
  });

  test.each(['127.0.0.1', '127.8.8.8', 'localhost', '[::1]'])('needs nothing more on %s', async (host) => {
    const { statusPage } = await load(`http: { listen: "${host}:8080" }`);
    const address = { host: host.replace(/[[\]]/g, ''), port: 8080 };
    expect(statusPage).toEqual({ ...address, tokenFile: null, proxy: null, url: null });
  });

  test.each([
    '0.0.0.0',
    '[::]',
    '192.0.2.7',
    'muster.example.org',
    '[2001:db8::1]',
    '128.0.0.1',
    '127.evil.example.org',
  ])('is refused on %s, which others can reach, without a word about who may see it', async (host) => {
    const { what, remedy } = await refusal(load(`http: { listen: "${host}:8080" }`));
    expect(remedy).toBe('person');
    expect(what).toContain('http.listen: Others can reach');
    expect(what).toContain('Set http.access (tokenFile, proxy, or both), or listen on 127.0.0.1.');
  });

  test('is shown anywhere with a token file, a trusted proxy, or both', async () => {
    const access =
      'access: { tokenFile: token, proxy: { addresses: [192.0.2.10, 10.1.0.0/16], header: X-Remote-User } }';
    expect((await load(`http: { listen: "0.0.0.0:8080", ${access} }`)).statusPage).toEqual({
      host: '0.0.0.0',
      port: 8080,
      tokenFile: join(folder, 'token'),
      proxy: { addresses: ['192.0.2.10', '10.1.0.0/16'], header: 'X-Remote-User' },
      url: null,
    });
  });

  test.each([
    ['127.0.0.1:8080', '127.0.0.1:8080', true],
    ['127.0.0.1:8080', '0.0.0.0:8080', true],
    ['[::1]:8080', '[::]:8080', true],
    ['localhost:8080', '127.0.0.1:8080', true],
    ['127.0.0.1:8080', '127.0.0.2:8080', false],
    ['127.0.0.1:8080', '127.0.0.1:8081', false],
    ['127.0.0.1:0', '127.0.0.1:0', false],
  ])('at %s, beside pushes at %s, is refused for the same port: %s', async (page, pushes, isRefused) => {
    const loaded = load(`http: { listen: "${page}", webhook: { listen: "${pushes}", secretFile: s } }`);
    if (!isRefused) expect((await loaded).webhook?.host).toBe(pushes.slice(0, pushes.lastIndexOf(':')));
    else
      expect((await refusal(loaded)).what).toContain(
        `http.listen ${page} and http.webhook.listen ${pushes} take the same port. Give one of them another.`,
      );
  });

  test.each([
    ['http: { listen: "0.0.0.0:8080", access: {} }', 'http.access: Lets nobody in as it is.'],
    ['http: { access: { tokenFile: token } }', 'http.access: Says who may see a page that is shown nowhere.'],
    ['http: { listen: "0.0.0.0:8080", access: { proxy: { addresses: [0.0.0.0/0], header: X-U } } }', 'addresses[0]'],
    [
      'http: { listen: "0.0.0.0:8080", access: { proxy: { addresses: [proxy.example.org], header: X-U } } }',
      'addresses[0]',
    ],
    [
      'http: { listen: "0.0.0.0:8080", access: { proxy: { addresses: [], header: X-U } } }',
      'Needs at least one address',
    ],
    ['http: { listen: "0.0.0.0:8080", access: { proxy: { addresses: [192.0.2.1], header: "X U" } } }', 'proxy.header'],
  ])('is refused with %s', async (http, said) => {
    expect((await refusal(load(http))).what).toContain(said);
  });
});
