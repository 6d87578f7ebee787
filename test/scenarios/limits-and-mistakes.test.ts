/** Whole passes over a real repository, database and directory: limits, small sites, broken repositories, contradictions. */
import { afterEach, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/core/report.ts';
import { reportPage } from '../../src/views/report.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { blocks, type Files, institution, people, person, phoneOf } from '../support/desired-state.ts';
import { makeScene, type Scene, type SceneOptions } from '../support/scene.ts';
import { planned, sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene.close());

const NEW_PHONE = { phone: '+45 28 00 00 00' };

function names(count: number): string[] {
  return Array.from({ length: count }, (_, nth) => `p${String(nth).padStart(2, '0')}`);
}

async function running(usernames: readonly string[], options: SceneOptions = {}): Promise<void> {
  scene = await makeScene(options);
  await scene.declare({ ...institution('cbs', 'CBS'), ...institution('dtu', 'DTU'), ...people(usernames) });
  await scene.settle();
  expect(await scene.directory.enabled()).toEqual(usernames);
}

test('P1: a class over its limit is held with its digest; the other classes and the blocks of the same push go on', async () => {
  const everybody = names(30);
  await running(everybody);
  await scene.declare({
    ...people(everybody.slice(0, 11), NEW_PHONE),
    ...people(everybody.slice(11, 13), { given: 'Ida' }),
    ...blocks('user', [{ target: 'p29', from: '2026-06-15' }]),
  });
  const report = await scene.sync();
  expect(sorted(story(report))).toEqual(['disable p29', 'held phone: 11', 'update p11', 'update p12']);
  expect(report.holds[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(exitCodeOf(report)).toBe(2);
  const { values } = await scene.directory.account('p00');
  expect(values.mobile?.replaceAll(' ', '')).toBe(phoneOf('p00').replaceAll(' ', ''));
  await scene.approve(report);
  expect((await scene.sync()).applied).toHaveLength(11);
});

describe('P3: a small site', () => {
  test.each([1, 2, 5, 6, 10, 20])('of %i: the number of people still limits, whatever the percentage', async (size) => {
    const everybody = names(size);
    await running(everybody, { limits: { phone: { people: 3, percent: 5, perDay: 30 } } });
    await scene.declare(people(everybody, NEW_PHONE));
    const outcome = story(await scene.sync());
    if (size <= 3) expect(sorted(outcome)).toEqual(everybody.map((name) => `update ${name}`));
    else expect(outcome).toEqual([`held phone: ${size}`]);
  });
});

describe('S4: a repository that is not what it should be takes nothing from anybody', () => {
  const EVERYBODY = names(8);
  const gone = (files: Files): Files => Object.fromEntries(Object.keys(files).map((path) => [path, null]));
  const BROKEN: readonly [string, Files][] = [
    ['muster.yaml is gone', { 'muster.yaml': null }],
    ['muster.yaml names another instance', { 'muster.yaml': 'format: 1\ninstance: another-site\n' }],
    [
      'everything but muster.yaml is gone',
      gone({ ...institution('cbs', ''), ...institution('dtu', ''), ...people(EVERYBODY) }),
    ],
    [
      'the folder of the people was renamed',
      {
        ...gone(people(EVERYBODY)),
        ...Object.fromEntries(
          Object.entries(people(EVERYBODY)).map(([path, text]) => [path.replace('users/', 'persons/'), text]),
        ),
      },
    ],
  ];

  test.each(BROKEN)('S4: %s', async (_name, files) => {
    await running(EVERYBODY, { source: 'git' });
    const before = await scene.directory.bytes();
    await scene.declare(files);
    const report = await scene.sync();
    expect(planned(report)).toEqual([]);
    expect(exitCodeOf(report)).not.toBe(0);
    expect(await scene.directory.bytes()).toBe(before);
  });
});

test('Y7: who is active in one place and shut out in another is shut out, whichever was written last', async () => {
  await running(['anna', 'berit', 'carl']);
  await scene.declare({
    ...person('anna', { state: 'active', ends: '2030-01-01' }),
    ...blocks('user', [{ target: 'berit', from: '2026-06-01' }]),
    ...blocks('institution', [{ target: 'cbs', from: '2026-06-15' }]),
  });
  expect(story(await scene.sync()).filter((line) => line.startsWith('disable'))).toHaveLength(3);
  await scene.declare({
    ...person('berit', { given: 'Berit' }),
    ...blocks('institution', [{ target: 'cbs', from: '2026-06-15', lifted: '2026-06-15' }]),
  });
  await scene.sync();
  expect(await scene.directory.enabled()).toEqual(['anna', 'carl']);
});

test('several reasons are shown with the place of each, and the ledger keeps them', async () => {
  await running(['anna']);
  await scene.declare({
    ...person('anna', { state: 'closed' }),
    ...blocks('user', [{ target: 'anna', from: '2026-06-01' }]),
  });
  const text = pageAsText(reportPage(await scene.sync(), { timeZone: 'Europe/Copenhagen', all: false }), plainStyle);
  expect(text).toMatch(/Why: .*\(blocked-users\.yaml:3, users\/cbs\/anna\.yaml:\d+\)/);
  const [row] = await scene.store.ledger.all('directory');
  expect(row?.disabledFor).toMatchObject({
    origin: { file: 'blocked-users.yaml' },
    furtherOrigins: [{ file: 'users/cbs/anna.yaml' }],
  });
});
