/** Getting to a domain controller: refused logins, servers that hang or are gone, and what is never done on the way. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DirectoryConnection, DirectorySite } from '../../src/reconcilers/directory/port.ts';
import { type ActiveDirectoryFixture, activeDirectoryFixture } from '../support/active-directory-fixture.ts';
import { addUsers } from '../support/directory-contents.ts';
import { refusal } from '../support/refusal.ts';
import { runCommand } from '../support/run-command.ts';
import { missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const missing = missingForSamba();
const SHORT = { connectSeconds: 0.5, answerSeconds: 0.5 };
const ADAPTER = join(import.meta.dirname, '../../src/reconcilers/directory/active-directory/adapter.ts');

describe.skipIf(missing.length > 0)('Connecting to a real domain controller', () => {
  let dc: SambaDc;
  let fixture: ActiveDirectoryFixture;
  let site: DirectorySite;
  const open: DirectoryConnection[] = [];
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    dc = await startSamba();
    fixture = await activeDirectoryFixture(dc);
    site = { read: [dc.researchersOu], markAttribute: 'adminDescription', mappedAttributes: ['mobile'], protected: [] };
  });
  afterAll(() => fixture?.stop());
  afterEach(async () => {
    for (const connection of open.splice(0)) await connection.close();
    for (const close of closing.splice(0)) await close();
  });

  const connect = async (settings = {}) => {
    const connection = await fixture.adapter(site, settings).connect();
    open.push(connection);
    return connection;
  };
  const proxied = async (): Promise<{ proxy: TcpProxy; url: string }> => {
    const proxy = await startProxy({ host: dc.address, port: 636, ldaps: dc });
    closing.push(() => proxy.close());
    return { proxy, url: `ldaps://${proxy.host}:${proxy.port}` };
  };
  const as = async (user: string, password: string) => {
    const passwordFile = join(dc.directory, `password-${user}`);
    await writeFile(passwordFile, password, { mode: 0o600 });
    return { bind: { user: `${user}@example.org`, passwordFile } };
  };

  test('takes the first server that accepts, and says why each did not where none does', async () => {
    const dead = await deadPort();
    const { reader } = await connect({ urls: [dead, dc.ldapsUrl] });
    expect(reader.server).toBe(`${dc.ldapsUrl} (DC1)`);
    const error = await refusal(connect({ urls: [dead, dead.replace('127.0.0.1', 'localhost')] }));
    expect(error.remedy).toBe('retry');
    expect(error.what).toContain(`${dead}, logging in as muster@example.org: The server refused the connection.`);
    expect(error.what).toContain('ldaps://localhost:');
  });

  test('for a block, connects to all that accept and names the others', async () => {
    const dead = await deadPort();
    const { url } = await proxied();
    const { connections, unreachable } = await fixture.adapter(site, { urls: [dc.ldapsUrl, dead, url] }).connectAll();
    open.push(...connections);
    expect(connections.map(({ reader }) => reader.server)).toEqual([`${dc.ldapsUrl} (DC1)`, `${url} (DC1)`]);
    expect(unreachable).toEqual([{ server: dead, why: expect.stringContaining(dead) }]);
    await refusal(fixture.adapter(site, { urls: [dead] }).connectAll());
  });

  test('names the reason of a refused login: wrong password, disabled, expired, must change', async () => {
    await addUsers(dc, [
      { name: 'sleeping', password: 'Sov-Godt-99', disabled: true },
      { name: 'over', password: 'Sov-Godt-99', attributes: { accountExpires: '130000000000000000' } },
      { name: 'fresh', password: 'Sov-Godt-99', attributes: { pwdLastSet: '0' } },
    ]);
    const reasons: readonly (readonly [string, string, string])[] = [
      ['muster', 'wrong', 'The username or the password is wrong.'],
      ['nobody', 'wrong', 'The username or the password is wrong.'],
      ['sleeping', 'Sov-Godt-99', 'The account is disabled.'],
      ['over', 'Sov-Godt-99', 'The account has expired.'],
      ['fresh', 'Sov-Godt-99', 'The account must change its password first.'],
    ];
    for (const [user, password, what] of reasons) {
      const error = await refusal(connect(await as(user, password)));
      expect(error).toMatchObject({ remedy: 'person', where: `${dc.ldapsUrl}, logging in as ${user}@example.org` });
      expect(error.what, user).toContain(what);
      expect(JSON.stringify([error, String(error)])).not.toContain(password === 'wrong' ? '"wrong"' : password);
    }
  });

  test('refuses a missing and an empty password file, without asking a server', async () => {
    const { proxy, url } = await proxied();
    const bind = { user: dc.musterUser, passwordFile: join(dc.directory, 'none') };
    await refusal(connect({ urls: [url], bind }));
    await refusal(connect({ urls: [url], ...(await as('muster', '')) }));
    await refusal(connect({ urls: [url], caFile: join(dc.directory, 'none.pem') }));
    expect(proxy.accepted).toBe(0);
  });

  test('gives up a server that accepts and says nothing, one that hangs at the login, and one that hangs in a search', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined));
    const url = await listening(mute);
    const late = { remedy: 'retry', what: expect.stringContaining('did not answer in time') };
    expect(await refusal(connect({ urls: [url], timeouts: SHORT }))).toMatchObject(late);
    closing.push(async () => mute.close());

    const atLogin = await proxied();
    atLogin.proxy.onServerData = () => 'stall';
    expect(await refusal(connect({ urls: [atLogin.url], timeouts: SHORT }))).toMatchObject(late);

    const inSearch = await proxied();
    const { reader } = await connect({ urls: [inSearch.url], timeouts: SHORT });
    inSearch.proxy.onServerData = ({ ldap }) => (ldap?.operation.startsWith('search') === true ? 'stall' : 'pass');
    expect(await refusal(reader.readAll(new Set()))).toMatchObject(late);
    expect(await refusal(reader.now())).toMatchObject({ silence: 'cut-off' });
  });

  test('gives up a reading that takes longer as a whole than is allowed', async () => {
    const { reader } = await connect({ timeouts: { readSeconds: 0.000_001 } });
    expect(await refusal(reader.readAll(new Set()))).toMatchObject({ what: expect.stringContaining('took too long') });
  });

  test('K1: refuses to start where NODE_DEBUG would print passwords, and prints none', async () => {
    const { proxy, url } = await proxied();
    const script = `
      const { activeDirectory } = await import(${JSON.stringify(ADAPTER)});
      const adapter = activeDirectory(${JSON.stringify({ ...fixture.settings, urls: [url] })}, ${JSON.stringify(site)});
      await adapter.connect().then(() => console.log('connected'), (error) => console.log(error.what));
      process.exit(0);`;
    const run = (NODE_DEBUG: string) =>
      runCommand(process.execPath, ['--input-type=module', '-e', script], { env: { NODE_DEBUG } });
    for (const value of ['ldapts', '*', 'http,LDAP*'])
      expect(await run(value)).toContain('shows passwords in clear text');
    expect(proxy.accepted).toBe(0);
    expect(await run('http')).toContain('connected');
  });

  /** A URL of this machine where nothing listens. */
  async function deadPort(): Promise<string> {
    const server = createServer();
    const url = await listening(server);
    server.close();
    await once(server, 'close');
    return url;
  }

  async function listening(server: Server): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return `ldaps://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }
});
