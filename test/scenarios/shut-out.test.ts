/** Whether somebody is out: by every channel and on every server, as it is read after a block, with each pass, and by whoever asks. */
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { blockByOrder } from '../../src/core/operations/block.ts';
import type { Reconciler } from '../../src/core/ports.ts';
import type { ShutOut } from '../../src/core/shut-out.ts';
import type { SystemChannel } from '../../src/core/shut-out-remembered.ts';
import { whyOf } from '../../src/core/why.ts';
import { whyRemembered } from '../../src/core/why-remembered.ts';
import { MusterError } from '../../src/errors.ts';
import { openStatusStore } from '../../src/store/status-store.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { DAY_MS, HOUR_MS } from '../support/reconciliation.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions, takeOffline } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene.close());

const TICKETS = [{ text: 'tickets', lasts: 10 * HOUR_MS }];

/** Two servers of the directory, a list of whose mail is blocked, and tokens; Anna, Berit and Carl have everything. */
async function running(options: SceneOptions = {}): Promise<void> {
  const withTickets = (one: Reconciler) => ({ ...one, traits: { ...one.traits, afterShutting: TICKETS } });
  scene = await makeScene({ servers: 2, mailBlocks: true, tokens: true, around: withTickets, ...options });
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(['anna', 'berit', 'carl']) });
  await scene.settle();
  await replicate();
  await scene.sync();
}

async function replicate(): Promise<void> {
  const [first, second] = scene.servers;
  if (first !== undefined) await second?.replicateFrom(first);
}

/** The verdict, and every channel as `log in dc1 shut`. */
function told({ verdict, channels }: ShutOut): readonly string[] {
  const rows = channels.flatMap(({ name, answers }) =>
    answers.map(({ server, found }) => `${name}: ${shortName(server)} ${found}`),
  );
  return [verdict, ...rows];
}

function shortName(server: string): string {
  return /dc\d|blocked\.txt|tokens/.exec(server)?.[0] ?? server;
}

async function why(username = 'anna'): Promise<ShutOut> {
  return (await whyOf(scene.parts(), null, username)).shutOut;
}

/** As the status page has it, which reads the database alone. */
async function remembered(username = 'anna'): Promise<ShutOut> {
  const store = openStatusStore(join(scene.home, 'muster.db'));
  try {
    const channels = scene.parts().reconcilers.map(({ system, traits }): SystemChannel => {
      return { system, thing: traits.thing.kind, afterShutting: traits.afterShutting };
    });
    const { systems: provenAt } = await store.proven();
    const asked = {
      username,
      at: scene.clock.now,
      timeZone: 'Europe/Copenhagen',
      modes: { mode: 'enforce' as const },
      channels,
      provenAt,
      heldEntries: [],
      notices: [],
    };
    const answer = await whyRemembered(store.people, asked);
    if (answer === null) throw new Error(`nobody remembers ${username}`);
    return answer.shutOut;
  } finally {
    await store.close();
  }
}

function order(target: string, scope: 'user' | 'institution' = 'user') {
  return blockByOrder(scene.parts(), { ...OPERATOR, target, scope, until: null });
}

const EVERYWHERE = [
  'blocked',
  'log in: dc1 shut',
  'log in: dc2 shut',
  'send mail: blocked.txt shut',
  'get passcodes by SMS: tokens shut',
];

describe('a block', () => {
  test('M3: is called one once it was read back from every server of every system', async () => {
    await running();
    expect(told(await why())).toEqual([
      'not-blocked',
      ...EVERYWHERE.slice(1).map((row) => row.replace('shut', 'open')),
    ]);
    const { readBack } = await order('anna');
    expect(readBack.map(({ label }) => label)).toEqual(['Anna Jensen (anna)']);
    for (const shutOut of [readBack[0]?.shutOut, await why(), await remembered()]) {
      expect(shutOut && told(shutOut)).toEqual(EVERYWHERE);
      expect(shutOut?.outstanding).toEqual([]);
    }
  });

  test('of an institution is read back for everybody in it', async () => {
    await running();
    const { readBack } = await order('cbs', 'institution');
    expect(readBack.map(({ person: key, shutOut }) => `${key} ${shutOut.verdict}`)).toEqual([
      'anna blocked',
      'berit blocked',
      'carl blocked',
    ]);
  });

  test('T5: is none while the tokens can not be read, and says so', async () => {
    let away = false;
    const never = () =>
      Promise.reject(new MusterError({ remedy: 'retry', where: 'otp', what: 'Away.', next: 'Wait.' }));
    await running({
      aroundTokens: (one) => ({
        ...one,
        connect: (suits) => (away ? never() : one.connect(suits)),
        connectAll: () => (away ? never() : one.connectAll()),
      }),
    });
    away = true;
    const { readBack } = await order('anna');
    for (const shutOut of [readBack[0]?.shutOut, await why(), await remembered()]) {
      expect(shutOut?.verdict).toBe('being-blocked');
      expect(shutOut?.outstanding).toMatchObject([
        { system: 'tokens', server: 'otp', found: 'unknown', what: 'Away.' },
      ]);
    }
    away = false;
    await scene.sync();
    expect(told(await why())).toEqual(EVERYWHERE);
    expect(told(await remembered())).toEqual(EVERYWHERE);
  });

  test('D5: is none while one server of two is not read', async () => {
    await running();
    const [, second] = scene.servers;
    if (second === undefined) throw new Error('there are two');
    const back = await takeOffline(second);
    const { readBack } = await order('anna');
    for (const shutOut of [readBack[0]?.shutOut, await why(), await remembered()]) {
      expect(shutOut?.verdict).toBe('being-blocked');
      expect(shutOut?.outstanding).toMatchObject([{ system: 'directory', found: 'unknown' }]);
    }
    await back();
    expect((await why()).outstanding).toMatchObject([{ system: 'directory', found: 'open', what: 'enabled' }]);
    await replicate();
    expect(told(await why())).toEqual(EVERYWHERE);
    expect((await remembered()).verdict).toBe('being-blocked');
    await scene.sync();
    expect(told(await remembered())).toEqual(EVERYWHERE);
  });
});

