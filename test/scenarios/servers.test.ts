import { copyFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Observation, Reconciler, Session } from '../../src/core/ports.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { type Faults, noFaults, silent, unproven, withFaults } from '../support/faulty-reconciler.ts';
import { HOUR_MS } from '../support/reconciliation.ts';
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

describe('D1: a directory that can’t be proven read', () => {
  beforeEach(async () => {
    await running();
    faults.observe = () => {
      throw unproven();
    };
  });

  test('no bulk change is made, and the exit status says that it failed', async () => {
    await scene.declare({ ...renamed(PEOPLE), ...person('emil') });
    const report = await scene.sync();
    expect(story(report)).toEqual(['unread directory']);
    expect(exitCodeOf(report)).toBe(1);
    expect(faults.written).toEqual([]);
  });

  test('a block is carried out all the same', async () => {
    await scene.declare(blocked('anna'));
    expect(story(await scene.sync())).toEqual(['disable anna', 'unread directory']);
  });

  test('who was blocked and is found enabled is shut out, too', async () => {
    await scene.declare(blocked('anna'));
    await scene.sync();
    await scene.directory.enable('anna');
    expect(story(await scene.sync())).toEqual(['disable anna', 'unread directory']);
    expect(await scene.directory.isEnabled('anna')).toBe(false);
  });

  test('a lifted block waits', async () => {
    await scene.declare(blocked('anna'));
    await scene.sync();
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15', lifted: '2026-06-15' }]));
    expect(story(await scene.sync())).toEqual(['unread directory']);
    faults.observe = () => undefined;
    expect(story(await scene.sync())).toEqual(['enable anna']);
  });

  test('what the lane let through counts against the same limit when it looks again', async () => {
    const names = Array.from({ length: 20 }, (_, nth) => `person${nth}`);
    faults.observe = () => undefined;
    await scene.declare(people(names));
    await scene.settle();
    await scene.declare(blocked(...names));
    await scene.sync();
    scene.clock.now += 25 * HOUR_MS;
    // Twenty blocked ones are enabled by hand, and twenty new ones are to be blocked while nothing can be proven.
    for (const name of names) await scene.directory.enable(name);
    faults.observe = () => {
      throw unproven();
    };
    const fresh = Array.from({ length: 20 }, (_, nth) => `fresh${nth}`);
    await scene.declare({ ...people(fresh), ...blocked(...names, ...fresh) });
    const report = await scene.sync();
    expect(report.applied.filter(({ outcome }) => outcome.status === 'applied').length).toBeLessThanOrEqual(25);
  });
});

test('D1: a value that many had and nobody shows any more is a missing right, not a change', async () => {
  await running();
  const more = ['emil', 'frida', 'gustav', 'hanne'];
  await scene.declare(people(more));
  await scene.settle();
  for (const name of [...PEOPLE, ...more]) await scene.directory.set(name, { mobile: null });
  faults.written.length = 0;
  const report = await scene.sync();
  expect(story(report)).toEqual(['unread directory']);
  expect(report.plan.unread[0]?.what).toContain('mobile');
  expect(faults.written).toEqual([]);
});

describe('no server answers', () => {
  test('nothing is done, and whoever should be shut out is an alarm', async () => {
    await running();
    await scene.declare(blocked('anna'));
    const back = await takeOffline(scene.directory);
    const report = await scene.sync();
    expect(story(report)).toEqual(['(unverified, urgent)', 'unread directory']);
    expect(exitCodeOf(report)).toBe(1);
    await back();
    expect(story(await scene.sync())).toEqual(['disable anna']);
  });
});

