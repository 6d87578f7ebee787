/** Tokens for passcodes by SMS: from the repository to the system that sends them, beside the directory. */
import { afterEach, describe, expect, test } from 'vitest';
import { blockByOrder, unblockByOrder } from '../../src/core/operations/block.ts';
import { planAt } from '../../src/core/operations/plan-at.ts';
import { rebuildLedger } from '../../src/core/operations/rebuild.ts';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import { whyOf } from '../../src/core/why.ts';
import { MusterError } from '../../src/errors.ts';
import { pageOf } from '../support/catastrophe.ts';
import { CBS, DTU, makeCompany } from '../support/company.ts';
import { blocks, people, person } from '../support/desired-state.ts';
import { noFaults, withFaults } from '../support/faulty-reconciler.ts';
import { DAY_MS } from '../support/reconciliation.ts';
import { OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

async function running(options: SceneOptions = {}): Promise<Scene> {
  scene = await makeCompany({ tokens: true, ...options });
  return scene;
}

const TODAY = '2026-06-15';
const NEW_NUMBER = '+45 20 99 99 99';
const NEW = '+4520999999';
/** `tokens: disable anna applied`. */
const bySystem = ({ applied }: Report) =>
  sorted(
    applied.map(
      ({ change, outcome }) => `${change.address.system}: ${change.kind} ${change.address.key} ${outcome.status}`,
    ),
  );
const blocked = (target: string, more: { until?: string; lifted?: string } = {}) => ({ target, from: TODAY, ...more });

describe('a person who is declared', () => {
  test('gets one token with their number, in the very pass that makes the account', async () => {
    await running();
    for (const name of [...CBS, ...DTU]) expect(await scene.tokens.reached(name)).toHaveLength(1);
    await scene.declare(person('eva', { phone: NEW_NUMBER }));
    const report = await scene.sync();
    expect(bySystem(report)).toEqual(['directory: create eva applied', 'tokens: create eva applied']);
    expect(exitCodeOf(report)).toBe(0);
    expect(await scene.tokens.reached('eva')).toEqual([NEW]);
    const before = await scene.tokens.text();
    expect((await scene.plan()).plan.changes).toEqual([]);
    await scene.sync();
    expect(await scene.tokens.text()).toBe(before);
  });

  test('has the number changed in place, and stays reachable by no other', async () => {
    await running();
    const before = await scene.tokens.of('anna');
    await scene.declare(person('anna', { phone: NEW_NUMBER }));
    expect(bySystem(await scene.sync())).toEqual(['directory: update anna applied', 'tokens: update anna applied']);
    expect(await scene.tokens.of('anna')).toEqual({ ...before, phone: NEW });
  });
});

describe('whoever may not log in', () => {
  test('gets no passcodes while that is so, from the same token before and after', async () => {
    await running();
    const before = await scene.tokens.of('anna');
    await scene.declare(blocks('user', [blocked('anna')]));
    expect(bySystem(await scene.sync())).toEqual(['directory: disable anna applied', 'tokens: disable anna applied']);
    expect(await scene.tokens.of('anna')).toEqual({ ...before, enabled: false });
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY })]));
    expect(bySystem(await scene.sync())).toEqual(['directory: enable anna applied', 'tokens: enable anna applied']);
    expect(await scene.tokens.of('anna')).toEqual(before);
  });
});

describe('closing', () => {
  test('switches the token off and leaves it there: nothing is revoked, nothing deleted', async () => {
    await running();
    const before = await scene.tokens.of('anna');
    await scene.declare(person('anna', { state: 'closed' }));
    expect(bySystem(await scene.sync())).toEqual(['directory: disable anna applied', 'tokens: disable anna applied']);
    expect(await scene.tokens.of('anna')).toEqual({ ...before, enabled: false, revoked: false });
    await scene.sync();
    expect(await scene.tokens.all()).toHaveLength(CBS.length + DTU.length);
  });

  test('reaches the token by its serial where the system can’t say any more whose it is', async () => {
    await running();
    const { serial } = await scene.tokens.of('anna');
    await scene.tokens.change(serial, { user: null });
    expect(story(await scene.sync())).toEqual(['(marked-otherwise)']);
    await scene.declare(person('anna', { state: 'closed' }));
    await scene.sync();
    expect((await scene.tokens.all()).filter(({ enabled }) => !enabled).map((one) => one.serial)).toEqual([serial]);
  });

  test('is undone with the number that is declared by then', async () => {
    await running();
    const { serial } = await scene.tokens.of('anna');
    await scene.declare(person('anna', { state: 'closed' }));
    await scene.sync();
    await scene.declare(person('anna', { phone: NEW_NUMBER }));
    await scene.sync();
    expect(await scene.tokens.of('anna')).toMatchObject({ serial, enabled: true, phone: NEW });
  });
});

describe('dates', () => {
  test('make a token on the first day, and switch it off after the last', async () => {
    await running();
    await scene.declare(person('eva', { starts: '2026-06-18', ends: '2026-06-25' }));
    await scene.sync();
    expect(await scene.tokens.reached('eva')).toEqual([]);
    scene.clock.now += 4 * DAY_MS;
    await scene.sync();
    expect(await scene.tokens.reached('eva')).toHaveLength(1);
    scene.clock.now += 10 * DAY_MS;
    await scene.sync();
    expect(await scene.tokens.of('eva')).toMatchObject({ enabled: false });
  });
});

