/** doctor on a whole installation: clocks, the last pass, what the database knows and the directory does not hold. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { examine, type Patient } from '../../src/core/doctor.ts';
import { probeWrites } from '../../src/core/operations/write-probe.ts';
import { CBS, makeCompany } from '../support/company.ts';
import { OPERATOR, type Scene } from '../support/scene.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let scene: Scene;

beforeEach(async () => {
  scene = await makeCompany();
});

afterEach(() => scene.close());

async function troubles(modes: Patient['modes'] = new Map()): Promise<readonly string[]> {
  const { repository, reconcilers, store } = scene.parts();
  const patient: Patient = {
    configFile: 'muster.yaml',
    mode: 'enforce',
    modes,
    timeZone: 'Europe/Copenhagen',
    clock: () => scene.clock.now,
    openStore: async () => ({ ...store, close: () => Promise.resolve() }),
    repository,
    reconcilers,
    examiners: [],
    checkRoom: () => Promise.resolve([]),
    checkCredentials: () => Promise.resolve([]),
    checkMail: () => Promise.resolve([]),
  };
  const { findings } = await examine(patient);
  return findings.filter(({ status }) => status !== 'ok').map(({ status, text }) => `${status} ${text}`);
}

test('a sound installation has nothing to mend', async () => {
  expect(await troubles()).toEqual([]);
});

test('P8: a clock that differs by two minutes is worth a warning, by six a failure, in either direction', async () => {
  for (const sign of [1, -1]) {
    scene.clock.serverOffMs = sign * 2 * MINUTE_MS;
    expect(await troubles()).toEqual([expect.stringMatching(/^warn Its clock differs .* by 120 s\./)]);
    scene.clock.serverOffMs = sign * 6 * MINUTE_MS;
    expect(await troubles()).toEqual([expect.stringMatching(/^fail Its clock differs .* Dated changes are held\./)]);
  }
});

test('a day without a pass is worth a warning', async () => {
  scene.clock.now += 23 * HOUR_MS;
  expect(await troubles()).toEqual([]);
  scene.clock.now += 26 * HOUR_MS;
  expect(await troubles()).toEqual(['warn The last pass was 2 days ago.']);
});

test('accounts that the database knows and the units do not hold are counted', async () => {
  await scene.directory.remove(CBS[0] ?? '');
  expect(await troubles()).toEqual([
    'warn Of the 5 accounts that the database knows, 1 were deleted and 0 moved out of the managed units.',
  ]);
});

test('a pause is said, with who paused', async () => {
  const { store } = scene.parts();
  await store.orders.pause(OPERATOR.by, OPERATOR.reason, scene.clock.now);
  expect(await troubles()).toEqual([`warn Paused by ${OPERATOR.by}: ${OPERATOR.reason}`]);
});

test('the write probe keeps out of a pass that is under way', async () => {
  const { store } = scene.parts();
  const other = await scene.second();
  try {
    await other.parts.store.lease.acquire('sync');
    const never = new AbortController().signal;
    await expect(probeWrites(store, [], never)).rejects.toThrow('another Muster is at work');
    await other.parts.store.lease.release();
    expect((await probeWrites(store, [], never)).findings).toHaveLength(1);
  } finally {
    await other.close();
  }
});

test('a mode for an institution that the repository does not declare is a failure, one that it declares is none', async () => {
  const told = await troubles(
    new Map([
      ['dtu', 'observe'],
      ['dtuu', 'observe'],
    ]),
  );
  expect(told).toEqual([
    expect.stringMatching(/^fail Everything but blocks is held: .* a mode for "dtuu", and there is no/),
  ]);
});