describe('several servers', () => {
  beforeEach(() => running({ servers: 3 }));

  test('a block goes to all of them at once, a new value only to one', async () => {
    await scene.declare({ ...renamed(['berit']), ...blocked('anna') });
    await scene.sync();
    expect(await Promise.all(scene.servers.map((server) => server.isEnabled('anna')))).toEqual([false, false, false]);
    expect(sorted(faults.written)).toEqual(['disable anna', 'disable anna', 'disable anna', 'update berit']);
  });

  test('the main one fails in the middle: the others take the block', async () => {
    const main = `embedded directory ${scene.directory.file}`;
    faults.lookup = (server) => {
      if (server === main) throw silent('cut-off');
    };
    await scene.declare(blocked('anna'));
    const report = await scene.sync();
    expect(report.applied.map(({ change }) => change.kind)).toEqual(['disable', 'disable']);
    expect(await scene.servers[1]?.isEnabled('anna')).toBe(false);
  });

  test('the others go away after the main one took the block: it is reported as done', async () => {
    faults.connectAll = () => {
      throw silent('cut-off');
    };
    await scene.declare(blocked('anna'));
    const report = await scene.sync();
    expect(story(report)).toEqual(['disable anna', '(unreachable)']);
    expect(planned(await scene.plan())).toEqual([]);
  });

  test('D5: one that lags behind makes nothing wrong for good', async () => {
    const [first, second] = scene.servers;
    if (first === undefined || second === undefined) throw new RangeError('three servers');
    await scene.declare(person('emil'));
    await scene.sync();
    const back = await takeOffline(first);
    // The second has not heard of the new account yet: it looks deleted.
    expect(story(await scene.sync())).toEqual(['(lost-write)']);
    await back();
    await second.replicateFrom(first);
    expect(story(await scene.sync())).toEqual([]);
    expect(faults.written).toEqual(['create emil']);
    await scene.declare(blocked('emil'));
    expect(story(await scene.sync())[0]).toBe('disable emil');
  });
});

describe('D5: an older copy that answers in the place of the server', () => {
  test('D5: from the middle of a pass on: nothing that it shows is learned, and who was let in again gets in', async () => {
    await running();
    const { file } = scene.directory;
    copyFileSync(file, `${file}.then`);
    await scene.declare(person('anna', { state: 'closed' }));
    expect(story(await scene.sync())).toEqual(['disable anna']);
    copyFileSync(file, `${file}.now`);
    await scene.declare(person('anna'));
    // It shows Anna as she was before: as if somebody had let her in by hand.
    faults.observe = () => copyFileSync(`${file}.then`, file);
    const report = await scene.sync();
    expect(story(report)).toEqual(['unread directory']);
    expect(report.plan.unread[0]?.what).toContain('went back in time while it was read');
    faults.observe = () => undefined;
    copyFileSync(`${file}.now`, file);
    expect(sorted(story(await scene.sync()))).toEqual(['(server)', 'enable anna']);
    expect(await scene.directory.isEnabled('anna')).toBe(true);
  });

  test('D5: a reading of changes that missed one does not stand against a second look: everything is read again', async () => {
    const missed: Missed = { last: null, hides: false };
    scene = await makeScene({ around: (reconciler) => missing(reconciler, missed) });
    await scene.declare({ ...institution('cbs', 'CBS'), ...people(PEOPLE) });
    await scene.settle();
    missed.hides = true;
    await scene.declare(person('anna', { state: 'closed' }));
    expect(story(await scene.sync())).toEqual(['disable anna']);
    // It still shows her enabled; the ledger says that Muster disabled her.
    await scene.declare(person('anna'));
    expect(story(await scene.sync())).toEqual(['enable anna']);
    expect(await scene.directory.isEnabled('anna')).toBe(true);
  });
});

interface Missed {
  /** The latest full reading. */
  last: Observation | null;
  hides: boolean;
}

/** A directory whose readings of changes never find any, as where an older copy answers the search for them. */
function missing(reconciler: Reconciler, missed: Missed): Reconciler {
  const around = ({ reader, writer }: Session): Session => ({
    writer,
    reader: {
      ...reader,
      observe: async (wanted, known, reach) => {
        if (missed.hides && missed.last !== null && reach === 'changes') return { ...missed.last, reach: 'changes' };
        missed.last = await reader.observe(wanted, known, reach);
        return missed.last;
      },
    },
  });
  return { ...reconciler, connect: async (suits) => around(await reconciler.connect(suits)) };
}