describe('the limits', () => {
  test('T1: many new numbers at once wait, in the directory and in the tokens alike', async () => {
    await running({ limits: { phone: { people: 1 } } });
    const [before, files] = [
      await scene.tokens.text(),
      ['anna', 'berit'].map((name) => person(name, { phone: NEW_NUMBER })),
    ];
    await scene.declare(Object.assign({}, ...files));
    const report = await scene.sync();
    expect(report.holds.map(({ rule, changes }) => `${rule} ${changes.length}`)).toEqual(['phone 4']);
    expect(await scene.tokens.text()).toBe(before);
    await scene.approve(report);
    await scene.sync();
    expect(await scene.tokens.reached('berit')).toEqual([NEW]);
  });

  test('count a person once, however many systems they get something in', async () => {
    await running({ limits: { create: { people: 2 } } });
    await scene.declare(people(['eva', 'finn']));
    expect(bySystem(await scene.sync())).toHaveLength(4);
    await scene.declare(people(['gro', 'hans', 'ida']));
    expect(story(await scene.sync())).toContain('held create: 6');
    expect(await scene.tokens.reached('gro')).toEqual([]);
  });
});

describe('somebody without an account of Muster’s', () => {
  test('gets no token, and nothing is said of it but about the account', async () => {
    await running();
    await scene.directory.add('eva');
    await scene.declare(person('eva'));
    expect(story(await scene.sync())).toEqual(['(exists-not-ours)']);
    expect(await scene.tokens.reached('eva')).toEqual([]);
  });

  test('gets none in a pass in which the account could not be made', async () => {
    const faults = noFaults();
    await running({ around: (reconciler) => withFaults(reconciler, faults) });
    faults.write = () =>
      Promise.reject(new MusterError({ remedy: 'retry', where: 'dc1', what: 'Busy.', next: 'Wait.' }));
    await scene.declare(person('eva'));
    const report = await scene.sync();
    expect(bySystem(report)).toEqual(['directory: create eva failed', 'tokens: create eva skipped']);
    faults.write = (_change, real) => real();
    expect(bySystem(await scene.sync())).toEqual(['directory: create eva applied', 'tokens: create eva applied']);
  });

  test('gets it later where the system of tokens does not know them yet', async () => {
    await running();
    await scene.tokens.knowOnly([...CBS, ...DTU]);
    await scene.declare(person('eva'));
    expect(bySystem(await scene.sync())).toEqual(['directory: create eva applied', 'tokens: create eva skipped']);
    await scene.tokens.knowOnly([...CBS, ...DTU, 'eva']);
    expect(bySystem(await scene.sync())).toEqual(['tokens: create eva applied']);
    expect(exitCodeOf(await scene.sync())).toBe(0);
  });
});

test('an operator’s block takes the token along, and its end gives it back', async () => {
  await running();
  const reason = { by: 'oper', reason: 'phone stolen' };
  await blockByOrder(scene.parts(), { scope: 'user', target: 'anna', ...reason, until: null });
  expect(await scene.tokens.reached('anna')).toEqual([]);
  await unblockByOrder(scene.parts(), { scope: 'user', target: 'anna', ...reason });
  await scene.sync();
  expect(await scene.tokens.reached('anna')).toHaveLength(1);
});

test('what a date will bring is shown ahead, and nothing is written for it', async () => {
  await running();
  await scene.declare({ ...person('anna', { ends: '2026-06-20' }), ...person('eva', { starts: '2026-06-20' }) });
  await scene.settle();
  const before = await scene.tokens.text();
  const { report } = await planAt(scene.parts(), scene.clock.now + 10 * DAY_MS, '2026-06-25');
  const coming = report.plan.changes.map(({ address, kind }) => `${address.system}: ${kind} ${address.key}`);
  expect(sorted(coming)).toEqual([
    'directory: create eva',
    'directory: disable anna',
    'tokens: create eva',
    'tokens: disable anna',
  ]);
  expect(await scene.tokens.text()).toBe(before);
});

test('what happens to tokens is told in their own words', async () => {
  await running();
  await scene.declare({ ...person('eva'), ...blocks('user', [blocked('anna')]) });
  const plan = pageOf(await scene.plan());
  for (const words of [
    '1 person gets no passcodes any more',
    '1 person gets a token',
    'New tokens for passcodes by SMS',
  ]) {
    expect(plan).toContain(words);
  }
  await scene.sync();
  const { systems, history } = await whyOf(scene.parts(), null, 'anna');
  expect(systems.map(({ system }) => system)).toEqual(['directory', 'tokens']);
  expect(systems[1]).toMatchObject({ things: [{ enabled: false, ownership: 'ours', usable: false }] });
  expect(history.map(({ thing, kind }) => `${thing ?? 'account'} ${kind}`)).toContain('token disable');
});

test('after the database was lost, the tokens are found again by their numbers, and none is made', async () => {
  await running();
  await scene.declare(person('anna', { state: 'closed' }));
  await scene.sync();
  const before = await scene.tokens.text();
  await scene.loseStore();
  expect(bySystem(await scene.sync())).toEqual([]);
  const { digest } = await rebuildLedger(scene.parts(), null);
  await rebuildLedger(scene.parts(), { ...OPERATOR, digest });
  const report = await scene.sync();
  expect(bySystem(report)).toEqual(['berit', 'carl', 'dora', 'emil'].map((name) => `tokens: adopt ${name} applied`));
  expect(await scene.tokens.text()).toBe(before);
  await scene.declare(blocks('user', [blocked('berit')]));
  await scene.sync();
  expect(await scene.tokens.reached('berit')).toEqual([]);
});
