/** A control file, and the small output mailer that reads it: whom it names sends no mail. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { controlFile } from '../../src/reconcilers/mail-blocks/control-file/adapter.ts';
import { LINE_DEFAULT } from '../../src/reconcilers/mail-blocks/control-file/settings.ts';
import type { BlockListAdapter } from '../../src/reconcilers/mail-blocks/port.ts';

export interface MailList {
  readonly path: string;
  readonly adapter: BlockListAdapter;
  /** Who stands on it, as the mailer understands it, in its order; a missing file names nobody. */
  refused(): Promise<readonly string[]>;
  /** The whole text; throws where there is none. */
  text(): Promise<string>;
}

export function mailListAt(path: string, instance: string, clock: () => number): MailList {
  return {
    path,
    adapter: controlFile({ path, line: LINE_DEFAULT }, { instance, clock }),
    refused: async () => (existsSync(path) ? namesIn(await readFile(path, 'utf8')) : []),
    text: () => readFile(path, 'utf8'),
  };
}

/** What a mailer does with it: one name a line, remarks passed over. */
function namesIn(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** Whether the mailer lets a mail of that person out. */
export async function mailerSends(list: MailList, username: string): Promise<boolean> {
  return !(await list.refused()).includes(username);
}
