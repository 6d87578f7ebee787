/** People who must be shut out of a system that does not show whether they are: told at once, by name and system, in every system alike. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { blockByOrder, unblockByOrder } from '../../src/core/operations/block.ts';
import type { Reconciler } from '../../src/core/ports.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { whyOf } from '../../src/core/why.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { whyPage } from '../../src/views/why.ts';
import { pageOf } from '../support/catastrophe.ts';
import { makeCompany } from '../support/company.ts';
import { blocks, person } from '../support/desired-state.ts';
import { noFaults, unproven, withFaults } from '../support/faulty-reconciler.ts';
import { OPERATOR, type Scene } from '../support/scene.ts';
import { story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

const block = (target: string) => blockByOrder(scene.parts(), { scope: 'user', target, ...OPERATOR, until: null });

/** Single things show no more, and a whole reading does not count: as where the right to see them is lost. */
function blind(reconciler: Reconciler): Reconciler {
  const faults = noFaults();
  faults.observe = () => {
    throw unproven();
  };
  const faulty = withFaults(reconciler, faults);
  return {
    ...faulty,
    connect: async (suits) => {
      const { reader, writer } = await faulty.connect(suits);
      return { reader: { ...reader, lookup: async () => [] }, writer };
    },
  };
}

describe('T5: tokens that got lost', () => {
  const lose = async () => {
    scene = await makeCompany({ tokens: true, mailBlocks: true });
    await rm(scene.tokens.path);
  };

  test.each([
    ['gone', () => rm(scene.tokens.path)],
    ['emptied', () => writeFile(scene.tokens.path, '{"format":1,"tokens":[]}')],
  ])('raise an alarm with an operator’s block, which says what to do by hand: %s', async (_how, lost) => {
    scene = await makeCompany({ tokens: true, mailBlocks: true });
    await lost();
    const report = await block('anna');
    expect(story(report)).toContain('(unverified, urgent)');
    const page = pageOf(report);
    expect(page).toContain('anna) should get no passcodes');
    expect(page).toContain('but perhaps can still get passcodes');
    expect(page).toContain('Switch the token off by hand now.');
    expect(await scene.directory.isEnabled('anna')).toBe(false);
  });

  test('raise one in every pass until they are back, and none for anybody else', async () => {
    await lose();
    const before = await scene.directory.enabled();
    await scene.declare({ ...blocks('user', [{ target: 'anna', from: '2026-06-15' }]) });
    for (const expected of [1, 1]) {
      const { plan } = await scene.sync();
      const alarms = plan.notices.filter(({ urgent }) => urgent);
      expect(alarms).toHaveLength(expected);
      expect(alarms[0]).toMatchObject({
        kind: 'unverified',
        system: 'tokens',
        person: expect.stringContaining('anna'),
      });
    }
    expect(await scene.directory.enabled()).toEqual(before.filter((name) => name !== 'anna'));
  });

  test('end the alarm once they show, by then switched off', async () => {
    scene = await makeCompany({ tokens: true });
    const kept = await scene.tokens.text();
    await rm(scene.tokens.path);
    await scene.declare(person('anna', { state: 'closed' }));
    expect(story(await scene.sync())).toContain('(unverified, urgent)');
    await writeFile(scene.tokens.path, kept);
    expect(story(await scene.sync())).toEqual(['disable anna']);
    expect(await scene.tokens.reached('anna')).toEqual([]);
  });

  test('raise none for whoever was shut out of them before', async () => {
    scene = await makeCompany({ tokens: true });
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
    await scene.sync();
    await rm(scene.tokens.path);
    expect(story(await scene.sync())).toEqual(['unread tokens']);
  });
});

