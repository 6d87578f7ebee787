/** A control file whose writer is killed at any moment: the mailer finds the old list or the new one, never half of one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mailListAt } from '../support/mail-list.ts';
import { program } from '../support/programs.ts';
import { makeTestDirectory } from '../support/test-directory.ts';

const KILLS = 20;
/** Milliseconds between the beginning of the writes and the latest kill; a replacement takes a few. */
const LATEST_MS = 40;

test('M6: kill -9 at any moment leaves a whole list, and the next process goes on from it', async () => {
  const home = await makeTestDirectory('mail-list-crash');
  const list = mailListAt(join(home.path, 'blocked.txt'), 'research-service', Date.now);
  let changed = 0;
  let before = '';
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = spawn(process.execPath, [program('mail-list-crash-child'), list.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await wait((LATEST_MS * kill) / KILLS);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { completeness, unread } = await (await list.adapter.connect()).read();
    expect(unread).toEqual([]);
    expect(['whole', 'absent']).toContain(completeness);
    const text = completeness === 'absent' ? '' : await list.text();
    if (text !== before) changed += 1;
    before = text;
  }
  // Otherwise nothing would have been going on when the kills came.
  expect(changed).toBeGreaterThan(KILLS / 4);
  await home.remove();
});
