/** Who may not send mail: from the repository to the mailer's file, beside the directory. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import { whyOf } from '../../src/core/why.ts';
import { pageOf } from '../support/catastrophe.ts';
import { CBS, DTU, makeCompany } from '../support/company.ts';
import { blocks, daysFromToday, mailBlocks, people, person } from '../support/desired-state.ts';
import { mailerSends } from '../support/mail-list.ts';
import { DAY_MS } from '../support/reconciliation.ts';
import { OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { planned, sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

async function running(options: SceneOptions = {}): Promise<Scene> {
  scene = await makeCompany({ mailBlocks: true, ...options });
  return scene;
}

const TODAY = '2026-06-15';
const blocked = (target: string, more: { until?: string; lifted?: string } = {}) => ({ target, from: TODAY, ...more });
/** `mail: disable anna`. */
const bySystem = ({ applied }: Report) =>
  sorted(
    applied.map(
      ({ change, outcome }) => `${change.address.system}: ${change.kind} ${change.address.key} ${outcome.status}`,
    ),
  );

describe('an entry in mail-blocks.yaml', () => {
  test('stops that person’s mail and nothing else, until it is lifted', async () => {
    await running({ source: 'git' });
    expect(await mailerSends(scene.mailList, 'anna')).toBe(true);
    const revision = await scene.declare(mailBlocks({ target: 'anna', from: daysFromToday(-9) }));
    const report = await scene.sync();
    expect(bySystem(report)).toEqual(['mail: disable anna applied']);
    expect(exitCodeOf(report)).toBe(0);
    expect(await mailerSends(scene.mailList, 'anna')).toBe(false);
    expect(await mailerSends(scene.mailList, 'berit')).toBe(true);
    expect(await scene.directory.isEnabled('anna')).toBe(true);
    expect(await scene.mailList.text()).toMatch(`# muster research-service revision ${revision} written `);
    expect((await scene.plan()).plan.changes).toEqual([]);
    await scene.declare(mailBlocks({ target: 'anna', from: daysFromToday(-9), lifted: daysFromToday(-1) }));
    expect(bySystem(await scene.sync())).toEqual(['mail: enable anna applied']);
    expect(await mailerSends(scene.mailList, 'anna')).toBe(true);
  });

  test('ends on the day that it says, also where the entry is gone by then', async () => {
    await running();
    await scene.declare(mailBlocks(blocked('anna', { until: '2026-06-20' })));
    await scene.sync();
    await scene.declare({ 'mail-blocks.yaml': '[]\n' });
    expect(story(await scene.sync())).toEqual([]);
    scene.clock.now += 7 * DAY_MS;
    await scene.sync();
    expect(await scene.mailList.refused()).toEqual([]);
  });

  test('is told in words of mail, in the plan, the report, why and the record', async () => {
    await running();
    await scene.declare(mailBlocks(blocked('anna')));
    const plan = pageOf(await scene.plan());
    expect(plan).toContain('1 person may not send mail any more.');
    expect(plan).toContain('May not send mail any more (1 person)');
    expect(plan).toContain('mail-blocks.yaml:3');
    expect(plan).not.toContain('access');
    expect(pageOf(await scene.sync())).toContain('1 person was stopped from sending mail.');
    const { systems, history } = await whyOf(scene.parts(), null, 'anna');
    expect(systems.map(({ system }) => system)).toEqual(['directory', 'mail']);
    expect(systems[1]).toMatchObject({ things: [{ enabled: false, usable: false }] });
    expect(history[0]).toMatchObject({ system: 'mail', kind: 'disable', thing: 'mail-permission' });
  });
});

