/** A map of Postfix whose writer is killed at any moment: it holds whole keys, and whoever comes next finishes what was begun. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { standsOn } from '../../src/reconcilers/mail-blocks/standing.ts';
import { missingForPostmap, postfixMapAt } from '../support/postfix-map.ts';
import { program } from '../support/programs.ts';
import { makeTestDirectory } from '../support/test-directory.ts';

const KILLS = 15;
/** Milliseconds between the beginning of the writes and the latest kill: two batches, on a machine at rest. */
const LATEST_MS = 250;
/** A key of one person with the whole entry, or the key that says whose map it is. */
const WHOLE =
  /^(person\d+)(@example\.org)?\tREJECT Sending mail is blocked for this account \[muster:research-service:\1\]$/;
const SEAL = '[muster:research-service]\tDUNNO';

test.skipIf(missingForPostmap().length > 0)(
  'M6: kill -9 at any moment leaves whole keys in the map of Postfix, and the next process finishes',
  async () => {
    const home = await makeTestDirectory('postfix-crash');
    const map = await postfixMapAt(home.path);
    let changed = 0;
    let before = '';
    for (let kill = 0; kill < KILLS; kill += 1) {
      const child = spawn(process.execPath, [program('postfix-crash-child'), home.path], {
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      await once(child.stdout, 'data');
      await wait((LATEST_MS * kill) / KILLS);
      // The whole group: postmap dies along with whoever started it.
      process.kill(-Number(child.pid), 'SIGKILL');
      await once(child, 'exit');
      const list = await map.adapter().connect();
      const { completeness, listed } = await list.read();
      expect(['whole', 'absent']).toContain(completeness);
      if (completeness === 'absent') continue;
      const entries = (await map.entries()).filter((line) => line !== SEAL);
      expect(entries.filter((line) => !WHOLE.test(line))).toEqual([]);
      if (entries.join() !== before) changed += 1;
      before = entries.join();
      for (const key of listed) {
        const edit = { key, address: `${key}@example.org`, listed: true, revision: 'r2' };
        const was = standsOn(await list.read(), edit, true);
        if (!was) await list.write({ ...edit, was });
        expect(standsOn(await list.read(), edit, true)).toBe(true);
      }
    }
    // Otherwise nothing would have been going on when the kills came.
    expect(changed).toBeGreaterThan(KILLS / 4);
    await home.remove();
  },
);
