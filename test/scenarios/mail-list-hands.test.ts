/** What happens to the mailer's file without Muster, and to a mail system that is down: nobody is let out by it, and nobody waits for it. */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { pass, passLane } from '../../src/core/pass.ts';
import type { Reconciler } from '../../src/core/ports.ts';
import { pageOf } from '../support/catastrophe.ts';
import { CBS, makeCompany } from '../support/company.ts';
import { blocks, institution, mailBlocks, people } from '../support/desired-state.ts';
import { noFaults, silent, withFaults } from '../support/faulty-reconciler.ts';
import { mailListAt } from '../support/mail-list.ts';
import { INSTANCE, makeScene, type Scene, type SceneOptions } from '../support/scene.ts';
import { sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

const TODAY = '2026-06-15';
const from = (target: string) => ({ target, from: TODAY });

/** Anna may not send mail, Berit may not log in. */
async function running(options: SceneOptions = {}): Promise<void> {
  scene = await makeCompany({ mailBlocks: true, ...options });
  await scene.declare({ ...mailBlocks(from('anna')), ...blocks('user', [from('berit')]) });
  await scene.sync();
  expect(await scene.mailList.refused()).toEqual(['anna', 'berit']);
}

describe('M6: a file that is not as Muster left it', () => {
  const acts: readonly (readonly [what: string, act: (path: string, text: string) => Promise<void>])[] = [
    ['was deleted', (path) => rm(path)],
    ['was emptied', (path) => writeFile(path, '')],
    ['was cut off', (path, text) => writeFile(path, text.slice(0, text.indexOf('anna') + 2))],
    ['lost a name', (path, text) => writeFile(path, text.replace('anna\n', ''))],
    [
      'has its first line no more',
      (path, text) => writeFile(path, text.slice(text.indexOf('\n') + 1).replace('anna\n', '')),
    ],
    ['was moved away', (path) => rename(path, `${path}.old`)],
  ];

  test.each(acts)('blocks again whomever it named, where it %s, and says so', async (_what, act) => {
    await running();
    await act(scene.mailList.path, await scene.mailList.text());
    const report = await scene.sync();
    expect(report.plan.notices.map(({ kind }) => kind)).toContain('lost-write');
    expect(await scene.mailList.refused()).toEqual(expect.arrayContaining(['anna', 'berit']));
    expect(report.holds).toEqual([]);
    expect((await scene.plan()).plan.changes).toEqual([]);
  });

  test('is told to be empty where it is, and that it kept nobody from sending mail', async () => {
    await running();
    await writeFile(scene.mailList.path, '');
    const page = pageOf(await scene.sync());
    expect(page).toContain(
      'is empty, so that it keeps nobody from sending mail. Whomever Muster had blocked there is blocked again.',
    );
    expect(page).not.toContain('first line');
  });

  test('blocks them again however many they are: what was let through once is not counted again', async () => {
    const names = sorted(Array.from({ length: 40 }, (_, nth) => `person${nth}`));
    scene = await makeScene({ mailBlocks: true });
    await scene.declare({ ...institution('cbs', 'CBS'), ...people(names) });
    await scene.settle();
    await scene.declare(mailBlocks(...names.map(from)));
    await scene.settle();
    expect(await scene.mailList.refused()).toEqual(names);
    await rm(scene.mailList.path);
    expect((await scene.sync()).holds).toEqual([]);
    expect(await scene.mailList.refused()).toEqual(names);
    await scene.declare(blocks('user', [from('person0')]));
    expect(story(await scene.sync())).toEqual(['disable person0']);
  });

  test('gives nobody back whose block was lifted and is still held', async () => {
    await running({ limits: { lift: { people: 0, perDay: 0, institutions: 0, institutionPeople: 0 } } });
    await scene.declare(mailBlocks({ ...from('anna'), lifted: TODAY }));
    expect(story(await scene.sync())).toEqual(['held lift: 1']);
    await rm(scene.mailList.path);
    await scene.sync();
    expect(await scene.mailList.refused()).toEqual(['anna', 'berit']);
    expect(story(await scene.sync())).toEqual(['held lift: 1']);
  });

  test('is left as it is where somebody took out one who may send mail by now', async () => {
    await running({ limits: { lift: { people: 0, perDay: 0, institutions: 0, institutionPeople: 0 } } });
    await scene.declare(mailBlocks({ ...from('anna'), lifted: TODAY }));
    await scene.sync();
    // With another name in her place nothing says that anything got lost.
    await writeFile(scene.mailList.path, (await scene.mailList.text()).replace('anna', 'carl'));
    expect(story(await scene.sync())).toEqual(['(disabled-by-hand)']);
    expect(sorted(await scene.mailList.refused())).toEqual(['berit', 'carl']);
  });
});

describe('A2: a mail system that takes nothing', () => {
  const inTheWay = async () => {
    await rm(scene.mailList.path);
    await mkdir(scene.mailList.path);
  };

  test('keeps no block out of the directory, and is told at once', async () => {
    await running();
    await inTheWay();
    await scene.declare(blocks('user', [from('berit'), from('carl')]));
    const report = await scene.sync();
    expect(story(report)).toEqual(['disable carl', '(unverified, urgent)', 'unread mail']);
    expect(await scene.directory.isEnabled('carl')).toBe(false);
    expect(pageOf(report)).toContain('should not send mail');
    await rm(scene.mailList.path, { recursive: true });
    await scene.sync();
    expect(await scene.mailList.refused()).toEqual(['anna', 'berit', 'carl']);
  });

  test('is no symbolic link to somewhere else', async () => {
    await running();
    const elsewhere = `${scene.home}/elsewhere.txt`;
    await rename(scene.mailList.path, elsewhere);
    await symlink(elsewhere, scene.mailList.path);
    await scene.declare(mailBlocks(from('anna'), from('carl')));
    expect(story(await scene.sync())).toContain('unread mail');
    expect(await mailListAt(elsewhere, INSTANCE, () => 0).refused()).toEqual(['anna', 'berit']);
  });

  test('and that does not even answer keeps the directory’s block waiting for nothing', async () => {
    const never = new Promise<never>(() => undefined);
    const hanging = (reconciler: Reconciler): Reconciler => ({
      ...reconciler,
      connect: () => never,
      connectAll: () => never,
    });
    scene = await makeCompany({ mailBlocks: true });
    const parts = scene.parts();
    const [directory, mail] = parts.reconcilers;
    if (directory === undefined || mail === undefined) throw new RangeError('two systems');
    let blockedAt: string | null = null;
    const watched: Reconciler = {
      ...directory,
      connect: async (suits) => {
        const { reader, writer } = await directory.connect(suits);
        const write: typeof writer.write = async (...args) => {
          const written = await writer.write(...args);
          blockedAt = args[0].address.key;
          return written;
        };
        return { reader, writer: { write } };
      },
    };
    await scene.declare(blocks('user', [from('berit')]));
    // The others stop waiting only once the directory has taken the block.
    const patience = async () => {
      do await new Promise((resolve) => setImmediate(resolve));
      while (blockedAt === null);
    };
    const report = await pass(
      { ...parts, patience, reconcilers: [watched, hanging(mail)] },
      { trigger: 'command', dryRun: false },
    );
    expect(blockedAt).toBe('berit');
    expect(story(report)).toEqual(['disable berit', '(unverified, urgent)', 'unread mail']);
  });

  test('and an operator’s block goes to both, to each that answers', async () => {
    await running();
    await scene.store.orders.block({
      id: 'order',
      scope: 'user',
      target: 'carl',
      by: 'oper',
      reason: 'stolen laptop',
      at: scene.clock.now,
      until: null,
    });
    await passLane(scene.parts(), 'block carl', true);
    expect(await scene.mailList.refused()).toEqual(['anna', 'berit', 'carl']);
    expect(await scene.directory.isEnabled('carl')).toBe(false);
  });
});

test('A1: an answer that got lost is looked up in the file, and nothing is written twice', async () => {
  const faults = noFaults();
  await running({ aroundMail: (reconciler) => withFaults(reconciler, faults) });
  faults.write = async (_change, real) => {
    await real();
    throw silent('unanswered');
  };
  await scene.declare(mailBlocks(from('anna'), from('carl')));
  expect(story(await scene.sync())).toContain('disable carl failed');
  faults.write = (_change, real) => real();
  const written = faults.written.length;
  expect(story(await scene.sync())).toEqual([]);
  expect(faults.written).toHaveLength(written);
  await scene.declare(mailBlocks(from('anna'), { ...from('carl'), lifted: TODAY }));
  expect(story(await scene.sync())).toEqual(['enable carl']);
  expect(await scene.mailList.refused()).toEqual(['anna', 'berit']);
});

test('a lost store lets nobody out: whom it no longer knows to have blocked stays blocked', async () => {
  await running();
  await scene.loseStore();
  await scene.sync();
  await scene.declare({ ...blocks('user', [{ ...from('berit'), lifted: TODAY }]) });
  await scene.sync();
  expect(await scene.mailList.refused()).toEqual(['anna', 'berit']);
  expect(CBS).toContain('berit');
});

test('two processes at once do not both write: the later one is told who is at work', async () => {
  await running();
  const other = await scene.second();
  await scene.declare(mailBlocks(from('anna'), from('carl')));
  const both = await Promise.allSettled([scene.sync(), pass(other.parts, { trigger: 'command', dryRun: false })]);
  await other.close();
  expect(both.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  expect(await scene.mailList.refused()).toEqual(['anna', 'berit', 'carl']);
});