describe('whoever may not log in', () => {
  test('may not send mail either, and counts as one person in all limits', async () => {
    await running({ limits: { block: { people: 1, perDay: 1, institutions: 3, institutionPeople: 100 } } });
    await scene.declare(blocks('user', [blocked('anna')]));
    const report = await scene.sync();
    expect(bySystem(report)).toEqual(['directory: disable anna applied', 'mail: disable anna applied']);
    expect(report.holds).toEqual([]);
    await scene.declare(mailBlocks(blocked('berit')));
    expect(story(await scene.sync())).toEqual(['held block: 1']);
    expect(await scene.mailList.refused()).toEqual(['anna']);
  });

  test('is told as losing both', async () => {
    await running();
    await scene.declare(blocks('user', [blocked('anna')]));
    expect(pageOf(await scene.plan())).toContain('1 person loses access, 1 person may not send mail any more.');
  });

  test('is all of an institution where that is blocked', async () => {
    await running();
    await scene.declare(blocks('institution', [blocked('cbs')]));
    await scene.sync();
    expect(await scene.mailList.refused()).toEqual(CBS);
    expect(await scene.directory.enabled()).toEqual(DTU);
    await scene.declare(blocks('institution', [{ target: 'cbs', from: TODAY, lifted: TODAY }]));
    await scene.sync();
    expect(await scene.mailList.refused()).toEqual([]);
  });

  test('is whoever has left or not begun, also with a time of their own', async () => {
    await running();
    await scene.declare({ ...person('carl', { ends: '2026-06-14' }), ...person('berit', { state: 'closed' }) });
    await scene.settle();
    expect(await scene.mailList.refused()).toEqual(['berit', 'carl']);
  });

  test('a mail block on top of it outlasts it', async () => {
    await running();
    await scene.declare({ ...blocks('user', [blocked('anna')]), ...mailBlocks(blocked('anna')) });
    await scene.sync();
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY })]));
    expect(bySystem(await scene.sync())).toEqual(['directory: enable anna applied']);
    expect(await scene.mailList.refused()).toEqual(['anna']);
  });
});

describe('percentages', () => {
  test('are of each system’s own things: that everybody has mail makes no room in the directory', async () => {
    await running({ limits: { always: 0, disable: { percent: 50 } } });
    const later = Array.from({ length: 20 }, (_, nth) => `later${nth}`);
    await scene.declare(people(later, { starts: '2027-01-01' }));
    await scene.settle();
    await scene.declare({
      ...person('anna', { ends: '2026-06-14' }),
      ...person('berit', { ends: '2026-06-14' }),
      ...person('carl', { ends: '2026-06-14' }),
    });
    const report = await scene.sync();
    expect(report.holds.map(({ because }) => because)).toEqual([
      '3 people of 5 accounts; the limit of "disable" is 50 %.',
    ]);
  });
});

describe('in observe mode and in a dry run', () => {
  test('the file is not made', async () => {
    await running();
    await scene.declare(mailBlocks(blocked('anna')));
    expect(planned(await scene.plan())).toEqual(['disable anna takes block']);
    expect(await readFile(scene.mailList.path).catch(() => null)).toBeNull();
  });
});

describe('somebody blocked by hand', () => {
  const byHand = (text: string) => writeFile(scene.mailList.path, text);

  test('before Muster came stays blocked, and is shown with what to write or to run', async () => {
    await running();
    await byHand('anna\nberit\nzoe\n');
    const report = await scene.sync();
    expect(report.applied).toEqual([]);
    const texts = report.plan.notices.map(({ text, next }) => `${text} ${next}`);
    expect(texts.filter((text) => text.includes('muster enable anna --system mail --reason …'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('- { user: berit, reason: …, from: YYYY-MM-DD }'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('nobody declares: zoe.'))).toHaveLength(1);
    await scene.declare(mailBlocks(blocked('carl')));
    await scene.sync();
    expect(await scene.mailList.refused()).toEqual(['anna', 'berit', 'carl', 'zoe']);
  });

  test('comes under Muster’s rule by an entry, and is let out by its end', async () => {
    await running();
    await byHand('anna\nberit\n');
    await scene.declare(mailBlocks(blocked('anna')));
    expect(story(await scene.sync())).toEqual(['(disabled-by-hand)']);
    await scene.declare(mailBlocks(blocked('anna', { lifted: TODAY })));
    expect(story(await scene.sync())).toEqual(['enable anna', '(disabled-by-hand)']);
    expect(await scene.mailList.refused()).toEqual(['berit']);
  });

  test('is not let out by the end of a block of another kind', async () => {
    await running();
    await byHand('anna\n');
    await scene.declare(blocks('user', [blocked('anna')]));
    await scene.sync();
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY })]));
    expect(bySystem(await scene.sync())).toEqual(['directory: enable anna applied']);
    expect(await scene.mailList.refused()).toEqual(['anna']);
  });

  test('is let out by an operator, and only where nothing stands against it', async () => {
    await running();
    await byHand('anna\nberit\n');
    await scene.declare(blocks('user', [blocked('berit')]));
    const { applied } = await enableByOrder(scene.parts(), 'anna', OPERATOR, 'mail');
    expect(applied.map(({ outcome }) => outcome.status)).toEqual(['applied']);
    await expect(enableByOrder(scene.parts(), 'berit', OPERATOR, 'mail')).rejects.toThrow('should not send mail');
    expect(await scene.mailList.refused()).toEqual(['berit']);
  });
});
