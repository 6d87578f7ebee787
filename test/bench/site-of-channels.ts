/** The installation over slapd once more, with a control file of blocked people and a token for everybody in a privacyIDEA. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOf } from '../support/file-hash.ts';
import { atExit } from '../support/test-directory.ts';
import { assertNothingToDo, BuiltMuster } from './built-muster.ts';
import { answerOf } from './child-answer.ts';
import { commitFiles } from './desired-repository.ts';
import type { OtpCount, OtpReady } from './otp-process.ts';
import { personAt } from './population.ts';
import { foldLog, type SlapdSite } from './site-on-slapd.ts';
import { cached, type Workshop } from './workshop.ts';

const PROGRAM = join(import.meta.dirname, 'otp-process.ts');
/** Everybody's token is taken over in one pass. */
const NO_LIMITS =
  'limits: { always: 1000000, block: { people: 1000000, perDay: 1000000, institutions: 3, institutionPeople: 2000 } }';

export interface ChannelSite {
  readonly configFile: string;
  readonly otp: OtpReady;
  /** How many of the people may not send mail. */
  readonly blocked: number;
  count(): Promise<OtpCount>;
  close(): Promise<void>;
}

/**
 * Lets Muster block and take over once, so that a pass afterwards has nothing to do.
 * @throws Error where that is not so.
 */
export async function openChannelSite(
  workshop: Workshop,
  site: SlapdSite,
  blocked: number,
  say: (text: string) => void,
): Promise<ChannelSite> {
  const child = fork(PROGRAM, [String(site.users)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const otp = (await answer(child)) as OtpReady;
  const configFile = await configure(site, otp);
  const muster = new BuiltMuster(workshop, configFile);
  await takeOver(site, muster, say);
  const distance = Math.floor(site.users / blocked);
  const entries = Array.from(
    { length: blocked },
    (_, nth) => `- user: ${personAt(nth * distance).username}\n  reason: Sent results\n  from: 2026-01-01\n`,
  );
  await commitFiles(site.repository, [['mail-blocks.yaml', entries.join('')]], 'Mail of some');
  await site.server.freshen();
  await muster.pass('sync');
  await site.server.freshen();
  assertNothingToDo((await muster.pass('plan')).report);
  return {
    configFile,
    otp,
    blocked,
    count: async () => {
      child.send('count');
      return (await answer(child)) as OtpCount;
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
      forget();
      await commitFiles(site.repository, [['mail-blocks.yaml', '']], 'Mail of nobody');
    },
  };
}

/** Everybody's token becomes Muster's, which takes minutes, and is kept for the next run. The tokens are the same each time. */
async function takeOver(site: SlapdSite, muster: BuiltMuster, say: (text: string) => void): Promise<void> {
  const database = join(site.folder, 'channels.db');
  const kept = await cached(`channels-${site.users}`, `${site.version}-${hashOf(PROGRAM)}`, async (building) => {
    say(`letting Muster take over ${site.users} tokens`);
    await site.heat();
    await copyFile(join(site.folder, 'muster.db'), database);
    // Other figures may have gone before, and Muster plans nothing by a directory whose clock stands behind.
    await site.server.freshen();
    await muster.pass('sync');
    foldLog(database);
    await copyFile(database, join(building, 'channels.db'));
  });
  await copyFile(join(kept, 'channels.db'), database);
}

/** Our own program sends nothing else. */
function answer(child: ChildProcess): Promise<unknown> {
  return answerOf(child, 'The privacyIDEA of the benchmark ended.');
}

async function configure({ folder, configFile }: SlapdSite, { url, realm, apiToken }: OtpReady): Promise<string> {
  const file = join(folder, 'channels.yaml');
  await writeFile(join(folder, 'otp-token'), `${apiToken}\n`, { mode: 0o600 });
  const text = (await readFile(configFile, 'utf8')).replace('muster.db', 'channels.db');
  const more = `${NO_LIMITS}
mailBlocks: { controlFile: { path: blocked.txt } }
tokens: { privacyidea: { url: "${url}", realm: ${realm}, tokenFile: otp-token } }
`;
  await writeFile(file, `${text}${more}`);
  return file;
}
