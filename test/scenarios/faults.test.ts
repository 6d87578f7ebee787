import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pass } from '../../src/core/pass.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { type Faults, noFaults, silent, unwilling, withFaults } from '../support/faulty-reconciler.ts';
import { OU } from '../support/hand-directory.ts';
import { makeScene, type Scene, type SceneOptions, takeOffline } from '../support/scene.ts';
import { planned, sorted, story } from '../support/story.ts';

let scene: Scene;
let faults: Faults;
beforeEach(() => {
  faults = noFaults();
});
afterEach(async () => {
  await scene.close();
  expect(faults.open).toBe(0);
});

/** Somebody should be shut out and is not. */
const ALARM = '(still-enabled, urgent)';
const PEOPLE = ['anna', 'berit', 'carl', 'dora'];

async function running(options: SceneOptions = {}): Promise<void> {
  scene = await makeScene({ ...options, around: (reconciler) => withFaults(reconciler, faults) });
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(PEOPLE) });
  await scene.settle();
  for (const server of scene.servers.slice(1)) await server.replicateFrom(scene.directory);
  faults.written.length = 0;
}

const renamed = (names: readonly string[]) => people(names, { given: 'Ida' });
const blocked = (...names: readonly string[]) =>
  blocks(
    'user',
    names.map((target) => ({ target, from: '2026-06-15' })),
  );

describe('A3: an object that fails for ever', () => {
  test('a real one, a name that is taken by another kind of thing: the others go on, the pass is not "done"', async () => {
    await running();
    // Its distinguished name is taken, which no look-up by username shows beforehand.
    await scene.directory.add('somebody', { userPrincipalName: 'somebody@example.net' });
    await scene.directory.set('somebody', {});
    const stored = await scene.directory.account('somebody');
    await scene.directory.restore({ ...stored, dn: `CN=emil,${OU.researchers}` });
    await scene.declare({ ...person('emil'), ...person('frida') });
    const report = await scene.sync();
    expect(sorted(story(report))).toEqual(['create emil failed', 'create frida']);
    expect(exitCodeOf(report)).toBe(2);
    expect((await scene.outbox.list()).filter(({ username }) => username === 'emil').map(({ state }) => state)).toEqual(
      ['unused'],
    );
  });

  test('is tried with growing waits by the daemon, and at once by hand', async () => {
    await running();
    faults.write = (change, real) => (change.address.key === 'anna' ? Promise.reject(unwilling()) : real());
    await scene.declare(renamed(['anna', 'berit']));
    expect(sorted(story(await scene.sync('schedule')))).toEqual(['update anna failed', 'update berit']);
    expect(story(await scene.sync('schedule'))).toEqual(['update anna failed']);
    expect(story(await scene.sync('schedule'))).toEqual(['held failing: 1']);
    scene.clock.now += 5 * 60_000;
    expect(story(await scene.sync('schedule'))).toEqual(['update anna failed']);
    expect(story(await scene.sync('command'))).toEqual(['update anna failed']);
    faults.write = (_change, real) => real();
    expect(story(await scene.sync('command'))).toEqual(['update anna']);
    expect(story(await scene.sync('schedule'))).toEqual([]);
  });

  test('a block that fails is tried in every pass', async () => {
    await running();
    faults.write = (change, real) => (change.address.key === 'anna' ? Promise.reject(unwilling()) : real());
    await scene.declare(blocked('anna', 'berit'));
    expect(sorted(story(await scene.sync('schedule')))).toEqual([ALARM, 'disable anna failed', 'disable berit']);
    for (let pass = 0; pass < 3; pass += 1)
      expect(story(await scene.sync('schedule'))).toEqual(['disable anna failed', ALARM]);
  });

  test('a write that makes the server fall silent each time does not keep the others from being made', async () => {
    await running();
    faults.write = (change, real) => (change.address.key === 'anna' ? Promise.reject(silent('unanswered')) : real());
    await scene.declare({ ...renamed(PEOPLE), ...blocked('anna', 'berit', 'carl', 'dora') });
    for (let pass = 0; pass < 3; pass += 1) await scene.sync('schedule');
    expect(await scene.directory.enabled()).toEqual(['anna']);
    expect(sorted(faults.written.filter((one) => one.startsWith('disable')))).toEqual(
      ['berit', 'carl', 'dora'].map((name) => `disable ${name}`),
    );
  });

  test('a value changed meanwhile fails that one change and no other', async () => {
    await running();
    let changed: Promise<void> | null = null;
    faults.write = async (_change, real) => {
      changed ??= scene.directory.set('anna', { displayName: 'Changed meanwhile' });
      await changed;
      return real();
    };
    await scene.declare(renamed(PEOPLE));
    expect(sorted(story(await scene.sync()))).toEqual([
      'update anna failed',
      'update berit',
      'update carl',
      'update dora',
    ]);
    faults.write = (_change, real) => real();
    expect(story(await scene.sync())).toEqual(['update anna']);
  });
});