describe('somebody whose time is over', () => {
  test('D5: is out only once every server shows it, and every pass looks until it does', async () => {
    await running();
    await scene.declare(person('anna', { ends: '2026-01-31' }));
    await scene.settle();
    const half = [...EVERYWHERE.with(2, 'log in: dc2 open')].with(0, 'being-blocked');
    expect(told(await why())).toEqual(half);
    expect(told(await remembered())).toEqual(half);
    await replicate();
    await scene.sync();
    expect(told(await why())).toEqual(EVERYWHERE);
    expect(told(await remembered())).toEqual(EVERYWHERE);
  });

  test('D17: who is enabled by hand again while nothing may be written is not called blocked', async () => {
    await running();
    await scene.declare(person('anna', { ends: '2026-01-31' }));
    await scene.settle();
    await replicate();
    await scene.sync();
    expect(told(await remembered())).toEqual(EVERYWHERE);
    for (const server of scene.servers) {
      await server.enable('anna');
      await server.set('anna', { accountExpires: '0' });
    }
    await scene.store.orders.pause('oper', 'the domain is being moved', scene.clock.now);
    const report = await scene.sync();
    expect(report.holds.length).toBeGreaterThan(0);
    expect(told(await remembered())).toEqual(told(await why()));
    expect((await remembered()).verdict).toBe('being-blocked');
  });
});

describe('what is remembered', () => {
  test('of tickets: until ten hours after the last server was read as shut, and no longer', async () => {
    await running();
    const at = scene.clock.now;
    await order('anna');
    const queue = { system: 'mail', until: null };
    for (const { remains } of [await why(), await remembered()]) {
      expect(remains).toMatchObject([{ text: 'tickets', from: at, until: at + 10 * HOUR_MS, uncounted: [] }, queue]);
    }
    scene.clock.now += 11 * HOUR_MS;
    for (const { remains } of [await why(), await remembered()]) expect(remains).toMatchObject([queue]);
  });

  test('is forgotten once they may again', async () => {
    await running();
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-01-01' }]));
    await scene.sync();
    expect((await remembered()).verdict).toBe('blocked');
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-01-01', lifted: '2026-02-01' }]));
    await scene.settle();
    expect(await scene.store.shutOuts.of('anna')).toEqual([]);
    expect((await remembered()).verdict).toBe('not-blocked');
    expect(told(await why())[0]).toBe('not-blocked');
  });

  test('M3: nobody is called blocked by what was written alone', async () => {
    await running();
    await order('anna');
    await scene.store.shutOuts.replace(['anna'], []);
    expect((await remembered()).verdict).toBe('being-blocked');
  });
});

describe('tasks', () => {
  test('about the person are told with the person: open ones, and those that ended lately', async () => {
    await running();
    const { now } = scene.clock;
    const about = (id: string, whose: string, closedAt: number | null) => ({
      ...{ id, title: 'Badge', text: whose, about: whose, entry: null, to: [], openedAt: now - 40 * DAY_MS },
      subject: { kind: 'person', system: id, person: whose, act: 'take' } as const,
      ...({ openings: 1, dueAt: now, status: closedAt === null ? 'open' : 'withdrawn', closedAt } as const),
      ...{ doneBy: null, doneOn: null, by: null, reason: null, toldAt: null, reminders: 0, remindedAt: null },
      ...{ escalatedAt: null, withdrawalToldAt: null },
    });
    const opened = [
      about('a1', 'anna', now - 31 * DAY_MS),
      about('a2', 'anna', now - 29 * DAY_MS),
      about('a3', 'anna', null),
      about('b1', 'berit', null),
    ];
    await scene.store.lease.acquire('test');
    await scene.store.tasks.record({ opened, closed: [], held: [], met: [] }, now);
    await scene.store.lease.release();
    const nothing = { opened: [], closed: [], held: [], met: [], written: [], notices: [] };
    const tasks = { desk: { attend: () => nothing }, memory: scene.store.tasks };
    const answer = await whyOf({ ...scene.parts(), tasks }, null, 'anna');
    expect(answer.tasks.map(({ id }) => id)).toEqual(['a3', 'a2']);
  });
});

test('a pass that only observes keeps what it read, too: nobody is called out whom it found in', async () => {
  await running({ servers: 1 });
  await scene.declare(person('anna', { state: 'closed' }));
  await scene.sync();
  expect((await remembered()).verdict).toBe('blocked');
  const before = scene;
  scene = await makeScene({ servers: 1, mailBlocks: true, tokens: true, mode: 'observe', from: before.home });
  await before.close();
  await scene.directory.enable('anna');
  await scene.sync();
  expect((await remembered()).verdict).toBe('being-blocked');
});
