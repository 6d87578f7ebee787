/** The daily record of agreement: what passes write down of themselves, and what somebody sees who asks. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { READY_DAYS, slicesOf } from '../../src/core/agreement.ts';
import type { Mode } from '../../src/core/modes.ts';
import { adopt } from '../../src/core/operations/adopt.ts';
import { pass } from '../../src/core/pass.ts';
import { statusOf } from '../../src/core/status.ts';
import { statusPage } from '../../src/http/status-page.ts';
import { dayOf } from '../../src/model/day.ts';
import { openStatusStore } from '../../src/store/status-store.ts';
import { institution, people, phoneOf } from '../support/desired-state.ts';
import { DAY_MS, HOUR_MS } from '../support/reconciliation.ts';
import { makeScene, OPERATOR, type Scene, takeOffline } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene?.close());

const ZONE = 'Europe/Copenhagen';
const NAMES = ['dora', 'emil', 'frida'];
const values = (name: string) => ({
  displayName: 'Anna Jensen',
  givenName: 'Anna',
  sn: 'Jensen',
  mail: `${name}@example.org`,
  mobile: phoneOf(name).replaceAll(' ', ''),
  company: 'DTU',
});
const recorded = () => scene.store.agreement.since(dayOf(0, ZONE));
const slices = async () => slicesOf(await recorded(), dayOf(scene.clock.now, ZONE));

/** An institution whose people have accounts that were there before Muster, and that is only observed. */
async function takingOver(): Promise<Map<string, Mode>> {
  const modes = new Map<string, Mode>([['dtu', 'observe']]);
  scene = await makeScene({ modes });
  await scene.declare({ ...institution('dtu', 'DTU'), ...people(NAMES, { institution: 'dtu' }) });
  for (const name of NAMES) await scene.directory.add(name, values(name));
  return modes;
}

test('an organisation is compared from day to day, made right, and looked after once it is ready, without a surprise', async () => {
  const modes = await takingOver();
  await scene.directory.set('emil', { mobile: '+4520999999' });
  await scene.sync();
  const [first] = await slices();
  expect(first).toMatchObject({ institution: 'dtu', mode: 'observe', cleanDays: 0, ready: false });
  expect(first?.now[0]).toMatchObject({ people: 3, agreeing: 0, unexplained: 1 });
  expect(first?.now[0]?.gaps.map(({ reason, attribute, people: n }) => [reason, attribute, n])).toEqual([
    ['to-adopt', null, 3],
    ['differs', 'mobile', 1],
  ]);
  await scene.directory.set('emil', { mobile: phoneOf('emil').replaceAll(' ', '') });
  const untouched = await scene.directory.bytes();
  for (let nth = 0; nth < READY_DAYS; nth += 1) {
    expect((await slices())[0]?.ready).toBe(false);
    scene.clock.now += DAY_MS;
    await scene.sync();
  }
  expect((await slices())[0]).toMatchObject({ ready: true, cleanDays: READY_DAYS });
  expect(await scene.directory.bytes()).toBe(untouched);
  modes.set('dtu', 'enforce');
  expect((await scene.sync()).applied).toEqual([]);
  await adopt(scene.parts(), NAMES, OPERATOR);
  expect((await scene.plan()).plan).toMatchObject({ changes: [], notices: [] });
  scene.clock.now += DAY_MS;
  await scene.sync();
  expect((await slices())[0]?.now[0]).toMatchObject({ mode: 'enforce', people: 3, agreeing: 3, gaps: [] });
});

test('each day is recorded once, by the first pass that can read the system', async () => {
  await takingOver();
  const back = await takeOffline(scene.directory);
  await scene.sync();
  expect(await recorded()).toEqual([]);
  await back();
  await scene.sync();
  const morning = await recorded();
  expect(morning).toHaveLength(1);
  scene.clock.now += HOUR_MS;
  await scene.directory.set('emil', { mobile: '+4520999999' });
  await scene.sync();
  expect(await recorded()).toEqual(morning);
  scene.clock.now += DAY_MS;
  await scene.sync();
  expect(await recorded()).toHaveLength(2);
});

test('the status page shows it, and which mode counts where', async () => {
  const modes = await takingOver();
  await scene.directory.set('emil', { mobile: '+4520999999' });
  await scene.sync();
  const memory = openStatusStore(join(scene.home, 'muster.db'));
  try {
    const site = {
      instance: 'demo',
      mode: 'enforce' as const,
      modes,
      systems: ['directory'],
      channels: [],
      timeZone: ZONE,
    };
    const status = await statusOf(memory, site, { alive: true, passingSince: null, next: null }, scene.clock.now);
    const page = statusPage({ status, happenings: [], days: [], timeZone: ZONE }).markup;
    expect(page).toContain('dtu: observe; observe writes nothing');
    expect(page).toContain('Agreement with the repository');
    expect(page).toMatch(/dtu<.*observe<.*0\.0 %<.*>1</);
  } finally {
    await memory.close();
  }
});

test('whoever asks sees how it is now, with everybody by name, and nothing is written down', async () => {
  await takingOver();
  const report = await pass(scene.parts(), { trigger: 'command', dryRun: true, compares: true });
  expect(report.agreement?.[0]?.gaps[0]?.first.map(({ key }) => key)).toEqual(NAMES);
  expect(await recorded()).toEqual([]);
});

test('where nothing may be written for anybody, it is recorded all the same', async () => {
  scene = await makeScene({ mode: 'observe' });
  await scene.declare({ ...institution('dtu', 'DTU'), ...people(NAMES, { institution: 'dtu' }) });
  await scene.sync();
  expect((await recorded()).map(({ institution: id, mode, gaps }) => [id, mode, gaps[0]?.reason])).toEqual([
    ['dtu', 'observe', 'to-make'],
  ]);
});