describe('A1, D11: an answer that got lost', () => {
  test.each(['before', 'after'] as const)(
    'the connection broke %s the server had it: nothing is written twice',
    async (when) => {
      await running();
      faults.write = async (change, real) => {
        if (when === 'after') await real();
        throw change.address.key === 'anna' ? silent('unanswered') : silent('cut-off');
      };
      await scene.declare({ ...renamed(['anna', 'berit']), ...person('emil'), ...person('frida') });
      await scene.sync();
      faults.write = (_change, real) => real();
      const second = await scene.sync();
      expect(planned(await scene.plan())).toEqual([]);
      expect(second.trouble).toEqual([]);
      const once = ['create emil', 'create frida', 'update anna', 'update berit'];
      if (when === 'before') expect(sorted(faults.written)).toEqual(once);
      else expect(new Set(faults.written)).toEqual(new Set(once));
      const ready = (await scene.outbox.list())
        .filter(({ state }) => state === 'ready')
        .map(({ username }) => username);
      expect(sorted(ready)).toEqual([...PEOPLE, 'emil', 'frida']);
      expect((await scene.outbox.list()).filter(({ state }) => state === 'pending')).toEqual([]);
    },
  );

  test('of a create: the account is known again by its mark, and its sealed password is made ready', async () => {
    await running();
    faults.write = async (_change, real) => {
      await real();
      throw silent('unanswered');
    };
    await scene.declare(person('emil'));
    expect(story(await scene.sync())).toEqual(['create emil failed']);
    await scene.reopen();
    faults.write = (_change, real) => real();
    expect(story(await scene.sync())).toEqual([]);
    expect(faults.written).toEqual(['create emil']);
    const letters = (await scene.outbox.list()).filter(({ username }) => username === 'emil');
    expect(letters.map(({ state }) => state)).toEqual(['ready']);
    expect((await scene.store.ledger.all('directory')).find(({ key }) => key === 'emil')?.handle).toBe(
      (await scene.directory.account('emil')).guid,
    );
  });

  test('of a disable: whoever lifts the block later gives the account back', async () => {
    await running();
    faults.write = async (_change, real) => {
      await real();
      throw silent('unanswered');
    };
    await scene.declare(blocked('anna'));
    await scene.sync();
    faults.write = (_change, real) => real();
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15', lifted: '2026-06-15' }]));
    expect(story(await scene.sync())).toEqual(['enable anna']);
  });

  test('nothing is planned for a person while another server can’t say what became of the write', async () => {
    await running({ servers: 2 });
    const [first] = scene.servers;
    if (first === undefined) throw new RangeError('two servers');
    faults.write = async (_change, real) => {
      await real();
      throw silent('unanswered');
    };
    await scene.declare(person('emil'));
    await scene.sync();
    faults.write = (_change, real) => real();
    const back = await takeOffline(first);
    expect(story(await scene.sync())).toEqual(['(unsettled)']);
    expect(await scene.servers[1]?.enabled()).toEqual(PEOPLE);
    await back();
    expect(story(await scene.sync())).toEqual([]);
    expect(faults.written).toEqual(['create emil']);
  });

  test('a sealed password that somebody took away before it was ready stops nothing, and is said', async () => {
    await running();
    faults.write = async (_change, real) => {
      await real();
      throw silent('unanswered');
    };
    await scene.declare(person('emil'));
    await scene.sync();
    for (const { path } of (await scene.outbox.list()).filter(({ username }) => username === 'emil')) await rm(path);
    faults.write = (_change, real) => real();
    await scene.declare(person('frida'));
    const report = await scene.sync();
    expect(story(report)).toEqual(['create frida', '(unsettled)']);
    expect(report.plan.notices[0]?.next).toContain('credentials reissue emil');
    expect(story(await scene.sync())).toEqual([]);
  });
});

