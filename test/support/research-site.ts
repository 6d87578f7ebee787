/** A whole site as Research Service has it: real directory, repository and mail, a server of tokens, and mails about all of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerStanding } from '../../src/core/server-standing.ts';
import type { WhyAnswer } from '../../src/core/why.ts';
import { call } from '../cli/site-folder.ts';
import type { Files } from './desired-state.ts';
import { type BindOutcome, bindOutcome, dump } from './directory-contents.ts';
import { startMailServer } from './mail-server.ts';
import type { MailWayKind } from './mail-way.ts';
import { type PrivacyideaGround, privacyideaGround } from './privacyidea-ground.ts';
import { type SambaDc, startSamba } from './samba.ts';
import { change, makeSite, sealedPasswords, type TestSite } from './site.ts';

export const RESEARCH_SERVICE = 'rs@example.org';
export const OPERATIONS = 'ops@example.org';
export const SERVER_TEAM = 'servers@example.org';

export interface ResearchSiteOptions {
  readonly language: 'en' | 'da';
  readonly way: MailWayKind;
  /** Usernames of everybody who will send mail. */
  readonly people: readonly string[];
}

/** One mail as its reader has it. */
export interface Told {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** How one person stands where they use it. */
export interface Seen {
  /** With the sealed initial password: `must change` is somebody who may come in. */
  readonly login: BindOutcome;
  readonly mail: readonly string[];
  /** `+4520123456 on`, for each token. */
  readonly tokens: readonly string[];
}

export interface ResearchSite {
  readonly site: TestSite;
  readonly dc: SambaDc;
  readonly otp: PrivacyideaGround['standIn']['state'];
  /** A change that was approved, and the pass after it; gives the mails that it brought. Throws where the pass was not all well. */
  merge(files: Files, message: string): Promise<readonly Told[]>;
  /** The same, with lines added at the end of a file. */
  add(path: string, lines: string, message: string): Promise<readonly Told[]>;
  seen(username: string, address?: string): Promise<Seen>;
  /** An attribute of the account in the directory. */
  attribute(username: string, name: string): Promise<readonly string[]>;
  why(username: string): Promise<WhyAnswer>;
  servers(): Promise<readonly ServerStanding[]>;
  /** What a command prints for people. */
  shown(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** How a command ends that is done, and has something to ask of somebody. */
const ASKS = 2;

export async function startResearchSite(options: ResearchSiteOptions): Promise<ResearchSite> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await siteOf(options, ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function siteOf(
  { language, way, people }: ResearchSiteOptions,
  ends: (() => Promise<unknown>)[],
): Promise<Omit<ResearchSite, 'stop'>> {
  const dc = await startSamba();
  ends.push(() => dc.stop());
  const mail = await way.start(people);
  ends.push(() => mail.stop());
  const inbox = await startMailServer();
  ends.push(() => inbox.close());
  const ground = await privacyideaGround([]);
  ends.push(() => ground.close());
  knowAccounts(ground, dc);
  const settings = [mail.settings, tokensText(ground), notifyText(inbox.port, language)].join('');
  const site = await makeSite(dc, { limits: '{ always: 50 }', settings });
  ends.push(() => site.remove());
  const { state: otp } = ground.standIn;
  const shown = (...args: readonly string[]) => muster(site, args, ASKS);
  const merge: ResearchSite['merge'] = async (files, message) => {
    inbox.forget();
    await change(site, files, message);
    await muster(site, ['sync'], 0);
    return inbox.taken.map(({ recipient, mail: { subject = '', text = '' } }) => ({ to: recipient, subject, text }));
  };
  return {
    site,
    dc,
    otp,
    merge,
    add: async (path, lines, message) => {
      const before = await readFile(join(site.repository, path), 'utf8').catch(() => '');
      return merge({ [path]: `${before}${lines}` }, message);
    },
    seen: async (username, address) => ({
      login: await bindOutcome(dc, `${username}@example.org`, await initialPassword(site, username)),
      mail: await mail.send(username, address),
      tokens: [...otp.tokens.values()]
        .filter(({ user }) => user === username)
        .map(({ info, active }) => `${String(info.phone)} ${active ? 'on' : 'off'}`),
    }),
    attribute: async (username, name) => {
      const found = await dump(dc, dc.researchersOu, `(sAMAccountName=${username})`, [name]);
      return [...found.values()].flat().map((line) => line.slice(name.length + 2));
    },
    why: async (username) => JSON.parse(await shown('--format', 'json', 'why', username)),
    servers: async () => JSON.parse(await shown('--format', 'json', 'servers')).servers,
    shown,
  };
}

/** As on the command line, with mails; throws where it ends neither with 0 nor with `orWith`. */
async function muster({ configFile }: TestSite, args: readonly string[], orWith: number): Promise<string> {
  const { code, out, err } = await call(['--config', configFile, ...args]);
  if (code !== 0 && code !== orWith) throw new Error(`muster ${args.join(' ')} ended with ${code}:\n${out}${err}`);
  return out;
}

/** Its resolver asks the directory, as a real one does: a token can be made once the account is there. */
function knowAccounts({ standIn }: PrivacyideaGround, dc: SambaDc): void {
  standIn.fault = async ({ method, path, query }, proper) => {
    const isAboutOne = query.has('user') || (method === 'POST' && path === '/token/init');
    if (!isAboutOne) return proper();
    const accounts = await dump(dc, dc.researchersOu, '(objectClass=user)', ['sAMAccountName']);
    for (const line of [...accounts.values()].flat()) standIn.state.people.add(line.replace('sAMAccountName: ', ''));
    return proper();
  };
}

function tokensText({ settings: { url, realm, tokenFile } }: PrivacyideaGround): string {
  return `tokens: { privacyidea: { url: "${url}", realm: ${realm}, tokenFile: ${tokenFile} } }\n`;
}

function notifyText(port: number, language: 'en' | 'da'): string {
  // Half a day away, so that what is told once a day comes into no test.
  const digest = `${String((new Date().getHours() + 12) % 24).padStart(2, '0')}:30`;
  return `notify:
  language: ${language}
  smtp: { host: 127.0.0.1, port: ${port}, tls: none, from: muster@example.org }
  to: { researchService: [${RESEARCH_SERVICE}], operations: [${OPERATIONS}] }
  digest: "${digest}"
  afterMinutes: 0
tasks:
  servers: { it: [${SERVER_TEAM}], mailInstitutions: true }
`;
}

async function initialPassword(site: TestSite, username: string): Promise<string> {
  const sealed = await sealedPasswords(site, username);
  const [only, another] = sealed.filter(({ state }) => state === 'ready');
  if (only === undefined || another !== undefined) throw new Error(`${username} has ${sealed.length} passwords`);
  return only.password;
}
