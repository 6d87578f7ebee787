import { afterEach, describe, expect, test } from 'vitest';
import { adopt } from '../../src/core/operations/adopt.ts';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { whyOf } from '../../src/core/why.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { whyPage } from '../../src/views/why.ts';
import { pageOf } from '../support/catastrophe.ts';
import { DTU, makeCompany } from '../support/company.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { TIME_ZONE } from '../support/ground.ts';
import { DAY_MS, HOUR_MS } from '../support/reconciliation.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

async function running(options: SceneOptions = {}): Promise<Scene> {
  scene = await makeCompany(options);
  return scene;
}

describe('the first run', () => {
  test('goes through the gate: more than a handful of new accounts wait for an approval, and then are made', async () => {
    scene = await makeScene();
    const names = Array.from({ length: 8 }, (_, nth) => `person${nth}`);
    await scene.declare({ ...institution('cbs', 'CBS'), ...people(names) });
    const first = await scene.sync();
    expect(story(first)).toEqual(['held create: 8']);
    expect(exitCodeOf(first)).toBe(2);
    expect(await scene.directory.writes()).toBe(0);
    await scene.approve(first);
    const second = await scene.sync();
    expect(second.applied.every(({ outcome, approved }) => outcome.status === 'applied' && approved)).toBe(true);
    expect(exitCodeOf(second)).toBe(0);
    expect(await scene.directory.enabled()).toEqual(names);
    expect((await scene.outbox.list()).map(({ username, state }) => `${username} ${state}`)).toEqual(
      names.map((name) => `${name} ready`),
    );
  });

  test('of somebody who starts later, or is blocked, makes nothing yet', async () => {
    scene = await makeScene();
    await scene.declare({
      ...institution('cbs', 'CBS'),
      ...person('anna', { starts: '2026-07-01' }),
      ...person('berit', { ends: '2026-06-01' }),
      ...person('carl', { state: 'closed' }),
      ...person('dora'),
      ...blocks('user', [{ target: 'dora', from: '2026-06-01' }]),
    });
    expect(story(await scene.sync())).toEqual([]);
    scene.clock.now += 20 * DAY_MS;
    expect(story(await scene.sync())).toEqual(['create anna']);
  });
});

describe('a second pass', () => {
  test('writes nothing, neither to the directory nor to the outbox', async () => {
    await running();
    const before = await scene.directory.bytes();
    const letters = await scene.outbox.list();
    for (let pass = 0; pass < 3; pass += 1) {
      scene.clock.now += HOUR_MS;
      const report = await scene.sync('schedule');
      expect(story(report)).toEqual([]);
      expect(exitCodeOf(report)).toBe(0);
    }
    expect(await scene.directory.bytes()).toBe(before);
    expect(await scene.outbox.list()).toEqual(letters);
  });

  test('plans nothing in another process either', async () => {
    await running();
    await scene.reopen();
    expect((await scene.plan()).plan.changes).toEqual([]);
  });
});

test('a new phone number is one write of one value', async () => {
  await running();
  const before = await scene.directory.writes();
  await scene.declare(person('anna', { phone: '+45 31 23 45 67' }));
  expect(story(await scene.sync())).toEqual(['update anna']);
  expect((await scene.directory.account('anna')).values.mobile).toBe('+4531234567');
  expect(await scene.directory.writes()).toBe(before + 1);
  expect((await scene.plan()).plan.changes).toEqual([]);
});

test('a number in another form is no change', async () => {
  await running();
  const { mobile = '' } = (await scene.directory.account('anna')).values;
  await scene.directory.set('anna', { mobile: `${mobile.slice(0, 3)} ${mobile.slice(3)}` });
  expect(story(await scene.sync())).toEqual([]);
});

describe('an institution that is blocked', () => {
  test('loses all its people in the lane; lifted, gives back only those whom the block disabled', async () => {
    await running();
    await scene.directory.disable('berit');
    await scene.declare(blocks('institution', [{ target: 'cbs', from: '2026-06-15' }]));
    const blocked = await scene.sync();
    expect(story(blocked)).toEqual(['disable anna', 'disable carl']);
    expect(blocked.applied.every(({ lane }) => lane)).toBe(true);
    expect(await scene.directory.enabled()).toEqual(DTU);
    expect((await scene.plan()).plan.changes).toEqual([]);
    await scene.declare(blocks('institution', [{ target: 'cbs', from: '2026-06-15', lifted: '2026-06-15' }]));
    const lifted = await scene.sync();
    expect(story(lifted)).toEqual(['enable anna', 'enable carl', '(disabled-by-hand)']);
    expect(await scene.directory.enabled()).toEqual(['anna', 'carl', ...DTU]);
  });

  test('reaches the people of what is part of it', async () => {
    await running();
    await scene.declare({
      'institutions/dtu.yaml': 'id: dtu\nname: DTU\ncontacts: [office@dtu.example.net]\npartOf: cbs\n',
      ...blocks('institution', [{ target: 'cbs', from: '2026-06-15' }]),
    });
    const planned = await scene.plan();
    await scene.sync();
    expect(await scene.directory.enabled()).toEqual([]);
    // Whoever asks afterwards is shown the same two lines.
    const lines =
      'CBS, of which DTU is part, is blocked since 2026-06-15: Copied results to a private mailbox (blocked-institutions.yaml:3, institutions/dtu.yaml:4)';
    expect(pageOf(planned)).toContain(lines);
    const asked = await whyOf(scene.parts(), null, 'dora');
    expect(pageAsText(whyPage(asked, TIME_ZONE), plainStyle)).toContain(lines);
  });

  test('keeps whoever was blocked by name when it is lifted', async () => {
    await running();
    await scene.declare({
      ...blocks('institution', [{ target: 'cbs', from: '2026-06-15' }]),
      ...blocks('user', [{ target: 'anna', from: '2026-06-15' }]),
    });
    await scene.sync();
    await scene.declare(blocks('institution', [{ target: 'cbs', from: '2026-06-15', lifted: '2026-06-15' }]));
    await scene.sync();
    expect(await scene.directory.enabled()).toEqual(['berit', 'carl', ...DTU]);
  });
});

