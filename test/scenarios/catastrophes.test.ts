import { afterEach, describe, expect, test } from 'vitest';
import { rebuildLedger } from '../../src/core/operations/rebuild.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { CBS, DTU, makeCompany } from '../support/company.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { OU } from '../support/hand-directory.ts';
import { DAY_MS, HOUR_MS } from '../support/reconciliation.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { planned, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

async function running(options: SceneOptions = {}): Promise<Scene> {
  scene = await makeCompany(options);
  return scene;
}

describe('P4: unblocking by mistake', () => {
  const NAMES = Array.from({ length: 30 }, (_, nth) => `person${String(nth).padStart(2, '0')}`);

  /** Thirty people, all blocked by name. */
  async function thirtyBlocked(): Promise<void> {
    scene = await makeScene();
    const entries = NAMES.map((target) => ({ target, from: '2026-06-01' }));
    await scene.declare({ ...institution('cbs', 'CBS'), ...people(NAMES) });
    await scene.settle();
    await scene.declare(blocks('user', entries));
    await scene.settle();
    expect(await scene.directory.enabled()).toEqual([]);
  }

  test('the file of blocks is deleted: all stay blocked, and it is said', async () => {
    await thirtyBlocked();
    await scene.declare({ 'blocked-users.yaml': null });
    const report = await scene.sync();
    expect(planned(report)).toEqual([]);
    expect(report.plan.heldEntries.filter(({ condition }) => condition === 'vanished')).toHaveLength(30);
    scene.clock.now += 90 * DAY_MS;
    expect(planned(await scene.sync())).toEqual([]);
    expect(await scene.directory.enabled()).toEqual([]);
  });

  test('entries are deleted, or the file is emptied: all stay blocked', async () => {
    await thirtyBlocked();
    await scene.declare(blocks('user', [{ target: 'person00', from: '2026-06-01' }]));
    expect(planned(await scene.sync())).toEqual([]);
    await scene.declare({ 'blocked-users.yaml': '[]\n' });
    expect(planned(await scene.sync())).toEqual([]);
  });

  test('the people of a deleted block stay blocked also when they are declared anew', async () => {
    await thirtyBlocked();
    await scene.declare({ 'blocked-users.yaml': null, ...person('person00', { given: 'Berit' }) });
    expect(planned(await scene.sync())).toEqual(['update person00 neither update']);
    expect(await scene.directory.enabled()).toEqual([]);
  });

  test('all are lifted at once: over the limit of lifting, all wait for an approval', async () => {
    await thirtyBlocked();
    await scene.declare(
      blocks(
        'user',
        NAMES.map((target) => ({ target, from: '2026-06-01', lifted: '2026-06-15' })),
      ),
    );
    const report = await scene.sync();
    expect(story(report)).toEqual(['held lift: 30']);
    expect(await scene.directory.enabled()).toEqual([]);
    await scene.approve(report);
    await scene.sync();
    expect(await scene.directory.enabled()).toEqual(NAMES);
  });

  test('the declarations of people vanish along with their block: nobody gets anything', async () => {
    await thirtyBlocked();
    await scene.declare({
      'blocked-users.yaml': null,
      ...Object.fromEntries(NAMES.map((name) => [`users/cbs/${name}.yaml`, null])),
    });
    expect(planned(await scene.sync())).toEqual([]);
  });
});

describe('P6: the world changes between the approval and the pass', () => {
  const NAMES = Array.from({ length: 12 }, (_, nth) => `person${String(nth).padStart(2, '0')}`);

  /** Twelve new numbers, which is more than the limit of phone numbers, approved but not yet written. */
  async function approvedNumbers(): Promise<void> {
    scene = await makeScene();
    await scene.declare({ ...institution('cbs', 'CBS'), ...people(NAMES) });
    await scene.settle();
    for (const [nth, name] of NAMES.entries()) {
      await scene.declare(person(name, { phone: `+45 28 00 00 ${String(nth).padStart(2, '0')}` }));
    }
    const report = await scene.sync();
    expect(story(report)).toEqual(['held phone: 12']);
    await scene.approve(report);
  }

  test('what is still the same goes, what differs is judged anew', async () => {
    await approvedNumbers();
    await scene.directory.set('person00', { mobile: '+4528999999' });
    await scene.declare(person('person01', { phone: '+45 28 99 99 98' }));
    const report = await scene.sync();
    const approved = report.applied.filter((one) => one.approved).map(({ change }) => change.address.key);
    expect(approved).toEqual(NAMES.slice(2));
    // Two are within the limit by themselves: they count, as any change that nobody approved.
    expect(report.applied.filter((one) => !one.approved).map(({ change }) => change.address.key)).toEqual(
      NAMES.slice(0, 2),
    );
  });

  test('an account deleted and made again by hand meanwhile is not written to', async () => {
    await approvedNumbers();
    await scene.directory.remove('person00');
    const stranger = await scene.directory.add('person00', { mobile: '+4528777777' });
    const report = await scene.sync();
    expect(report.applied.map(({ change }) => change.address.key)).toEqual(NAMES.slice(1));
    expect(await scene.directory.account('person00')).toEqual(stranger);
  });

  test('an approval ends', async () => {
    await approvedNumbers();
    scene.clock.now += 24 * HOUR_MS;
    expect(story(await scene.sync())).toEqual(['held phone: 12']);
  });
});