test('a refused shut-out is an alarm, whoever should have been shut out', async () => {
  await running();
  faults.write = (change, real) => (change.kind === 'disable' ? Promise.reject(unwilling()) : real());
  await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
  const report = await scene.sync();
  expect(report.plan.notices).toMatchObject([
    { kind: 'still-enabled', urgent: true, next: 'Disable the account by hand now.' },
  ]);
});

describe('a connection that is gone', () => {
  test('stops the writes to that system; what was not sent is no failure, and is done by the next pass', async () => {
    await running();
    faults.write = () => Promise.reject(silent('cut-off'));
    await scene.declare(renamed(PEOPLE));
    const report = await scene.sync('schedule');
    expect(new Set(report.applied.map(({ outcome }) => outcome.status))).toEqual(new Set(['skipped']));
    expect(exitCodeOf(report)).toBe(2);
    faults.write = (_change, real) => real();
    expect(sorted(story(await scene.sync('schedule')))).toEqual(PEOPLE.map((name) => `update ${name}`));
  });

  test('closes what was opened also when a pass breaks off in the middle', async () => {
    await running();
    const parts = scene.parts();
    const ledger = { ...parts.store.ledger, put: () => Promise.reject(new Error('disk full')) };
    const { lease, journal, memory, approvals, revisions, orders, reports, audit, servers } = parts.store;
    const others = { lease, journal, memory, approvals, revisions, orders, reports, audit, servers };
    const broken = { ...parts, store: { ...others, ledger } };
    await expect(pass(broken, { trigger: 'command', dryRun: false })).rejects.toThrow('disk full');
    expect(faults.open).toBe(0);
    expect(await lease.acquire('another')).toEqual({ held: true });
    await lease.release();
    expect(story(await scene.sync())).toEqual([]);
  });
});

test('somebody who can’t be blocked gets no later end either', async () => {
  await running();
  await scene.declare(person('anna', { ends: '2026-06-20' }));
  await scene.sync();
  faults.write = (change, real) => (change.kind === 'disable' ? Promise.reject(unwilling()) : real());
  await scene.declare({ ...person('anna', { ends: '2027-06-20' }), ...blocked('anna') });
  const before = await scene.directory.account('anna');
  expect(story(await scene.sync())).toEqual(['disable anna failed', ALARM]);
  expect(await scene.directory.account('anna')).toEqual(before);
  // By a date alone it is no matter of the lane: both are tried in one go, the disable first.
  await scene.declare({
    ...person('anna', { starts: '2026-07-01', ends: '2027-06-20' }),
    ...blocks('user', [{ target: 'anna', from: '2026-06-15', lifted: '2026-06-15' }]),
  });
  expect(story(await scene.sync())).toEqual(['disable anna failed', 'update anna skipped', ALARM]);
  expect(await scene.directory.account('anna')).toEqual(before);
});
