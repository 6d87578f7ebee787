/** A map of Postfix in a folder of its own, and the hands of whoever keeps it: what tests of it begin with. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockListAdapter } from '../../src/reconcilers/mail-blocks/port.ts';
import { postfix } from '../../src/reconcilers/mail-blocks/postfix/adapter.ts';
import { type PostfixSettings, postfixSchema } from '../../src/reconcilers/mail-blocks/postfix/settings.ts';
import { runCommand } from './run-command.ts';

export const POSTMAP = '/usr/sbin/postmap';
/** A site's own, never the machine's. */
const LMDB = '/usr/lib/postfix/postfix-lmdb.so';

/** Nothing but what postmap itself needs. */
const MAIN_CF = 'compatibility_level = 3.6\n';

export function missingForPostmap(): readonly string[] {
  return [POSTMAP, LMDB].filter((path) => !existsSync(path));
}

export interface PostfixMapFixture {
  readonly settings: PostfixSettings;
  adapter(instance?: string): BlockListAdapter;
  /** What `postmap -s` prints, sorted. */
  entries(): Promise<readonly string[]>;
  put(key: string, value: string): Promise<void>;
  take(key: string): Promise<void>;
  /** Takes out every key, and makes the map where there is none. */
  clear(): Promise<void>;
}

export async function postfixMapAt(folder: string): Promise<PostfixMapFixture> {
  const configFolder = join(folder, 'config');
  await mkdir(configFolder, { recursive: true });
  await writeFile(join(configFolder, 'main.cf'), MAIN_CF);
  return postfixMapIn(folder, join(folder, 'blocked'));
}

/** @param folder one with a configuration, as `postfixMapAt` makes it @param map path without `.lmdb` */
export function postfixMapIn(folder: string, map: string): PostfixMapFixture {
  const configFolder = join(folder, 'config');
  const settings = postfixSchema.parse({ map, configFolder });
  const run = (args: readonly string[], input = '') =>
    runCommand(POSTMAP, ['-c', configFolder, ...args, `lmdb:${map}`], { input });
  const entries = async () => {
    const lines = (await run(['-s'])).split('\n');
    return lines.filter((line) => line !== '').sort();
  };
  return {
    settings,
    adapter: (instance = 'research-service') => postfix(settings, { instance, clock: Date.now }),
    entries,
    put: async (key, value) => {
      await run(['-i'], `${key} ${value}\n`);
    },
    take: async (key) => {
      await run(['-d', key]);
    },
    clear: async () => {
      await run(['-i']);
      const keys = (await entries()).map((line) => line.split('\t', 1)[0]);
      if (keys.length > 0) await run(['-d', '-'], `${keys.join('\n')}\n`);
    },
  };
}
