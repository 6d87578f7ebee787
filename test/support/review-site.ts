/** A whole installation with a forge: real Git pushes, a stand-in for GitLab, and `muster serve` as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { main, makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { type Files, institution, musterFile, people } from './desired-state.ts';
import { BOT_TOKEN, botComments, type Lab, PROJECT, startGitlab } from './gitlab.ts';
import { type LabProject, makeLabProject, noticeHeaders } from './gitlab-project.ts';

/** Longest wait, in milliseconds, for what takes a second or two on a quiet machine. */
const PATIENCE_MS = 120_000;

export const HOOK_SECRET = `whsec_${Buffer.from('a key of thirty-two bytes, no less').toString('base64')}`;

export interface ReviewSite {
  readonly lab: Lab;
  readonly project: LabProject;
  readonly site: SiteFolder;
  /** What the daemon logged. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  start(): Promise<void>;
  /** `SIGTERM`; gives the exit code. */
  stop(): Promise<unknown>;
  /** A notice of an event, as GitLab sends it; gives the status that is answered. */
  notify(event?: string, secret?: string): Promise<number>;
  /** Waits until it holds. */
  until(check: () => void | Promise<void>): Promise<void>;
  /** Muster's comments on that merge request. */
  comments(iid: number): readonly string[];
  /** `success: 1 person loses access.` beside that commit; null: nothing. */
  verdict(head: string): string | null;
  /** The directory's file. */
  directory(): string;
  close(): Promise<void>;
}

/**
 * @param authors whose merge requests are planned
 * @param files besides muster.yaml, one institution and two people
 * @param settings further parts of the configuration
 */
export async function makeReviewSite(
  authors: readonly string[],
  { files = {}, settings = '' }: { readonly files?: Files; readonly settings?: string } = {},
): Promise<ReviewSite> {
  const [lab, site] = await Promise.all([startGitlab(), makeSite()]);
  const begun = { ...musterFile('demo'), ...institution('cbs', 'CBS'), ...people(['anna', 'berit']), ...files };
  const project = await makeLabProject(lab, join(site.folder, 'gitlab'), begun);
  writeFileSync(join(site.folder, 'token'), `${BOT_TOKEN}\n`, { mode: 0o600 });
  writeFileSync(join(site.folder, 'webhook'), `${HOOK_SECRET}\n`, { mode: 0o600 });
  site.configure('{ folder: repository }', '{ git: { url: ./gitlab/project.git, branch: main } }');
  writeFileSync(
    site.config,
    `${readFileSync(site.config, 'utf8')}http: { webhook: { listen: "127.0.0.1:0", secretFile: webhook } }
forge:
  gitlab: { url: "${lab.url}", project: ${PROJECT}, tokenFile: token, timeouts: { connectSeconds: 2, answerSeconds: 2 } }
  authors: ${JSON.stringify(authors)}
  everySeconds: 10
${settings}`,
  );
  const lines: Readonly<Record<string, unknown>>[] = [];
  let daemon: ChildProcess | null = null;
  let count = 0;
  const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: PATIENCE_MS, interval: 100 });
  const end = async (signal: NodeJS.Signals) => {
    const one = daemon;
    daemon = null;
    if (one === null || one.exitCode !== null || one.signalCode !== null) return one?.exitCode ?? null;
    const exit = once(one, 'exit');
    one.kill(signal);
    return (await exit)[0];
  };
  return {
    ...{ lab, project, site, lines, until },
    start: async () => {
      daemon = serve(site, lines);
      await until(() => {
        if (!lines.some(({ msg }) => msg === 'passed')) throw new Error('no pass has ended yet');
      });
    },
    stop: () => end('SIGTERM'),
    notify: async (event = 'Merge Request Hook', secret = HOOK_SECRET) => {
      const port = lines.findLast(({ msg }) => msg === 'listening for pushes')?.port;
      count += 1;
      const body = JSON.stringify({ object_kind: 'merge_request', count });
      const headers = noticeHeaders(event, body, secret);
      return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).status;
    },
    comments: (iid) => botComments(lab, iid),
    verdict: (head) => {
      const status = lab.state.statuses.get(head)?.at(-1);
      return status === undefined ? null : `${status.status}: ${status.description ?? ''}`;
    },
    directory: () => readFileSync(join(site.folder, 'directory.json'), 'utf8'),
    close: async () => {
      await end('SIGKILL');
      await lab.close();
      site.remove();
    },
  };
}

function serve(site: SiteFolder, lines: Readonly<Record<string, unknown>>[]): ChildProcess {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [main, '--config', site.config, 'serve'], {
    cwd: site.folder,
    // Reviews are made in a process of its own: without what was compiled before, reading the program is most of its first one.
    env: { PATH, NODE_COMPILE_CACHE },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let rest = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(part.startsWith('{') ? JSON.parse(part) : { msg: 'said', text: part });
  });
  return child;
}
