/** Servers that point to another one, where a trap waits: nobody ever comes to it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import type { Asked, Manners } from '../support/directory-simulator-manners.ts';
import { BASE, UNIT } from '../support/directory-simulator-tree.ts';
import { refusal } from '../support/refusal.ts';
import {
  accountOf,
  guidNumber,
  type SimulatedDirectory,
  simulatedDirectory,
  treeOfPeople,
} from '../support/simulated-directory.ts';

const NOBODY: ReadonlySet<string> = new Set();
const REFERRAL = 10;

let directory: SimulatedDirectory;
let trap: Server;
let knocks = 0;
beforeAll(async () => {
  directory = await simulatedDirectory();
  trap = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  trap.listen(0, '127.0.0.1');
  await once(trap, 'listening');
});
beforeEach(() => {
  knocks = 0;
});
afterEach(async () => {
  await directory?.stop();
  // What was followed after all would have arrived by the next turns of the event loop.
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(knocks).toBe(0);
});
afterAll(async () => {
  trap?.close();
  await directory?.end();
});

const urls = (): readonly string[] => {
  const address = trap.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return [`ldap://127.0.0.1:${port}/${UNIT}??sub`, `ldaps://127.0.0.1:${port}/${UNIT}`];
};
const refers = (when: (asked: Asked) => boolean): Manners => ({
  refuses: (asked) => (when(asked) ? { code: REFERRAL, text: '', referrals: urls() } : undefined),
});
const NEVER = { remedy: 'person', what: expect.stringContaining('never follows') };

describe('D12: a server that points elsewhere is not followed', () => {
  test.each([0, 1, 2])('in a reference on page %i of a unit: the reading does not count', async (at) => {
    const manners: Manners = {
      answers: (asked, answer) =>
        asked.scope === 'sub' && asked.dn === UNIT && asked.page === at ? { ...answer, references: urls() } : answer,
    };
    const error = await refusal(directory.reading({ tree: treeOfPeople(2500), manners }));
    expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('another server') });
    expect(error.what).toContain(urls()[0]);
  });

  test.each([0, 1, 2])('in the result of page %i of a unit', async (at) => {
    const manners = refers(({ scope, dn, page }) => scope === 'sub' && dn === UNIT && page === at);
    expect(await refusal(directory.reading({ tree: treeOfPeople(2500), manners }))).toMatchObject(NEVER);
  });

  test('in the answer to the log-on', async () => {
    await directory.start({ manners: refers(({ operation }) => operation === 'bind') });
    expect(await refusal(directory.connect())).toMatchObject(NEVER);
    expect(directory.simulator.asked.map(({ operation }) => operation)).toEqual(['bind']);
  });

  test.each([
    ['the root entry', ''],
    ['the domain', BASE],
  ])('in the answer to a read of %s', async (_, dn) => {
    await directory.start({ manners: refers((asked) => asked.scope === 'base' && asked.dn === dn) });
    expect(await refusal(directory.connect())).toMatchObject(NEVER);
  });

  test('in the answer to a change, a create or a new password, which count as refused', async () => {
    const simulator = await directory.start({ tree: treeOfPeople(3) });
    const connection = await directory.connect();
    const { guid, dn, raw } = await accountOf(connection, 'p1');
    simulator.manners = refers(({ operation }) => ['modify', 'add'].includes(operation));
    const { writer } = connection;
    const password = new Secret('Kar-Lil-Mose-42');
    const account = {
      dn: `CN=new,${UNIT}`,
      username: 'new',
      upn: 'new@example.org',
      mark: 'muster:test:new:1',
      accountExpires: 'never',
    };
    const writes = [
      writer.modify({ guid, dn, raw, enabled: false }),
      writer.create({ ...account, password, mustChangePassword: true, attributes: {} }),
      writer.setPassword(guid, password, true),
    ];
    for (const write of writes) expect(await refusal(write)).toMatchObject({ ...NEVER, silence: null });
    simulator.manners = {};
    expect((await accountOf(connection, 'p1')).enabled).toBe(true);
  });

  test('in a search of the whole domain: other parts of the forest are none of its business', async () => {
    const child = 'ldap://child.example.org/DC=child,DC=example,DC=org';
    const manners: Manners = {
      answers: (asked, answer) =>
        asked.scope === 'sub' && asked.dn === BASE ? { ...answer, references: [child, ...urls()] } : answer,
    };
    await directory.start({ tree: treeOfPeople(3), manners });
    const { reader } = await directory.connect();
    expect(await reader.find({ usernames: ['p2'] })).toMatchObject([{ guid: guidNumber(2) }]);
  });

  test('in an alias: none is ever asked to be resolved, and none counts as an account', async () => {
    const tree = treeOfPeople(3);
    tree.add(`CN=alias,${UNIT}`, { aliasedObjectName: `CN=muster,CN=Users,${BASE}` }, 'alias');
    await directory.start({ tree });
    const { reader, writer } = await directory.connect();
    expect((await reader.readAll(NOBODY)).accounts).toHaveLength(3);
    expect(await reader.find({ usernames: ['alias'] })).toEqual([]);
    const { guid, dn, raw } = await accountOf({ reader, writer, close: async () => undefined }, 'p1');
    await writer.modify({ guid, dn, raw, enabled: false });
    const { asked } = directory.simulator;
    expect(asked.filter(({ operation }) => operation === 'search').length).toBeGreaterThan(8);
    expect(asked.filter(({ deref }) => deref !== 0)).toEqual([]);
  });
});