test('D1: accounts that show no more raise the same alarm', async () => {
  let hidden = false;
  scene = await makeCompany({
    around: (reconciler) => ({
      ...reconciler,
      connect: (suits) => (hidden ? blind(reconciler).connect(suits) : reconciler.connect(suits)),
    }),
  });
  hidden = true;
  const report = await block('anna');
  expect(story(report)).toContain('(unverified, urgent)');
  expect(pageOf(report)).toContain('Disable the account by hand now.');
  expect(exitCodeOf(report)).toBe(2);
  expect(story(await scene.sync())).toContain('(unverified, urgent)');
});

test('what a reading that counts shows to be deleted raises no alarm', async () => {
  scene = await makeCompany({ tokens: true });
  await scene.tokens.remove((await scene.tokens.of('anna')).serial);
  await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
  expect(story(await scene.sync())).toEqual(['disable anna']);
  expect(story(await scene.sync())).toEqual([]);
});

test('T5: a damaged token file is named, with the person and what to do', async () => {
  scene = await makeCompany({ tokens: true });
  await writeFile(scene.tokens.path, 'not a token file');
  const page = pageOf(await block('anna'));
  expect(page).toContain('anna) should get no passcodes');
  expect(page).toContain(scene.tokens.path);
  expect(page).not.toContain('no server takes');
});

describe('`muster why`', () => {
  const whyText = async (name: string) =>
    pageAsText(whyPage(await whyOf(scene.parts(), null, name), 'UTC'), plainStyle).replaceAll(/\s+/g, ' ');

  test('says that somebody who is blocked may still get passcodes, as long as nobody can tell', async () => {
    scene = await makeCompany({ tokens: true, mailBlocks: true });
    const kept = await scene.tokens.text();
    await rm(scene.tokens.path);
    await block('anna');
    expect(await whyText('anna')).toContain('but perhaps can still get passcodes');
    expect(await whyText('berit')).not.toContain('Urgent');
    await writeFile(scene.tokens.path, 'not a token file');
    expect(await whyText('anna')).toContain('but perhaps can still get passcodes');
    await writeFile(scene.tokens.path, kept);
    const { outstanding } = await whyOf(scene.parts(), null, 'anna');
    expect(outstanding).toMatchObject([
      { kind: 'still-enabled', system: 'tokens', next: expect.stringContaining('muster sync') },
    ]);
    await scene.sync();
    expect(await whyText('anna')).not.toContain('Urgent');
  });

  test('says that mail is not known to be stopped where the list can’t be written', async () => {
    scene = await makeCompany({ mailBlocks: true });
    await mkdir(scene.mailList.path);
    const page = pageOf(await block('anna'));
    expect(page).toContain('anna) should not send mail');
    expect(page).toContain('Block their mail by hand now.');
    expect(await whyText('anna')).toContain('but perhaps can still send mail');
  });

  test('says what is held, and the command that releases it', async () => {
    scene = await makeCompany({
      tokens: true,
      limits: { lift: { people: 0, perDay: 0, institutions: 0, institutionPeople: 0 } },
    });
    await block('anna');
    await unblockByOrder(scene.parts(), { scope: 'user', target: 'anna', ...OPERATOR });
    const [hold] = (await scene.sync()).holds;
    const text = await whyText('anna');
    expect(text).toContain('Held: 1 person gets access back, 1 person gets passcodes again');
    expect(text).toContain(`"muster approve ${hold?.digest?.slice(0, 12)} --reason …"`);
    expect(await whyText('berit')).not.toContain('Held');
  });
});

describe('a system that was not read', () => {
  test('is named, and nothing is said of the others but what was done there', async () => {
    scene = await makeCompany({ tokens: true, mailBlocks: true });
    await writeFile(scene.tokens.path, 'not a token file');
    const unknown =
      'In the tokens nothing was changed, and what should change there is not known as long as the above could not be done.';
    expect(pageOf(await scene.sync())).toContain(unknown);
    await scene.declare(person('anna', { phone: '+45 20 99 99 99' }));
    const page = pageOf(await scene.sync());
    expect(page).toContain('1 phone number changed.');
    expect(page).toContain(unknown);
  });
});
