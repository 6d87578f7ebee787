/** Somebody who is blocked and given back again and again: given back in every system or in none, and told why. */
import { afterEach, expect, test } from 'vitest';
import { blockByOrder, unblockByOrder } from '../../src/core/operations/block.ts';
import { pageOf } from '../support/catastrophe.ts';
import { makeCompany } from '../support/company.ts';
import { person } from '../support/desired-state.ts';
import { mailerSends } from '../support/mail-list.ts';
import { OPERATOR, type Scene } from '../support/scene.ts';
import { story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

const order = { scope: 'user', target: 'anna', ...OPERATOR } as const;

test('P9: nobody is given back by half where only some systems had the same change three times', async () => {
  scene = await makeCompany({ tokens: true, mailBlocks: true });
  for (const again of [1, 2, 3]) {
    await blockByOrder(scene.parts(), { ...order, until: null });
    await unblockByOrder(scene.parts(), order);
    // Another number each time, so that it is never the same change to the token.
    await scene.declare(person('anna', { phone: `+45 20 99 99 9${again}` }));
    await scene.sync();
    expect(await scene.directory.isEnabled('anna')).toBe(true);
  }
  await blockByOrder(scene.parts(), { ...order, until: null });
  await unblockByOrder(scene.parts(), order);
  await scene.declare(person('anna', { phone: '+45 20 99 99 90' }));
  const report = await scene.sync();
  expect(story(report)).toContain('held flapping: 3');
  expect(await scene.directory.isEnabled('anna')).toBe(false);
  expect(await mailerSends(scene.mailList, 'anna')).toBe(false);
  expect(await scene.tokens.reached('anna')).toEqual([]);
  expect(pageOf(report)).toContain(
    'orders ("muster block", "muster unblock") or entries in the repository went back and forth',
  );
  await scene.approve(report);
  await scene.sync();
  expect(await scene.directory.isEnabled('anna')).toBe(true);
  expect(await mailerSends(scene.mailList, 'anna')).toBe(true);
  expect(await scene.tokens.reached('anna')).toEqual(['+4520999990']);
});
