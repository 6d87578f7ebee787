/** Modes by institution: who is only observed has nothing written anywhere, and everything shown. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Mode, ModeSettings } from '../../src/core/modes.ts';
import { adopt } from '../../src/core/operations/adopt.ts';
import { blockByOrder } from '../../src/core/operations/block.ts';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { pass } from '../../src/core/pass.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { whyOf } from '../../src/core/why.ts';
import { pageOf } from '../support/catastrophe.ts';
import { makeCompany } from '../support/company.ts';
import { blocks, institution, mailBlocks, people, person } from '../support/desired-state.ts';
import { user } from '../support/model-builder.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { planned, sorted, story } from '../support/story.ts';
import { taskScene } from '../support/task-scene.ts';

let scene: Scene;
afterEach(() => scene?.close());

const TODAY = '2026-06-15';
const NEW_NUMBER = '+45 28 00 00 00';

/** Five people in the care of Muster; then DTU is put back to be observed. */
async function observingDtu(options: SceneOptions = {}): Promise<void> {
  const modes = new Map<string, Mode>();
  scene = await makeCompany({ mailBlocks: true, tokens: true, modes, ...options });
  modes.set('dtu', 'observe');
}

const everything = async () => [
  await scene.directory.bytes(),
  await scene.tokens.text(),
  await scene.mailList.refused(),
  await scene.outbox.list(),
];

describe('an institution that is only observed', () => {
  test.each([
    ['a new person', person('eva', { institution: 'dtu' })],
    ['a new phone number', person('dora', { institution: 'dtu', phone: NEW_NUMBER })],
    ['an end', person('dora', { institution: 'dtu', ends: '2026-01-01' })],
    ['a closing', person('dora', { institution: 'dtu', state: 'closed' })],
    ['a block of a person', blocks('user', [{ target: 'dora', from: TODAY }])],
    ['a block of the institution', blocks('institution', [{ target: 'dtu', from: TODAY }])],
    ['a block of mail', mailBlocks({ target: 'dora', from: TODAY })],
  ])('has nothing written of %s in any system, and all of it planned and shown', async (_what, files) => {
    await observingDtu();
    const before = await everything();
    await scene.declare(files);
    const report = await scene.sync();
    expect(report.applied).toEqual([]);
    expect(report.holds).toEqual([]);
    expect(report.plan.changes.length).toBeGreaterThan(0);
    expect(report.observed).toEqual([...new Set(report.plan.changes.map(({ person: { key } }) => key))]);
    expect(pageOf(report)).toContain('Only observed: ');
    expect(await everything()).toEqual(before);
  });

  test.each([
    ['plan', () => scene.plan()],
    ['sync', () => scene.sync()],
  ])('has an alarm of each thing by which somebody blocked still gets in, in %s', async (_what, run) => {
    await observingDtu();
    await scene.declare(blocks('user', [{ target: 'dora', from: TODAY }]));
    const alarms = (await run()).plan.notices.filter(({ urgent }) => urgent);
    expect(alarms.map(({ kind, system, person: who }) => [kind, system, who])).toEqual(
      ['directory', 'mail', 'tokens'].map((system) => ['still-enabled', system, 'Anna Jensen (dora)']),
    );
    expect(alarms[0]?.next).toBe(
      'Disable the account by hand now; Muster writes nothing there while it is only observed.',
    );
  });

  test('has the same alarm where everybody is only observed', async () => {
    scene = await makeCompany();
    await scene.declare(blocks('user', [{ target: 'dora', from: TODAY }]));
    const parts = scene.parts();
    const observing = { ...parts, settings: { ...parts.settings, mode: 'observe' as const } };
    const { notices } = (await pass(observing, { trigger: 'command', dryRun: true })).plan;
    expect(notices.filter(({ urgent }) => urgent).map(({ kind }) => kind)).toEqual(['still-enabled']);
  });

  test('has the very changes done once it is looked after', async () => {
    const modes = new Map<string, Mode>();
    scene = await makeCompany({ modes });
    modes.set('dtu', 'observe');
    await scene.declare(person('dora', { institution: 'dtu', phone: NEW_NUMBER }));
    const observed = await scene.sync();
    modes.delete('dtu');
    const enforced = await scene.sync();
    expect(enforced.applied.map(({ change }) => change)).toEqual(observed.plan.changes);
    expect(enforced.observed).toBeUndefined();
    expect((await scene.plan()).plan.changes).toEqual([]);
  });

  test('keeps nobody else waiting, and uses nothing of the limits up', async () => {
    await observingDtu({ limits: { phone: { people: 1 } } });
    await scene.declare({
      ...people(['dora', 'emil'], { institution: 'dtu', phone: NEW_NUMBER }),
      ...person('anna', { phone: NEW_NUMBER }),
    });
    const report = await scene.sync();
    expect(story(report)).toEqual(['update anna', 'update anna']);
    expect(exitCodeOf(report)).toBe(0);
  });

  test('has no value accepted of what its people change in the meantime', async () => {
    await observingDtu();
    await scene.declare(person('dora', { institution: 'dtu', given: 'Doris' }));
    await scene.directory.set('dora', { givenName: 'Doris', displayName: 'Doris Jensen' });
    const before = await scene.store.ledger.all('directory');
    await scene.sync();
    expect(await scene.store.ledger.all('directory')).toEqual(before);
  });

  test('takes everybody below it along, but those with a mode of their own', async () => {
    const modes = new Map<string, Mode>([
      ['dtu', 'observe'],
      ['lab', 'enforce'],
    ]);
    scene = await makeScene({ modes });
    const below = (id: string, above: string) => ({
      [`institutions/${id}.yaml`]: `id: ${id}\nname: ${id}\ncontacts: [a@example.org]\npartOf: ${above}\n`,
    });
    await scene.declare({
      ...institution('dtu', 'DTU'),
      ...below('compute', 'dtu'),
      ...below('lab', 'compute'),
      ...person('anna', { institution: 'dtu' }),
      ...person('berit', { institution: 'compute' }),
      ...person('carl', { institution: 'lab' }),
    });
    expect(story(await scene.sync())).toEqual(['create carl']);
  });

  test('is the rule where everybody is, but for the institutions that are looked after', async () => {
    scene = await makeScene({ mode: 'observe', modes: new Map([['dtu', 'enforce']]) });
    await scene.declare({
      ...institution('cbs', 'CBS'),
      ...institution('dtu', 'DTU'),
      ...person('anna'),
      ...person('dora', { institution: 'dtu' }),
    });
    const plan = await scene.plan();
    expect(sorted(planned(plan))).toEqual(['create anna gives create', 'create dora gives create']);
    expect(plan.observed).toEqual(['anna']);
    expect(story(await scene.sync())).toEqual(['create dora']);
    expect(await scene.directory.enabled()).toEqual(['dora']);
  });
});

