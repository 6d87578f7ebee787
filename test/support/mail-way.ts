/** How people's mail leaves a site: by a Postfix on which they log on, or by a mailer that reads a control file; and what becomes of one now. */
import { join } from 'node:path';
import { mailerSends, mailListAt } from './mail-list.ts';
import { missingForPostfix, startPostfix } from './postfix.ts';
import { INSTANCE } from './site.ts';
import type { SmtpSession } from './smtp-session.ts';
import { makeTestDirectory } from './test-directory.ts';

export interface MailWay {
  /** The `mailBlocks` of the configuration. */
  readonly settings: string;
  /** What becomes of a mail of that person, each way in which they can send it: `sent`, `refused`, or what else was answered. */
  send(username: string, address?: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface MailWayKind {
  readonly missing: readonly string[];
  /** How often `send` tries, so that a test can say that all of it was refused. */
  readonly ways: number;
  start(people: readonly string[]): Promise<MailWay>;
}

/** In a session that has been open since the beginning, and in one that begins now. */
export const POSTFIX: MailWayKind = { missing: missingForPostfix(), ways: 2, start: byPostfix };
export const MAILER: MailWayKind = { missing: [], ways: 1, start: byMailer };

async function byPostfix(people: readonly string[]): Promise<MailWay> {
  const postfix = await startPostfix(people);
  const { map, configFolder } = postfix.map.settings;
  const open = new Map<string, SmtpSession>();
  for (const username of people) open.set(username, await postfix.login(username));
  const old = (username: string) => {
    const session = open.get(username);
    if (session === undefined) throw new Error(`${username} has no session from the beginning`);
    return session;
  };
  return {
    settings: `mailBlocks: { postfix: { map: ${map}, configFolder: ${configFolder} } }\n`,
    send: async (username, address = `${username}@example.org`) => {
      const begun = await postfix.login(username);
      try {
        return [wordFor(await old(username).send(address)), wordFor(await begun.send(address))];
      } finally {
        begun.close();
      }
    },
    stop: async () => {
      for (const session of open.values()) session.close();
      await postfix.stop();
    },
  };
}

function wordFor(answer: string): string {
  if (/^250 /.test(answer)) return 'sent';
  return /^554 5\.7\.1 .*Sending mail is blocked for this account/.test(answer) ? 'refused' : answer;
}

async function byMailer(): Promise<MailWay> {
  const home = await makeTestDirectory('mailer');
  const list = mailListAt(join(home.path, 'blocked.txt'), INSTANCE, Date.now);
  return {
    settings: `mailBlocks: { controlFile: { path: ${list.path} } }\n`,
    send: async (username) => [(await mailerSends(list, username)) ? 'sent' : 'refused'],
    stop: home.remove,
  };
}