describe('P7: an empty database', () => {
  test('over an empty directory is a first run', async () => {
    scene = await makeScene();
    await scene.declare({ ...institution('cbs', 'CBS'), ...person('anna') });
    expect(story(await scene.sync())).toEqual(['create anna']);
  });

  test('over accounts without marks touches none of them, and holds the declared ones', async () => {
    scene = await makeScene();
    await scene.directory.add('anna');
    await scene.directory.add('berit', { adminDescription: 'belongs to payroll' });
    await scene.directory.add('zoe');
    await scene.directory.add('carl', {}, OU.staff);
    const before = await scene.directory.bytes();
    await scene.declare({ ...institution('cbs', 'CBS'), ...people([...CBS]) });
    expect(story(await scene.sync())).toEqual(['(exists-not-ours)', '(foreign)', '(exists-not-ours)']);
    expect(await scene.directory.bytes()).toBe(before);
  });

  test('over accounts with marks is a lost store: nothing is done but blocking', async () => {
    await running();
    await scene.loseStore();
    await scene.declare({ ...person('anna', { phone: '+45 28 00 00 00' }), ...person('frida') });
    const before = await scene.directory.bytes();
    const report = await scene.sync();
    expect(story(report)).toEqual(['held store-lost: 1', ...[...CBS, ...DTU].map(() => '(unknown-mark)')]);
    expect(await scene.directory.bytes()).toBe(before);
    expect(exitCodeOf(report)).toBe(2);
  });

  test('the block lane works by marks; rebuilt, the next plan is empty', async () => {
    await running();
    await scene.directory.disable('dora');
    const stranger = await scene.directory.add('gustav', { adminDescription: 'muster:other-instance:anna:a1' });
    await scene.loseStore();
    await scene.declare(blocks('institution', [{ target: 'cbs', from: '2026-06-10' }]));
    const report = await scene.sync();
    expect(
      report.applied.map(({ change, outcome }) => `${change.kind} ${change.address.key} ${outcome.status}`),
    ).toEqual(CBS.map((name) => `disable ${name} applied`));
    expect(await scene.directory.enabled()).toEqual(['emil', 'gustav']);
    const shown = await rebuildLedger(scene.parts(), null);
    expect(shown).toMatchObject({ refused: [], disabled: ['dora'], done: false });
    expect(shown.rows.map(({ key }) => key)).toEqual(DTU);
    const before = await scene.directory.bytes();
    await rebuildLedger(scene.parts(), { ...OPERATOR, digest: shown.digest });
    const after = await scene.sync();
    expect(story(after)).toEqual(['(disabled-by-hand)']);
    expect(await scene.directory.bytes()).toBe(before);
    expect(await scene.directory.account('gustav')).toEqual(stranger);
    // Whom the lane shut out is given back when the block is lifted; who was disabled before is not.
    await scene.declare(blocks('institution', [{ target: 'cbs', from: '2026-06-10', lifted: '2026-06-15' }]));
    await scene.sync();
    expect(await scene.directory.enabled()).toEqual([...CBS, 'emil', 'gustav']);
  });

  test('rebuilding is refused when what would be learned is not what was approved', async () => {
    await running();
    await scene.loseStore();
    const { digest } = await rebuildLedger(scene.parts(), null);
    await scene.directory.disable('anna');
    await expect(rebuildLedger(scene.parts(), { ...OPERATOR, digest })).rejects.toThrow('not what was approved');
    expect(await scene.store.ledger.all('directory')).toEqual([]);
    await expect(rebuildLedger(scene.parts(), { ...OPERATOR, digest: '' })).rejects.toThrow('not what was approved');
  });

  test('D1: too many deleted accounts stop the bulk until an operator says that they are really gone', async () => {
    const names = Array.from({ length: 9 }, (_, nth) => `person${nth}`);
    scene = await makeScene();
    await scene.declare({ ...institution('cbs', 'CBS'), ...people(names) });
    await scene.settle();
    const [kept, ...deleted] = names;
    for (const name of deleted) await scene.directory.remove(name);
    expect((await scene.sync()).plan.unread).toMatchObject([
      { next: expect.stringContaining('muster ledger rebuild') },
    ]);
    const shown = await rebuildLedger(scene.parts(), null);
    expect(shown).toMatchObject({ rows: [], deleted, done: false });
    await rebuildLedger(scene.parts(), { ...OPERATOR, digest: shown.digest });
    const report = await scene.sync();
    expect(report.plan.unread).toEqual([]);
    expect(story(report)).toEqual(deleted.map(() => '(gone)'));
    expect(await scene.directory.enabled()).toEqual([kept]);
  });

  test('a copied mark is trusted for neither account', async () => {
    await running();
    const { adminDescription = '' } = (await scene.directory.account('anna')).values;
    await scene.directory.add('anna2', { adminDescription });
    await scene.loseStore();
    const shown = await rebuildLedger(scene.parts(), null);
    expect(shown.rows.map(({ key }) => key)).toEqual(['berit', 'carl', ...DTU]);
    expect(shown.refused).toHaveLength(2);
  });

  test('a copied mark gets no second row where the ledger knows the account', async () => {
    await running();
    const { adminDescription = '' } = (await scene.directory.account('anna')).values;
    await scene.directory.add('anna2', { adminDescription });
    const shown = await rebuildLedger(scene.parts(), null);
    expect(shown.rows).toEqual([]);
    expect(shown.refused).toMatchObject([{ because: expect.stringContaining('another account') }]);
  });
});
