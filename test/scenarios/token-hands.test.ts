/** Tokens in other hands: found there before Muster came, given, switched or taken by somebody else. */
import { rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { rebuildLedger } from '../../src/core/operations/rebuild.ts';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import { rebuildPage } from '../../src/views/acts.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { CBS, DTU, makeCompany } from '../support/company.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { makeScene, OPERATOR, type Scene } from '../support/scene.ts';
import { sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

const TODAY = '2026-06-15';
const PHONE = '+45 20 99 99 99';
const E164 = '+4520999999';
const OTHER = '+4520888888';
const blocked = (target: string, more: { lifted?: string } = {}) => ({ target, from: TODAY, ...more });
const inTokens = ({ applied }: Report) =>
  sorted(
    applied.flatMap(({ change, outcome }) =>
      change.address.system === 'tokens' ? [`${change.kind} ${change.address.key} ${outcome.status}`] : [],
    ),
  );
const noticesOf = ({ plan }: Report) => plan.notices.map(({ kind, text, next }) => `${kind}: ${text} ${next ?? ''}`);

/** Anna has an account of Muster's and no token of Muster's. */
async function withAccount(
  ...given: readonly (readonly [phone: string, enabled?: boolean])[]
): Promise<readonly string[]> {
  scene = await makeScene({ tokens: true });
  const serials: string[] = [];
  for (const [phone, enabled = true] of given) serials.push(await scene.tokens.give('anna', phone, { enabled }));
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(['berit']), ...person('anna', { phone: PHONE }) });
  await scene.settle();
  return serials;
}

describe('a token that was there before', () => {
  test('T2: is taken over where it has the number that is declared, however that is written, and nothing is written to it', async () => {
    const [serial] = await withAccount([PHONE]);
    expect(await scene.tokens.of('anna')).toMatchObject({ serial, phone: PHONE });
    await scene.declare(blocks('user', [blocked('anna')]));
    expect(inTokens(await scene.sync())).toEqual(['disable anna applied']);
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY })]));
    await scene.sync();
    expect(await scene.tokens.of('anna')).toMatchObject({ serial, enabled: true });
  });

  test('T2: with another number is left as it is and told, and no second one is made', async () => {
    const [serial] = await withAccount([OTHER]);
    const report = await scene.sync();
    expect(inTokens(report)).toEqual([]);
    expect(noticesOf(report)).toEqual([expect.stringContaining(`phone ${OTHER} instead of ${E164}`)]);
    expect(exitCodeOf(report)).toBe(2);
    expect(await scene.tokens.of('anna')).toMatchObject({ serial, phone: OTHER, enabled: true });
    await scene.declare(person('anna', { phone: '+45 20 88 88 88' }));
    expect(inTokens(await scene.sync())).toEqual(['adopt anna applied']);
    expect(story(await scene.sync())).toEqual([]);
  });

  test('that is off stays off and is told, and no other is made; an operator may switch it on', async () => {
    const [serial] = await withAccount([OTHER, false]);
    const report = await scene.sync();
    expect(story(report)).toEqual(['(disabled-by-hand)']);
    expect(noticesOf(report)).toEqual([expect.stringContaining('muster enable anna --system tokens')]);
    await enableByOrder(scene.parts(), 'anna', OPERATOR, 'tokens');
    expect(await scene.tokens.of('anna')).toMatchObject({ serial, enabled: true, phone: E164 });
    expect(story(await scene.sync())).toEqual([]);
  });

  test('that is off beside one that is on is nobody’s business', async () => {
    await withAccount([OTHER, false], [PHONE]);
    expect(story(await scene.sync())).toEqual([]);
    expect(await scene.tokens.reached('anna')).toEqual([PHONE]);
  });
});