describe('D17: what somebody changes by hand', () => {
  test('an account disabled by hand stays so over ten passes, and is given back only by an operator', async () => {
    await running();
    await scene.directory.disable('anna');
    const before = await scene.directory.bytes();
    for (let pass = 0; pass < 10; pass += 1) {
      scene.clock.now += HOUR_MS;
      expect(story(await scene.sync('schedule'))).toEqual(['(disabled-by-hand)']);
    }
    expect(await scene.directory.bytes()).toBe(before);
    const { applied } = await enableByOrder(scene.parts(), 'anna', OPERATOR);
    expect(applied.map(({ outcome }) => outcome.status)).toEqual(['applied']);
    expect(await scene.directory.isEnabled('anna')).toBe(true);
    expect(story(await scene.sync())).toEqual([]);
  });

  test('an account that should be blocked and is enabled by hand is disabled again, as often as it takes', async () => {
    await running();
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
    await scene.sync();
    for (let pass = 0; pass < 6; pass += 1) {
      await scene.directory.enable('anna');
      expect(story(await scene.sync('schedule'))).toEqual(['disable anna']);
    }
    expect(await scene.directory.isEnabled('anna')).toBe(false);
  });

  test('a tug of war over a value ends after three times, whatever the other side writes', async () => {
    await running();
    const seen: (readonly string[])[] = [];
    for (let pass = 0; pass < 5; pass += 1) {
      await scene.directory.set('anna', { displayName: `Ms. Jensen ${pass}` });
      scene.clock.now += HOUR_MS;
      seen.push(story(await scene.sync('schedule')));
    }
    expect(seen).toEqual([
      ['update anna'],
      ['update anna'],
      ['update anna'],
      ['held flapping: 1'],
      ['held flapping: 1'],
    ]);
    scene.clock.now += DAY_MS;
    expect(story(await scene.sync('schedule'))).toEqual(['update anna']);
  });

  test('a value whose drift is only reported is left alone', async () => {
    await running();
    await scene.directory.set('anna', { company: 'Elsewhere' });
    expect(story(await scene.sync())).toEqual(['(drift)']);
  });

  test('an earlier end set by hand is left alone, and taken back by an operator', async () => {
    await running();
    await scene.directory.set('anna', { accountExpires: '133500000000000000' });
    expect(story(await scene.sync())).toEqual(['(restricted-by-hand)']);
    await enableByOrder(scene.parts(), 'anna', OPERATOR);
    expect((await scene.directory.account('anna')).values.accountExpires).toBe('9223372036854775807');
    expect(story(await scene.sync())).toEqual([]);
  });
});

describe('an end that comes', () => {
  test('is in the directory beforehand, and the account is disabled on the day, as due', async () => {
    await running();
    await scene.declare(person('anna', { ends: '2026-06-20' }));
    expect(story(await scene.sync())).toEqual(['update anna']);
    scene.clock.now += 6 * DAY_MS;
    const report = await scene.sync();
    expect(story(report)).toEqual(['disable anna']);
    // It had expired by itself: the disable took nothing more.
    expect(report.applied[0]?.change).toMatchObject({ effect: 'neither', classes: ['due'] });
    await scene.declare(person('anna', { ends: '2027-06-20' }));
    expect(sorted(story(await scene.sync()))).toEqual(['enable anna', 'update anna']);
    expect((await scene.plan()).plan.changes).toEqual([]);
    expect(await scene.directory.isEnabled('anna')).toBe(true);
  });
});

test('an account that exists is adopted by its mark alone, and the next plan says what changes', async () => {
  scene = await makeScene();
  await scene.directory.add('anna', { displayName: 'Anna J.', mobile: '+4520999999' });
  await scene.declare({ ...institution('cbs', 'CBS'), ...person('anna', { phone: '+45 20 99 99 99' }) });
  expect(story(await scene.sync())).toEqual(['(exists-not-ours)']);
  const before = await scene.directory.account('anna');
  const shown = await adopt(scene.parts(), ['anna'], null);
  expect(await scene.directory.account('anna')).toEqual(before);
  expect(shown.wouldChange).toMatchObject([{ kind: 'update' }]);
  const { applied } = await adopt(scene.parts(), ['anna'], OPERATOR);
  expect(applied.map(({ outcome }) => outcome.status)).toEqual(['applied']);
  const after = await scene.directory.account('anna');
  const { adminDescription, ...others } = after.values;
  expect(others).toEqual(before.values);
  expect(adminDescription).toMatch(/^muster:research-service:anna:/);
  expect(story(await scene.sync())).toEqual(['update anna']);
  expect((await scene.plan()).plan.changes).toEqual([]);
});
