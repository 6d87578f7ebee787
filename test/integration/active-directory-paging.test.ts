/** Pages, cookies and logins that no real server at hand gives: against the simulated domain controller. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { activeDirectory } from '../../src/reconcilers/directory/active-directory/adapter.ts';
import type { Manners } from '../support/directory-simulator-manners.ts';
import { UNIT } from '../support/directory-simulator-tree.ts';
import { refusal } from '../support/refusal.ts';
import {
  guidNumber,
  type Page,
  pagesOf,
  personEntry as person,
  SITE,
  type SimulatedDirectory,
  simulatedDirectory,
  treeOfPeople,
} from '../support/simulated-directory.ts';

const NOBODY: ReadonlySet<string> = new Set();

let directory: SimulatedDirectory;
beforeAll(async () => {
  directory = await simulatedDirectory();
});
afterEach(() => directory?.stop());
afterAll(() => directory?.end());

const reading = ({ pages, ...manners }: { pages: readonly Page[] } & Manners) =>
  directory.reading({ manners: { ...pagesOf(pages), ...manners } });
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
    expect(await refusal(reading({ pages }))).toMatchObject({ what: expect.stringContaining('10000 pages') });
  });

  test('of 1,000 entries at most, whatever is asked for, with empty ones between them', async () => {
    const tree = treeOfPeople(3001);
    const guids = new Set(Array.from({ length: 3001 }, (_, at) => guidNumber(at + 1)));
    const manners: readonly Manners[] = [
      {},
      { isEmptyPage: (page) => page === 0 },
      { isEmptyPage: (page) => page % 2 === 0 },
      { isEmptyPage: (page) => page > 0 && page < 40 },
      { pageEntriesMax: 1 },
      { pageEntriesMax: 3000 },
    ];
    for (const one of manners) {
      const { accounts } = await directory.reading({ tree, manners: one });
      expect(new Set(accounts.map(({ guid }) => guid))).toEqual(guids);
      expect(accounts).toHaveLength(3001);
    }
  });

  test('of a directory that changes between them: who stays is read, whatever comes and goes', async () => {
    const tree = treeOfPeople(2500);
    const manners: Manners = {
      meanwhile: ({ scope, page, dn }, changing) => {
        if (scope !== 'sub' || dn !== UNIT || page === 0) return;
        changing.remove(guidNumber(page));
        changing.rename(guidNumber(2400 + page), `CN=renamed${page},OU=CBS,${UNIT}`);
        changing.add(`CN=new${page},${UNIT}`);
      },
    };
    const { accounts } = await directory.reading({ tree, manners });
    const guids = new Set(accounts.map(({ guid }) => guid));
    const staying = Array.from({ length: 2500 }, (_, at) => guidNumber(at + 1)).filter(
      (guid) => !tree.get(guid).deleted,
    );
    expect(staying).toHaveLength(2498);
    expect(staying.filter((guid) => !guids.has(guid))).toEqual([]);
  });

  test('D7: between which a name went from a deleted account to one still to be read: the next reading of changes finds out', async () => {
    const tree = treeOfPeople(6);
    const known = new Set(Array.from({ length: 6 }, (_, at) => guidNumber(at + 1)));
    for (const guid of known) tree.set(guid, 'adminDescription', `muster:test:${guid}:1`);
    let isDone = false;
    const meanwhile: Manners['meanwhile'] = ({ scope, page, dn }, changing) => {
      if (isDone || scope !== 'sub' || dn !== UNIT || page !== 1) return;
      isDone = true;
      changing.remove(guidNumber(1));
      changing.set(guidNumber(5), 'sAMAccountName', 'p1');
    };
    await directory.start({ tree, manners: { pageEntriesMax: 2, meanwhile } });
    const adapter = activeDirectory(directory.settings(), SITE, { resident: true });
    const read = async () => {
      const connection = await adapter.connect();
      try {
        return await connection.reader.readAll(known, new Map(), 'changes');
      } finally {
        await connection.close();
      }
    };
    expect(usernames(await read())).toEqual(['p1', 'p2', 'p3', 'p4', 'p1', 'p6']);
    const next = await read();
    expect(next).toMatchObject({ reach: 'full', gone: [guidNumber(1)] });
    expect(usernames(next)).toEqual(['p2', 'p3', 'p4', 'p1', 'p6']);
  });

  test('whose cookie came from another connection are refused as a whole', async () => {
    await directory.start({ tree: treeOfPeople(2500) });
    const { simulator } = directory;
    simulator.manners = {
      answers: (asked, answer) =>
        asked.page === 0 && answer.cookie ? { ...answer, cookie: 'of-somebody-else' } : answer,
    };
    const { reader } = await directory.connect();
    expect(await refusal(reader.readAll(NOBODY))).toMatchObject({ where: expect.stringContaining(`reading ${UNIT}`) });
    simulator.manners = {};
    expect((await reader.readAll(NOBODY)).accounts).toHaveLength(2500);
  });
});

describe('D1: what a reading must show', () => {
  const onePerson: readonly Page[] = [{ entries: [person(1)], cookie: '' }];

  test('the login is checked before and after the reading, on the same connection', async () => {
    // The first answer is that of connecting.
    expect(usernames(await reading({ pages: onePerson, whoAmI: () => 'u:EXAMPLE\\muster' }))).toEqual(['p1']);
    const operations = directory.simulator.asked.map(({ operation }) => operation);
    expect(operations.filter((operation) => operation === 'extended')).toHaveLength(3);
    expect(operations.filter((operation) => operation === 'bind')).toHaveLength(1);
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
    const { asked } = await directory.start({ manners: { whoAmI: () => '' } });
    await refusal(directory.connect());
    expect(asked.map(({ dn }) => dn)).not.toContain(UNIT);
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
