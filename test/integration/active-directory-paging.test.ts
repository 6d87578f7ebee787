/** Pages, cookies, references and certificates that no real server at hand gives: against a scripted LDAP server over TLS. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { activeDirectory } from '../../src/reconcilers/directory/active-directory/adapter.ts';
import { activeDirectorySchema } from '../../src/reconcilers/directory/active-directory/settings.ts';
import { guidBytes } from '../../src/reconcilers/directory/active-directory/values.ts';
import type { DirectoryAdapter, DirectorySite } from '../../src/reconcilers/directory/port.ts';
import { refusal } from '../contracts/directory.contract.ts';
import { type FakeEntry, type Page, type PageServer, startLdapPageServer } from '../support/ldap-page-server.ts';
import { type CertificateFiles, makeAuthority, makeCertificate } from '../support/test-certificates.ts';

const BASE = 'DC=example,DC=org';
const UNIT = `OU=Researchers,${BASE}`;
const SITE: DirectorySite = {
  read: [UNIT],
  markAttribute: 'adminDescription',
  mappedAttributes: ['mobile'],
  protected: [],
};
const NOBODY: ReadonlySet<string> = new Set();

/** Result codes of a server that has had enough (RFC 4511 appendix A): limits, busy, unavailable, unwilling. */
const LIMITS = [1, 3, 4, 11, 12, 51, 52, 53];

let folder: string;
let authority: CertificateFiles;
let sound: CertificateFiles;
let server: PageServer | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-pages-'));
  authority = await makeAuthority(folder);
  sound = await makeCertificate(folder, 'sound', authority);
  await writeFile(join(folder, 'password'), 'Must3r', { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await server?.close();
  server = undefined;
});

function guidOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

function person(number: number): FakeEntry {
  const guid = guidBytes(guidOf(number)) ?? Buffer.alloc(0);
  const sid = Buffer.from('010500000000000515000000010000000200000003000000', 'hex');
  const rid = Buffer.alloc(4);
  rid.writeUInt32LE(1100 + number);
  return {
    dn: `CN=p${number},${UNIT}`,
    attributes: {
      objectClass: ['user'],
      objectGUID: [guid],
      objectSid: [Buffer.concat([sid, rid])],
      sAMAccountName: [`p${number}`],
      sAMAccountType: ['805306368'],
      userAccountControl: ['512'],
      accountExpires: ['0'],
    },
  };
}

function unitEntry(dn: string): FakeEntry {
  return { dn, attributes: { objectClass: ['top'] } };
}

const muster: FakeEntry = { ...person(999), attributes: { ...person(999).attributes, sAMAccountName: ['muster'] } };

interface Script {
  readonly pages?: readonly Page[];
  readonly whoAmI?: (nth: number) => string;
  readonly certificate?: CertificateFiles;
}

async function started({ pages = [{ cookie: '' }], whoAmI, certificate = sound }: Script): Promise<PageServer> {
  const entries = [unitEntry(BASE), unitEntry(UNIT), muster];
  const asked = whoAmI === undefined ? {} : { whoAmI };
  server = await startLdapPageServer({ ...certificate, base: BASE, entries, pages: { [UNIT]: pages }, ...asked });
  return server;
}

function adapterFor(url: string, caFile = authority.certFile): DirectoryAdapter {
  const bind = { user: 'muster@example.org', passwordFile: join(folder, 'password') };
  return activeDirectory({ urls: [url], caFile, bind, base: BASE, timeouts: { answerSeconds: 5 } }, SITE);
}

async function reading(script: Script) {
  const { url } = await started(script);
  const connection = await adapterFor(url).connect();
  try {
    return await connection.reader.readAll(NOBODY);
  } finally {
    await connection.close();
  }
}

const usernames = ({ accounts }: { accounts: readonly { username: string }[] }) =>
  accounts.map(({ username }) => username);

