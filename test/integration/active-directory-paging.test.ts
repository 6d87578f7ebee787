/** Pages, cookies, references and logins that no real server at hand gives: against a scripted LDAP server over TLS. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from '../support/ldap-page-server.ts';
import { refusal } from '../support/refusal.ts';
import { person, type Script, type ScriptedDirectory, scriptedDirectory, UNIT } from '../support/scripted-directory.ts';

const NOBODY: ReadonlySet<string> = new Set();

/** Result codes of a server that has had enough (RFC 4511 appendix A): limits, busy, unavailable, unwilling. */
const LIMITS = [1, 3, 4, 11, 12, 51, 52, 53];

let directory: ScriptedDirectory;
beforeAll(async () => {
  directory = await scriptedDirectory();
});
afterAll(() => directory?.end());

const reading = (script: Script) => directory.reading(script);
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
    const { url } = await directory.start({ pages });
    const connection = await directory.adapter(url).connect();
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
    }
  });
});

describe('D1: what a reading must show', () => {
  const onePerson: readonly Page[] = [{ entries: [person(1)], cookie: '' }];

  test('the login is checked before and after the reading, on the same connection', async () => {
    // The first answer is that of connecting.
    expect(usernames(await reading({ pages: onePerson }))).toEqual(['p1']);
    expect(directory.requests.filter((request) => request === 'whoami')).toHaveLength(3);
    expect(directory.requests.filter((request) => request === 'bind')).toHaveLength(1);
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
    const { url, requests } = await directory.start({ whoAmI: () => '' });
    await refusal(directory.adapter(url).connect());
    expect(requests).not.toContain(`search ${UNIT}`);
  });

  test('an attribute that every account has and nobody shows makes it unproven', async () => {
    for (const hidden of ['userAccountControl', 'objectSid', 'sAMAccountType', 'accountExpires']) {
      const entries = [person(1, { [hidden]: [] }), person(2, { [hidden]: [] })];
      const error = await refusal(reading({ pages: [{ entries, cookie: '' }] }));
      expect(error).toMatchObject({ what: expect.stringContaining(hidden) });
    }
  });

  test('an account whose flags alone are hidden is protected, and the others are read', async () => {
    const entries = [person(1), person(2, { userAccountControl: [] })];
    const { accounts } = await reading({ pages: [{ entries, cookie: '' }] });
    expect(accounts).toMatchObject([
      { username: 'p1', protectedBecause: null },
      { username: 'p2', enabled: true, protectedBecause: expect.stringContaining('userAccountControl') },
    ]);
  });

  test('an account without a readable objectGUID makes it unproven', async () => {
    const entries = [person(1, { objectGUID: [] })];
    expect(await refusal(reading({ pages: [{ entries, cookie: '' }] }))).toMatchObject({ remedy: 'retry' });
  });

  test('several values that somebody put into a mapped attribute are all seen', async () => {
    const entries = [person(1, { mobile: ['+4520222222', '+4520111111'] })];
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
    const REFERRAL = 10;
    const referred = await refusal(
      reading({ pages: [{ entries: [person(1)], code: REFERRAL, references, cookie: '' }] }),
    );
    expect(referred).toMatchObject({ remedy: 'person', what: expect.stringContaining('never follows') });
    expect(knocks).toBe(0);
    trap.close();
  });
});
