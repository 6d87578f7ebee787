import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { rebuildLedger } from '../../src/core/operations/rebuild.ts';
import { passLane } from '../../src/core/pass.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { type Faults, noFaults, silent, withFaults } from '../support/faulty-reconciler.ts';
import { HOUR_MS } from '../support/reconciliation.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions, takeOffline } from '../support/scene.ts';
import { planned, sorted, story } from '../support/story.ts';

let scene: Scene;
let faults: Faults;
afterEach(() => scene.close());

const PEOPLE = ['anna', 'berit', 'carl', 'dora'];

async function running(options: SceneOptions = {}): Promise<void> {
  faults = noFaults();
  scene = await makeScene({ ...options, around: (reconciler) => withFaults(reconciler, faults) });
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(PEOPLE) });
  await scene.settle();
  faults.written.length = 0;
}

/** Freezes the directory; the result puts that state back, as a rolled-back virtual machine does. */
async function snapshot(nth = 0): Promise<() => Promise<void>> {
  const file = scene.servers[nth]?.file ?? '';
  await copyFile(file, `${file}.then`);
  return () => copyFile(`${file}.then`, file);
}

/** What a proper restore does besides: the directory begins another life. */
async function anotherLife(): Promise<void> {
  const { file } = scene.directory;
  const [header = '', ...lines] = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, [JSON.stringify({ ...JSON.parse(header), epoch: 'restored' }), ...lines].join('\n'));
}

async function rebuild() {
  const shown = await rebuildLedger(scene.parts(), null);
  await rebuildLedger(scene.parts(), { ...OPERATOR, digest: shown.digest });
  return shown;
}

const renamed = (names: readonly string[]) => people(names, { given: 'Ida' });
const blocked = (name: string, lifted?: string) =>
  blocks('user', [{ target: name, from: '2026-06-15', ...(lifted === undefined ? {} : { lifted }) }]);

describe('D6: a server that went back in time', () => {
  test('D6: gets nothing but blocks, and says since when, until somebody decides', async () => {
    await running();
    const goBack = await snapshot();
    await scene.declare(renamed(['anna', 'berit']));
    await scene.sync();
    await goBack();
    faults.written.length = 0;
    await scene.declare({ ...renamed(PEOPLE), ...person('emil'), ...blocked('dora') });
    const report = await scene.sync();
    expect(story(report)).toEqual(['disable dora', 'unread directory']);
    expect(report.plan.unread[0]).toMatchObject({
      remedy: 'person',
      what: expect.stringMatching(/gone back in time: its latest change has the number 4, and number 6 was seen/),
      next: expect.stringMatching(
        /^Put the newer file back\..* write another `epoch` into its first line.*ledger rebuild/,
      ),
    });
    expect(exitCodeOf(report)).toBe(1);
    expect(faults.written).toEqual(['disable dora']);
  });

  test('D6: stays in doubt when others have written so much there that its number is past the old one', async () => {
    await running();
    const goBack = await snapshot();
    await scene.declare(renamed(['anna']));
    await scene.sync();
    await goBack();
    expect(story(await scene.sync())).toEqual(['unread directory']);
    for (let nth = 0; nth < 5; nth += 1) await scene.directory.set('carl', { info: `note ${nth}` });
    faults.written.length = 0;
    // Everybody else is worked on; for Anna, whose new name is not there, nothing is.
    await scene.declare(renamed(['anna', 'berit']));
    expect(story(await scene.sync())).toEqual(['update berit', '(lost-write)']);
    expect(story(await scene.sync())).toEqual(['(lost-write)']);
  });

  test('D6: who was shut out by the ledger alone is shut out again', async () => {
    await running();
    const goBack = await snapshot();
    await scene.declare(blocked('anna'));
    await scene.sync();
    await goBack();
    expect(await scene.directory.isEnabled('anna')).toBe(true);
    expect(story(await scene.sync())).toEqual(['disable anna', 'unread directory']);
    expect(await scene.directory.isEnabled('anna')).toBe(false);
  });

  test('D6: a write whose answer was lost is not judged by it as never made, however often it is asked', async () => {
    await running();
    const goBack = await snapshot();
    await scene.declare(renamed(['anna']));
    faults.write = async (_change, real) => {
      await real();
      throw silent('unanswered');
    };
    await scene.sync();
    faults.write = (_change, real) => real();
    // Seen once in its later state, by a pass that could not finish its recovery.
    faults.lookup = () => {
      throw silent('cut-off');
    };
    faults.observe = () => {
      throw silent('cut-off');
    };
    await scene.sync();
    faults.lookup = () => undefined;
    faults.observe = () => undefined;
    await goBack();
    for (let pass = 0; pass < 3; pass += 1) {
      expect(story(await scene.sync())).toEqual(['unread directory']);
      scene.clock.now += 2 * HOUR_MS;
    }
    expect(await scene.store.journal.open()).toHaveLength(1);
    // An operator's word ends the doubt: then it counts as not made, and is made again.
    await rebuild();
    expect(story(await scene.sync())).toEqual(['update anna']);
    expect(await scene.store.journal.open()).toEqual([]);
  });

  test('D6: an operator who accepts its state is shown what is given up, and the work goes on', async () => {
    await running();
    const goBack = await snapshot();
    await scene.declare({ ...renamed(['anna']), ...blocked('berit'), ...person('emil') });
    await scene.sync();
    await goBack();
    await scene.sync();
    const { doubt, deleted } = await rebuild();
    // The lane shut Berit out again at once.
    expect(doubt?.lost).toEqual([
      { key: 'anna', what: ['displayName', 'givenName'] },
      { key: 'emil', what: ['the account'] },
    ]);
    expect(deleted).toEqual(['emil']);
    expect(story(await scene.sync())).toEqual(['update anna', '(gone)']);
    expect(await scene.directory.isEnabled('berit')).toBe(false);
  });

  test('D6: a dry run notices it as well, and writes nothing down', async () => {
    await running();
    const goBack = await snapshot();
    await scene.declare(renamed(['anna']));
    await scene.sync();
    await goBack();
    const before = await scene.store.servers.all('directory');
    expect(story(await scene.plan())).toEqual(['unread directory']);
    expect(await scene.store.servers.all('directory')).toEqual(before);
  });

  test('D6: an order of an operator is refused there, except a block', async () => {
    await running();
    const goBack = await snapshot();
    await scene.declare(renamed(['anna']));
    await scene.sync();
    await goBack();
    await scene.store.orders.block({
      id: 'b1',
      scope: 'user',
      target: 'anna',
      reason: 'now',
      by: 'oper',
      at: scene.clock.now,
      until: null,
    });
    expect(story(await passLane(scene.parts(), 'block', true))).toContain('disable anna');
    await scene.directory.disable('berit');
    await expect(enableByOrder(scene.parts(), 'berit', OPERATOR)).rejects.toThrow('went back in time');
  });
});

