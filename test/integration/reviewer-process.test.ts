/** The process that reviews: it stays between reviews, and ends when nobody asks it, when it has grown, when the daemon ends in whatever way. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Keeping, reviewerProcess } from '../../src/cli/reviewing.ts';
import type { Reviewed, Reviewer, ReviewOrder } from '../../src/daemon/reviewer.ts';
import { keepInGit, makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { childrenOf, isAlive } from '../support/children.ts';
import { person } from '../support/desired-state.ts';
import { program } from '../support/programs.ts';
import { makeReviewSite } from '../support/review-site.ts';
import { runCommand } from '../support/run-command.ts';

const NAME = 'review-child';
const NEVER = new AbortController().signal;
/** Longest wait, in milliseconds, for a process to begin or to end on a machine that is busy. */
const PATIENCE_MS = 60_000;

describe('over one installation', () => {
  let site: SiteFolder;
  let reviewer: Reviewer | null = null;
  beforeEach(async () => {
    site = await makeSite();
    const git = keepInGit(site);
    git('checkout', '-q', '-b', 'work');
    site.declare('users/cbs/carl.yaml', person('carl')['users/cbs/carl.yaml'] ?? '');
    git('add', '.');
    git('commit', '-qm', 'Carl');
    git('checkout', '-q', 'main');
  });
  afterEach(async () => {
    await reviewer?.close();
    site.remove();
  });

  const begin = (keeping: Keeping = {}) => {
    const begun = reviewerProcess(site.config, { program: program(`cli/${NAME}`), ...keeping });
    reviewer = begun;
    return begun;
  };
  const look = async (by: Reviewer, otherwise: Partial<ReviewOrder> = {}): Promise<Reviewed> => {
    const head = (await runCommand('git', ['-C', `${site.folder}/repository`, 'rev-parse', 'work'])).trim();
    const order = { number: 1, ref: 'refs/heads/work', head, charactersMax: 60_000, link: null };
    return by.review({ ...order, how: 'plan', ...otherwise }, NEVER);
  };
  const running = () => childrenOf(process.pid, NAME);
  const until = (check: () => void) => vi.waitFor(check, { timeout: PATIENCE_MS, interval: 50 });

  test('nothing is started before something is asked, and the same process answers again', async () => {
    const by = begin();
    expect(running()).toEqual([]);
    expect((await look(by)).headline).toBe('1 person gets an account.');
    const [first] = running();
    expect((await look(by)).headline).toBe('1 person gets an account.');
    expect(running()).toEqual([first]);
    await by.close();
    expect(running()).toEqual([]);
  });

  test('unasked for a while it ends, and the next question starts another', async () => {
    const by = begin({ idleMs: 300 });
    await look(by);
    await until(() => expect(running()).toEqual([]));
    expect((await look(by)).state).toBe('passed');
  });

  test('one that was killed, unasked or in the middle, is replaced at once, and no question is lost for it', async () => {
    const by = begin();
    await look(by);
    const [killed = 0] = running();
    process.kill(killed, 'SIGKILL');
    await until(() => expect(isAlive(killed)).toBe(false));
    expect((await look(by)).state).toBe('passed');
    expect(running()).not.toContain(killed);

    const [second = 0] = running();
    const looking = look(by);
    process.kill(second, 'SIGKILL');
    expect((await looking).state).toBe('passed');
  });

  test('one that has grown too large ends with its answer', async () => {
    const by = begin({ bytesMax: 1 });
    expect((await look(by)).state).toBe('passed');
    await until(() => expect(running()).toEqual([]));
  });

  test('one that failed in a way that nobody foresaw is not asked again; one that only could not do it is', async () => {
    const by = begin();
    await look(by);
    const before = running();
    await expect(look(by, { head: 'f'.repeat(40) })).rejects.toMatchObject({ remedy: 'retry' });
    expect(running()).toEqual(before);
    await expect(look(by, { link: 'no address' })).rejects.toMatchObject({ remedy: 'bug' });
    await until(() => expect(running()).toEqual([]));
    expect((await look(by)).state).toBe('passed');
  });
});

describe('of a daemon', () => {
  test('leaves nothing behind when the daemon is told to stop, and when it is killed', async () => {
    for (const how of ['SIGTERM', 'SIGKILL'] as const) {
      const site = await makeReviewSite(['rie']);
      try {
        await site.start();
        const head = await site.project.push('closing', person('anna', { state: 'closed' }));
        await site.project.open('closing', 'rie');
        await site.notify();
        await site.until(() => expect(site.verdict(head)).toBe('success: 1 person loses access.'));
        const [daemon = 0] = childrenOf(process.pid, site.site.config);
        const children = childrenOf(daemon, NAME);
        expect(children).toHaveLength(1);
        process.kill(daemon, how);
        await site.until(() => expect([daemon, ...children].filter(isAlive)).toEqual([]));
      } finally {
        await site.close();
      }
    }
  });
});
