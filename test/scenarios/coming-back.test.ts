/** Closing and coming back, with an embedded directory, mail and tokens: what is given back as it was, and what begins anew. */
import { afterEach, describe, expect, test } from 'vitest';
import { leaversAmong } from '../../src/core/leavers.ts';
import type { Report } from '../../src/core/report.ts';
import { DirectoryFile } from '../../src/reconcilers/directory/embedded/directory-file.ts';
import { closedPage } from '../../src/views/closed.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { makeCompany } from '../support/company.ts';
import { type Files, person } from '../support/desired-state.ts';
import { DAY_MS } from '../support/reconciliation.ts';
import type { Scene, SceneOptions } from '../support/scene.ts';
import { sorted } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

async function closedFor(days: number, options: SceneOptions = {}): Promise<Report> {
  scene = await makeCompany({ tokens: true, mailBlocks: true, ...options });
  await scene.declare(person('anna', { state: 'closed' }));
  const closing = await scene.sync();
  scene.clock.now += days * DAY_MS;
  return closing;
}

/** In the file where she stands, whatever institution it says. */
const anna = (more: Parameters<typeof person>[1]): Files => ({
  'users/cbs/anna.yaml': Object.values(person('anna', more)).join(''),
});

const done = ({ applied }: Report) =>
  sorted(applied.map(({ change, outcome }) => `${change.address.system} ${change.kind} ${outcome.status}`));
const sealed = async () =>
  (await scene.outbox.list()).filter(({ username }) => username === 'anna').map(({ state }) => state);

const passwordInForce = async () => (await new DirectoryFile(scene.directory.file).read()).byUsername('anna')?.password;

describe('a person who was closed', () => {
  test('within 30 days gets back account, mail and token as they were, with the password they know', async () => {
    expect(done(await closedFor(29))).toEqual([
      'directory disable applied',
      'mail disable applied',
      'tokens disable applied',
    ]);
    const token = await scene.tokens.of('anna');
    await scene.declare(person('anna'));
    const planned = (await scene.plan()).plan.changes.find(({ address }) => address.system === 'directory');
    expect(planned?.cause.text).toBe(
      'what took it away is over (it was: the account is closed); is back, in no group, as before',
    );
    expect(done(await scene.sync())).toEqual([
      'directory enable applied',
      'mail enable applied',
      'tokens enable applied',
    ]);
    expect(await scene.tokens.of('anna')).toEqual({ ...token, enabled: true });
    expect(await sealed()).toEqual(['ready']);
    expect((await scene.plan()).plan.changes).toEqual([]);
  });

  test.each([
    ['after 31 days', 31, {}],
    ['from another institution the next day', 1, { institution: 'dtu' }],
  ])('%s gets a new password, sealed like the first, which ends the old one', async (_, days, more) => {
    await closedFor(days);
    expect(await sealed()).toEqual(['ready']);
    const first = await passwordInForce();
    await scene.declare(anna(more));
    const report = await scene.sync();
    expect(report.holds).toEqual([]);
    expect(done(report)).toContain('directory enable applied');
    expect(sorted(await sealed())).toEqual(['ready', 'replaced']);
    expect(await passwordInForce()).not.toBe(first);
    expect((await scene.plan()).plan.changes).toEqual([]);
    // Gone again the next day and back the day after: from then on it is the new leave that counts.
    await scene.declare(anna({ ...more, state: 'closed' }));
    await scene.sync();
    scene.clock.now += DAY_MS;
    await scene.declare(anna(more));
    await scene.sync();
    expect(sorted(await sealed())).toEqual(['ready', 'replaced']);
  });

  test('keeps their leave when the database is closed and opened, and while another block holds', async () => {
    await closedFor(10);
    await scene.reopen();
    const rows = await scene.store.ledger.all('directory');
    expect(rows.find(({ key }) => key === 'anna')?.away).toMatchObject({ institution: 'cbs', groups: [] });
  });

  test('is listed with how long, and with what they had, until they are back', async () => {
    await closedFor(400);
    const list = async () =>
      leaversAmong(await scene.store.ledger.all('directory'), scene.clock.now).map(({ username, days, groups }) => ({
        username,
        days,
        groups,
      }));
    expect(await list()).toEqual([{ username: 'anna', days: 400, groups: [] }]);
    const rows = await scene.store.ledger.all('directory');
    const page = pageAsText(closedPage(leaversAmong(rows, scene.clock.now), 'Europe/Copenhagen'), plainStyle);
    expect(page).toContain('for 400 days, since 2026-06-15');
    expect(page).toContain('was with cbs; in no group');
    await scene.declare(anna({}));
    await scene.sync();
    expect(await list()).toEqual([]);
  });
});