describe('two tokens that are on', () => {
  test('T2: nothing is given or changed, and it is told', async () => {
    await withAccount([PHONE], [OTHER]);
    const before = await scene.tokens.text();
    const report = await scene.sync();
    expect(inTokens(report)).toEqual([]);
    expect(noticesOf(report)).toEqual([expect.stringContaining('more than one token that is on')]);
    expect(await scene.tokens.text()).toBe(before);
  });

  test('T2: both are off while the person is blocked, and only Muster’s own comes back', async () => {
    scene = await makeCompany({ tokens: true });
    const own = await scene.tokens.of('anna');
    const other = await scene.tokens.give('anna', OTHER);
    expect(story(await scene.sync())).toEqual(['(foreign)']);
    await scene.declare(blocks('user', [blocked('anna')]));
    expect(inTokens(await scene.sync())).toEqual(['disable anna applied', 'disable anna applied']);
    expect(await scene.tokens.reached('anna')).toEqual([]);
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY })]));
    expect(inTokens(await scene.sync())).toEqual(['enable anna applied']);
    expect(await scene.tokens.reached('anna')).toEqual([own.phone]);
    expect((await scene.tokens.all()).find(({ serial }) => serial === other)).toMatchObject({ enabled: false });
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY }), { target: 'anna', from: '2026-06-14' }]));
    expect(inTokens(await scene.sync())).toEqual(['disable anna applied']);
  });

  test('T2: one that somebody gives to a blocked person is off by the end of the next pass', async () => {
    scene = await makeCompany({ tokens: true });
    await scene.declare(blocks('user', [blocked('anna')]));
    await scene.sync();
    await scene.tokens.give('anna', OTHER);
    await scene.sync();
    expect(await scene.tokens.reached('anna')).toEqual([]);
    await scene.declare(person('berit', { ends: '2026-06-14' }));
    await scene.settle();
    await scene.tokens.give('berit', OTHER);
    await scene.settle();
    expect(await scene.tokens.reached('berit')).toEqual([]);
  });

  test('T2: Muster switches its own on beside none that somebody gave meanwhile', async () => {
    scene = await makeCompany({ tokens: true });
    await scene.declare(blocks('user', [blocked('anna')]));
    await scene.sync();
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY })]));
    await scene.tokens.give('anna', OTHER);
    expect(inTokens(await scene.sync())).toEqual([]);
    expect(await scene.tokens.reached('anna')).toEqual([OTHER]);
  });
});

describe('a token of Muster’s in other hands', () => {
  test('stays off where somebody switched it off, and is told', async () => {
    scene = await makeCompany({ tokens: true });
    const { serial } = await scene.tokens.of('anna');
    await scene.tokens.change(serial, { enabled: false });
    expect(story(await scene.sync())).toEqual(['(disabled-by-hand)']);
    await scene.declare(blocks('user', [blocked('anna')]));
    await scene.sync();
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY })]));
    await scene.sync();
    expect(await scene.tokens.reached('anna')).toEqual([]);
    await enableByOrder(scene.parts(), 'anna', OPERATOR, 'tokens');
    expect(await scene.tokens.reached('anna')).toHaveLength(1);
  });

  test('T1: has its number put back where somebody changed it', async () => {
    scene = await makeCompany({ tokens: true });
    const before = await scene.tokens.of('anna');
    await scene.tokens.change(before.serial, { phone: OTHER });
    const report = await scene.sync();
    expect(inTokens(report)).toEqual(['update anna applied']);
    expect(report.applied[0]?.change.classes).toEqual(['phone']);
    expect(await scene.tokens.of('anna')).toEqual(before);
  });

  test.each(['deleted', 'revoked'] as const)('is not made again by itself where somebody %s it', async (what) => {
    scene = await makeCompany({ tokens: true });
    const { serial } = await scene.tokens.of('anna');
    if (what === 'deleted') await scene.tokens.remove(serial);
    else await scene.tokens.change(serial, { revoked: true });
    expect(story(await scene.sync())).toEqual(['(gone)']);
    expect(story(await scene.sync())).toEqual(['(gone)']);
    await enableByOrder(scene.parts(), 'anna', OPERATOR, 'tokens');
    expect(inTokens(await scene.sync())).toEqual(['create anna applied']);
    expect(await scene.tokens.reached('anna')).toHaveLength(1);
    expect(story(await scene.sync())).toEqual([]);
  });

  test('is followed to the one that replaces it, where that has the declared number', async () => {
    scene = await makeCompany({ tokens: true });
    const { serial, phone } = await scene.tokens.of('anna');
    await scene.tokens.remove(serial);
    const next = await scene.tokens.give('anna', phone);
    expect(inTokens(await scene.sync())).toEqual(['adopt anna applied']);
    expect(story(await scene.sync())).toEqual([]);
    expect(await scene.tokens.of('anna')).toMatchObject({ serial: next });
  });

  test('is not touched for the one who had it, once it is somebody else’s', async () => {
    scene = await makeCompany({ tokens: true });
    const [anna, berit] = [await scene.tokens.of('anna'), await scene.tokens.of('berit')];
    await scene.tokens.remove(berit.serial);
    await scene.tokens.change(anna.serial, { user: 'berit' });
    await scene.declare(blocks('user', [blocked('anna')]));
    await scene.sync();
    await scene.sync();
    expect(await scene.tokens.of('berit')).toMatchObject({ serial: anna.serial, enabled: true, phone: anna.phone });
    await scene.declare(blocks('user', [blocked('berit')]));
    await scene.sync();
    expect(await scene.tokens.of('berit')).toMatchObject({ enabled: false });
  });
});

