/** A pass that runs out of files or memory: the process ends and says so, and the next one finishes without a write too many. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { main, makeSite, type SiteFolder } from '../cli/site-folder.ts';

/** Long enough also where much else runs. */
const TEST_MS = 600_000;
const PEOPLE = ['ajensen', 'bmadsen'];

let site: SiteFolder;
beforeEach(async () => {
  site = await makeSite();
});
afterEach(() => site.remove());

/** `muster sync` in a shell that first does this, with these options of Node; gives the exit code, or the signal that ended it. */
function syncUnder(limit: string, options: readonly string[] = []): Promise<number | string> {
  const line = `${limit}; exec "$0" "$@"`;
  const args = ['-c', line, process.execPath, ...options, main, '--config', site.config, 'sync'];
  return new Promise((resolve) => {
    execFile('/bin/sh', args, { cwd: site.folder }, (error) => {
      resolve(error === null ? 0 : (error.signal ?? (typeof error.code === 'number' ? error.code : -1)));
    });
  });
}

/** How often each person's account was made, by what the journal says. */
async function creations(): Promise<readonly number[]> {
  const store = await openStore({ sqlite: join(site.folder, 'muster.db') }, Date.now);
  try {
    const all = await Promise.all(PEOPLE.map((name) => store.journal.of(name, 20)));
    return all.map((rows) => rows.filter(({ outcome }) => outcome?.status === 'applied').length);
  } finally {
    await store.close();
  }
}

async function finishes(): Promise<void> {
  const { code, err } = await site.spawn('sync');
  expect(code, err).toBe(0);
  expect((await site.spawn('plan')).out).toContain('Nothing to do: the directory matches the repository.');
  expect(await creations()).toEqual([1, 1]);
}

test(
  'A4: with fewer and fewer open files allowed: it ends with an error or is done, never half, and the next pass finishes',
  async () => {
    const codes = [];
    for (const files of [20, 24, 28, 32]) codes.push(await syncUnder(`ulimit -n ${files}`));
    expect(codes.some((code) => code !== 0)).toBe(true);
    await finishes();
  },
  TEST_MS,
);

test(
  'A4: with too little memory the process is ended, and the next pass finishes',
  async () => {
    const ended = await syncUnder('ulimit -c 0', ['--max-old-space-size=12']);
    expect(ended).not.toBe(0);
    await finishes();
  },
  TEST_MS,
);