describe('D2: pages', () => {
  const shapes: readonly (readonly [string, readonly Page[]])[] = [
    [
      'an empty first page with a cookie',
      [{ cookie: 'a' }, { entries: [person(1), person(2)], cookie: 'b' }, { entries: [person(3)], cookie: '' }],
    ],
    [
      'an empty page in the middle',
      [{ entries: [person(1)], cookie: 'a' }, { cookie: 'b' }, { entries: [person(2), person(3)], cookie: '' }],
    ],
    [
      'many empty pages in a row',
      [
        { entries: [person(1)], cookie: 'a' },
        ...Array.from({ length: 40 }, (_, at) => ({ cookie: `e${at}` })),
        { entries: [person(2), person(3)], cookie: '' },
      ],
    ],
    ['an empty last page', [{ entries: [person(1), person(2), person(3)], cookie: 'a' }, { cookie: '' }]],
    [
      'one entry a page',
      [
        { entries: [person(1)], cookie: 'a' },
        { entries: [person(2)], cookie: 'b' },
        { entries: [person(3)], cookie: '' },
      ],
    ],
    [
      'the same entry on two pages',
      [
        { entries: [person(1), person(2)], cookie: 'a' },
        { entries: [person(2), person(3)], cookie: '' },
      ],
    ],
  ];
  test.each(shapes)('%s: every account is read once', async (_, pages) => {
    expect(usernames(await reading({ pages }))).toEqual(['p1', 'p2', 'p3']);
  });

  test('a response without the paging control does not count', async () => {
    const pages = [
      { entries: [person(1)], cookie: 'a' },
      { entries: [person(2)], cookie: null },
    ];
    expect(await refusal(reading({ pages }))).toMatchObject({
      remedy: 'retry',
      what: expect.stringContaining('more to come'),
    });
  });

  test('a cookie that the server no longer knows fails the whole reading', async () => {
    const pages = [
      { entries: [person(1)], cookie: 'a' },
      { cookie: 'b', code: 53 },
    ];
    expect(await refusal(reading({ pages }))).toMatchObject({ where: expect.stringContaining(`reading ${UNIT}`) });
  });

  test('a server that goes on for ever is given up', async () => {
    const pages = [{ cookie: 'a' }, { cookie: 'a' }];
    const { url } = await started({ pages });
    const connection = await adapterFor(url).connect();
    expect(await refusal(connection.reader.readAll(NOBODY))).toMatchObject({
      what: expect.stringContaining('10000 pages'),
    });
    await connection.close();
  });

  test.each(LIMITS)('D4: result code %i on any page fails the whole reading', async (code) => {
    const good = [
      { entries: [person(1)], cookie: 'a' },
      { entries: [person(2)], cookie: 'b' },
      { entries: [person(3)], cookie: '' },
    ];
    for (const at of good.keys()) {
      const pages = good.map((page, index) => (index === at ? { ...page, code } : page));
      await refusal(reading({ pages }));
      await server?.close();
      server = undefined;
    }
  });
});