describe('a token file that got lost for good', () => {
  test.each([
    ['is gone', () => rm(scene.tokens.path)],
    ['is damaged', () => writeFile(scene.tokens.path, 'not a token file')],
  ])('%s: no pass believes it, and each says what to do', async (_how, lose) => {
    scene = await makeCompany({ tokens: true });
    await lose();
    for (const report of [await scene.plan(), await scene.sync()]) {
      expect(story(report)).toEqual(['unread tokens']);
      expect(report.plan.unread[0]).toMatchObject({
        where: scene.tokens.path,
        next: expect.stringMatching(/^Restore it from a copy\. .*"muster ledger rebuild --system tokens"/),
      });
    }
  });

  test('counts as deleted once an operator has looked, and tokens are made again for whom they say', async () => {
    scene = await makeCompany({ tokens: true });
    await rm(scene.tokens.path);
    const shown = await rebuildLedger(scene.parts(), null, 'tokens');
    expect(shown.deleted).toEqual([...CBS, ...DTU]);
    const page = pageAsText(rebuildPage(shown), plainStyle);
    expect(page).toContain('5 tokens would be noted as deleted.');
    expect(page).toContain('Make certain that they are deleted, and not only hidden');
    expect(page).toContain(`muster ledger rebuild --system tokens --approve ${shown.digest.slice(0, 12)}`);
    expect(story(await scene.sync())).toEqual(['unread tokens']);
    await rebuildLedger(scene.parts(), { ...OPERATOR, digest: shown.digest }, 'tokens');
    expect(story(await scene.sync())).toEqual(Array.from({ length: 5 }, () => '(gone)'));
    expect(await scene.tokens.all()).toEqual([]);
    await enableByOrder(scene.parts(), 'anna', OPERATOR, 'tokens');
    expect(inTokens(await scene.sync())).toEqual(['create anna applied']);
    expect(await scene.tokens.reached('anna')).toHaveLength(1);
  });

  test('leaves the accounts’ ledger as it was, and a list of mail blocks needs no such thing', async () => {
    scene = await makeCompany({ tokens: true, mailBlocks: true });
    await rm(scene.tokens.path);
    const { digest } = await rebuildLedger(scene.parts(), null, 'tokens');
    const before = await scene.store.ledger.all('directory');
    await rebuildLedger(scene.parts(), { ...OPERATOR, digest }, 'tokens');
    expect(await scene.store.ledger.all('directory')).toEqual(before);
    await expect(rebuildLedger(scene.parts(), null, 'mail')).rejects.toMatchObject({ remedy: 'person' });
  });
});

test('D1: a reading without the tokens that Muster knows changes nothing', async () => {
  scene = await makeScene({ tokens: true, limits: { always: 1_000 } });
  const many = Array.from({ length: 8 }, (_, nth) => `p${nth}`);
  await scene.declare({ ...institution('cbs', 'CBS'), ...people([...many, ...CBS, ...DTU]) });
  await scene.settle();
  const all = await scene.tokens.all();
  for (const { serial } of all) await scene.tokens.remove(serial);
  expect(story(await scene.sync())).toEqual(['unread tokens']);
  expect(await scene.tokens.all()).toEqual([]);
});