describe('D6: a server that was restored properly', () => {
  test('D6: where nothing of ours is missing it counts again, and says so once', async () => {
    await running();
    await anotherLife();
    const report = await scene.sync();
    expect(story(report)).toEqual(['(server)']);
    expect(exitCodeOf(report)).toBe(0);
    expect(story(await scene.sync())).toEqual([]);
  });

  test('D6: whoever is missing something gains nothing until it comes back; everybody else goes on', async () => {
    await running();
    await scene.declare(blocked('carl'));
    await scene.sync();
    const goBack = await snapshot();
    await scene.declare({ ...renamed(['anna']), ...blocked('carl', '2026-06-15'), ...person('emil') });
    await scene.sync();
    const emil = await scene.directory.account('emil');
    await goBack();
    await anotherLife();
    faults.written.length = 0;
    await scene.declare(renamed(['anna', 'berit']));
    const report = await scene.sync();
    expect(story(report)).toEqual(['update berit', '(lost-write)', '(lost-write)', '(lost-write)']);
    expect(exitCodeOf(report)).toBe(2);
    expect(faults.written).toEqual(['update berit']);
    expect(story(await scene.sync())).toEqual(['(lost-write)', '(lost-write)', '(lost-write)']);

    // Replication from the other servers brings it back.
    await scene.directory.restore(emil);
    await scene.directory.enable('carl');
    await scene.directory.set('anna', { givenName: 'Ida', displayName: 'Ida Jensen' });
    expect(story(await scene.sync())).toEqual(['(server)']);
    expect(story(await scene.sync())).toEqual([]);
  });

  test('D6: a lost disable is done again at once', async () => {
    await running();
    const goBack = await snapshot();
    await scene.declare(person('anna', { state: 'active', ends: '2026-06-14' }));
    await scene.sync();
    expect(await scene.directory.isEnabled('anna')).toBe(false);
    await goBack();
    await anotherLife();
    expect(sorted(story(await scene.sync()))).toEqual(['(lost-write)', 'disable anna']);
    expect(await scene.directory.isEnabled('anna')).toBe(false);
  });
});

describe('D5: several servers, one of them of the past', () => {
  test('D5: another one is used while the first has gone back, and its blocks reach both', async () => {
    await running({ servers: 2 });
    const [first, second] = scene.servers;
    if (first === undefined || second === undefined) throw new RangeError('two servers');
    const goBack = await snapshot();
    await scene.declare(renamed(['anna']));
    await scene.sync();
    await second.replicateFrom(first);
    await goBack();
    await scene.declare({ ...renamed(['anna', 'berit']), ...blocked('carl') });
    const report = await scene.sync();
    expect(sorted(story(report))).toEqual(['(server)', 'disable carl', 'disable carl', 'update berit']);
    expect(report.plan.read[0]?.server).toContain(second.file);
    expect(await first.isEnabled('carl')).toBe(false);
    expect((await first.account('berit')).values.givenName).toBe('Anna');
  });

  test('D5: after a fail-over, what the other server has not heard of yet is not taken for done by hand', async () => {
    await running({ servers: 2 });
    const [first, second] = scene.servers;
    if (first === undefined || second === undefined) throw new RangeError('two servers');
    await second.replicateFrom(first);
    await scene.declare(blocked('anna'));
    const alone = await takeOffline(second);
    await scene.sync();
    await alone();
    const back = await takeOffline(first);
    // The block is lifted while the second server shows Anna as she was before it.
    await scene.declare(blocked('anna', '2026-06-15'));
    expect(story(await scene.sync())).toEqual(['(lost-write)']);
    await back();
    await second.replicateFrom(first);
    expect(story(await scene.sync())).toEqual(['enable anna']);
    expect(planned(await scene.plan())).toEqual([]);
  });

  test('D5: an hour after the latest work, what the other server shows counts', async () => {
    await running({ servers: 2 });
    const [first, second] = scene.servers;
    if (first === undefined || second === undefined) throw new RangeError('two servers');
    await second.replicateFrom(first);
    await scene.declare(renamed(['anna']));
    await scene.sync();
    await takeOffline(first);
    expect(story(await scene.sync())).toEqual(['(lost-write)']);
    scene.clock.now += 2 * HOUR_MS;
    expect(story(await scene.sync())).toEqual(['update anna']);
  });
});