describe('D1: what a reading must show', () => {
  const onePerson: readonly Page[] = [{ entries: [person(1)], cookie: '' }];

  test('the login is checked before and after the reading, on the same connection', async () => {
    // The first answer is that of connecting.
    expect(usernames(await reading({ pages: onePerson }))).toEqual(['p1']);
    expect(server?.requests.filter((request) => request === 'whoami')).toHaveLength(3);
    expect(server?.requests.filter((request) => request === 'bind')).toHaveLength(1);
  });

  test.each([
    ['lost before the reading', 1, ''],
    ['lost during the reading', 2, ''],
    ['that of somebody else in the end', 2, 'u:EXAMPLE\\guest'],
  ])('a login %s makes it unproven', async (_, from, answer) => {
    const whoAmI = (nth: number) => (nth >= from ? answer : 'u:EXAMPLE\\muster');
    const error = await refusal(reading({ pages: onePerson, whoAmI }));
    expect(error).toMatchObject({ remedy: 'retry', where: expect.stringContaining('checking the login') });
  });

  test('an anonymous login is no connection', async () => {
    const { url, requests } = await started({ whoAmI: () => '' });
    await refusal(adapterFor(url).connect());
    expect(requests).not.toContain(`search ${UNIT}`);
  });

  test('an attribute that every account has and nobody shows makes it unproven', async () => {
    for (const hidden of ['userAccountControl', 'objectSid', 'sAMAccountType', 'accountExpires']) {
      const entries = [1, 2].map((number) => {
        const { dn, attributes } = person(number);
        return { dn, attributes: { ...attributes, [hidden]: [] } };
      });
      const error = await refusal(reading({ pages: [{ entries, cookie: '' }] }));
      expect(error).toMatchObject({ what: expect.stringContaining(hidden) });
      await server?.close();
      server = undefined;
    }
  });

  test('an account whose flags alone are hidden is protected, and the others are read', async () => {
    const { dn, attributes } = person(2);
    const entries = [person(1), { dn, attributes: { ...attributes, userAccountControl: [] } }];
    const { accounts } = await reading({ pages: [{ entries, cookie: '' }] });
    expect(accounts).toMatchObject([
      { username: 'p1', protectedBecause: null },
      { username: 'p2', enabled: true, protectedBecause: expect.stringContaining('userAccountControl') },
    ]);
  });

  test('an account without a readable objectGUID makes it unproven', async () => {
    const { dn, attributes } = person(1);
    const entries = [{ dn, attributes: { ...attributes, objectGUID: [] } }];
    expect(await refusal(reading({ pages: [{ entries, cookie: '' }] }))).toMatchObject({ remedy: 'retry' });
  });

  test('several values that somebody put into a mapped attribute are all seen', async () => {
    const { dn, attributes } = person(1);
    const entries = [{ dn, attributes: { ...attributes, mobile: ['+4520222222', '+4520111111'] } }];
    const { accounts } = await reading({ pages: [{ entries, cookie: '' }] });
    expect(accounts[0]?.attributes.mobile).toBe('+4520111111\u001e+4520222222');
  });
});

describe('D12: references to other servers', () => {
  test('are never followed, neither as a reference nor as a referral, and make the reading unproven', async () => {
    let knocks = 0;
    const trap = createServer((socket) => {
      knocks += 1;
      socket.destroy();
    });
    trap.listen(0, '127.0.0.1');
    await once(trap, 'listening');
    const address = trap.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const references = [`ldap://127.0.0.1:${port}/${UNIT}`];
    const error = await refusal(reading({ pages: [{ entries: [person(1)], references, cookie: '' }] }));
    expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('another server') });
    await server?.close();
    const REFERRAL = 10;
    const referred = await refusal(
      reading({ pages: [{ entries: [person(1)], code: REFERRAL, references, cookie: '' }] }),
    );
    expect(referred).toMatchObject({ remedy: 'person', what: expect.stringContaining('never follows') });
    expect(knocks).toBe(0);
    trap.close();
  });
});

describe('D14: TLS', () => {
  test.each([
    ['an expired certificate', { days: -1 }, 'expired'],
    ['a certificate for another name', { names: 'DNS:dc1.example.net,IP:127.0.0.9' }, 'another name'],
  ])('%s is refused before anything is sent', async (_, options, words) => {
    const certificate = await makeCertificate(folder, 'defective', authority, options);
    const { url, requests } = await started({ certificate });
    const error = await refusal(adapterFor(url).connect());
    expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining(words) });
    expect(error.where).toContain(url);
    expect(requests).toEqual([]);
  });

  test('an unknown authority is refused before anything is sent, also where the process turned checking off', async () => {
    const stranger = await makeAuthority(folder, 'stranger');
    const { url, requests } = await started({});
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const error = await refusal(adapterFor(url, stranger.certFile).connect());
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
    await refusal(adapterFor(`ldaps://127.0.0.1:${port}`).connect());
    expect(Buffer.concat(heard).toString('latin1')).not.toContain('Must3r');
    clear.close();
  });

  test('ldap://, StartTLS and the global catalogue can’t be configured', () => {
    const settings = (url: string) => ({
      urls: [url],
      bind: { user: 'muster@example.org', passwordFile: 'password' },
      base: BASE,
    });
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
      expect(activeDirectorySchema.safeParse(settings(url)).success, url).toBe(false);
      expect(() => activeDirectory(settings(url), SITE), url).toThrow('configuration');
    }
    expect(activeDirectorySchema.safeParse(settings('ldaps://dc1.example.org:636/')).success).toBe(true);
  });
});