describe('an operator who acts on somebody who is only observed', () => {
  const order = (target: string, scope: 'user' | 'institution') =>
    blockByOrder(scene.parts(), { ...OPERATOR, target, scope, until: null });

  test.each([
    ['blocks a person', () => order('dora', 'user')],
    ['blocks the institution', () => order('dtu', 'institution')],
    ['gives back', () => enableByOrder(scene.parts(), 'dora', OPERATOR)],
  ])('%s, and is refused in plain words before anything is recorded', async (_what, act) => {
    await observingDtu();
    const before = await everything();
    await expect(act()).rejects.toMatchObject({
      what: "DTU (dtu) is only observed, so nothing of its people's is written, blocks included.",
      next: 'Set "modes: { dtu: enforce }" in the configuration when Muster should act there; until then do it by hand.',
    });
    expect(await scene.store.orders.blocks(0)).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  test('adopts, and is refused, though what it would change is shown', async () => {
    await observingDtu();
    await scene.declare(person('eva', { institution: 'dtu' }));
    await scene.directory.add('eva');
    const { adopts } = await adopt(scene.parts(), ['eva'], null);
    expect(adopts).toHaveLength(1);
    await expect(adopt(scene.parts(), ['eva'], OPERATOR)).rejects.toMatchObject({ where: 'configuration, "modes"' });
  });

  test('blocks an observed institution above one that is looked after: its people are shut out, and the rest is named', async () => {
    const modes = new Map<string, Mode>();
    scene = await makeCompany({ modes });
    const partOf = (id: string) => `id: ${id}\nname: ${id}\ncontacts: [a@example.org]\npartOf: uni\n`;
    await scene.declare({
      'institutions/uni.yaml': 'id: uni\nname: Uni\ncontacts: [a@example.org]\n',
      'institutions/cbs.yaml': partOf('cbs'),
      'institutions/dtu.yaml': partOf('dtu'),
    });
    await scene.sync();
    modes.set('uni', 'observe').set('cbs', 'enforce');
    const report = await order('uni', 'institution');
    expect(await scene.directory.enabled()).toEqual(['dora', 'emil']);
    const named = report.plan.notices.filter(({ kind }) => kind === 'still-enabled').map(({ person: who }) => who);
    expect(named).toEqual(['Anna Jensen (dora)', 'Anna Jensen (emil)']);
    modes.set('cbs', 'observe');
    await expect(order('uni', 'institution')).rejects.toMatchObject({ where: 'configuration, "modes"' });
  });

  test('blocks an institution above it: the others are shut out, and who is observed is named', async () => {
    await observingDtu();
    const above = 'id: uni\nname: Uni\ncontacts: [a@example.org]\n';
    const partOf = (id: string) => `id: ${id}\nname: ${id}\ncontacts: [a@example.org]\npartOf: uni\n`;
    await scene.declare({
      'institutions/uni.yaml': above,
      'institutions/cbs.yaml': partOf('cbs'),
      'institutions/dtu.yaml': partOf('dtu'),
    });
    await scene.sync();
    const report = await order('uni', 'institution');
    expect(await scene.directory.enabled()).toEqual(['dora', 'emil']);
    expect(sorted(report.observed ?? [])).toEqual(['dora', 'emil']);
    const notOut = report.readBack.filter(({ shutOut }) => shutOut.verdict !== 'blocked');
    expect(notOut.map(({ label }) => label)).toEqual(['Anna Jensen (dora)', 'Anna Jensen (emil)']);
  });
});

test('why says that nothing of a person is written, and of whom it is', async () => {
  await observingDtu();
  await scene.declare(blocks('user', [{ target: 'dora', from: TODAY }]));
  await scene.sync();
  const answer = await whyOf(scene.parts(), null, 'dora');
  expect(answer.onlyObserved).toBe(
    "DTU (dtu) is only observed, so nothing of its people's is written, blocks included.",
  );
  expect(answer.outstanding.map(({ kind, urgent }) => [kind, urgent])).toContainEqual(['still-enabled', true]);
  const advice = [...answer.outstanding, ...answer.shutOut.outstanding].map(({ next }) => next);
  expect(advice.length).toBeGreaterThan(0);
  for (const next of advice)
    expect(next).toContain('by hand now; Muster writes nothing there while it is only observed.');
  expect((await whyOf(scene.parts(), null, 'anna')).onlyObserved).toBeUndefined();
});

test('a mode for an institution that does not exist holds everything but blocks, for it may have been meant to protect somebody', async () => {
  const modes = new Map<string, Mode>();
  scene = await makeCompany({ modes });
  modes.set('dtuu', 'observe');
  await scene.declare({
    ...person('dora', { institution: 'dtu', phone: NEW_NUMBER }),
    ...blocks('user', [{ target: 'anna', from: TODAY }]),
  });
  const report = await scene.sync();
  expect(story(report)).toEqual(['disable anna', 'held modes: 1', '(modes, urgent)']);
  expect(report.holds[0]?.because).toContain('"dtuu"');
  const [told, ...others] = (await scene.plan()).plan.notices.filter(({ kind }) => kind === 'modes');
  expect(told).toMatchObject({ urgent: true, next: 'Correct "modes" in the configuration.' });
  expect(told?.text).toContain('blocks and closings go out all the same');
  expect(others).toEqual([]);
});

test('a task is opened for nobody who is only observed, and is once they are looked after', async () => {
  const byHand = await taskScene();
  byHand.on('2026-03-02');
  byHand.declare({ 'users/a.yaml': [user('ajensen')] });
  await byHand.attend();
  byHand.declare({ 'users/a.yaml': [user('ajensen'), user('bmadsen')] });
  const modes: ModeSettings = { mode: 'enforce', modes: new Map([['cbs', 'observe']]) };
  expect(await byHand.attend({ modes })).toMatchObject({ opened: [], open: 0 });
  expect(await byHand.attend()).toMatchObject({ opened: [{ text: 'Give Anna Jensen (bmadsen) a badge' }] });
});
