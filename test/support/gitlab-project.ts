/** The project behind the stand-in for GitLab: a real Git repository to which people push, propose, approve and merge, with webhooks. */
import { createHmac } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commit, type Files, GIT_ENVIRONMENT } from './desired-state.ts';
import { type Lab, type LabRequest, labRequest } from './gitlab.ts';
import { runCommand } from './run-command.ts';

/** Of the copy that a stranger made. */
const FORK_ID = 8;

export interface LabProject {
  /** The bare repository on the server. */
  readonly folder: string;
  /** Commits to a branch, which begins at main, and pushes it. */
  push(branch: string, files: Files): Promise<string>;
  /** The same to a copy of the repository that somebody made for themselves. */
  pushToFork(branch: string, files: Files): Promise<string>;
  open(branch: string, by: string): Promise<LabRequest>;
  openFromFork(branch: string, by: string): Promise<LabRequest>;
  /** @throws Error where it is merged: as GitLab's documents say, no approval can be added then. */
  approve(request: LabRequest, by: string): void;
  /** Whoever presses the button: a merge commit on main. */
  merge(request: LabRequest): Promise<string>;
  /** Whoever may force: main is at that commit again. */
  setBack(commit: string): Promise<void>;
}

/** @param home an empty folder, for the repositories */
export async function makeLabProject(lab: Lab, home: string, files: Files): Promise<LabProject> {
  const [server, fork, desk] = ['project.git', 'fork.git', 'desk'].map((name) => join(home, name)) as Three;
  await mkdir(home, { recursive: true });
  for (const folder of [server, fork]) {
    await git('init', '--quiet', '--bare', '--initial-branch=main', '--template=', folder);
  }
  await git('init', '--quiet', '--initial-branch=main', '--template=', desk);
  await commit(desk, files, 'Begin');
  for (const folder of [server, fork]) await git('-C', desk, 'push', '--quiet', folder, 'main');

  const pushTo = async (folder: string, branch: string, changed: Files) => {
    const known = await git('-C', folder, 'for-each-ref', '--format=%(refname)', `refs/heads/${branch}`);
    await git('-C', desk, 'fetch', '--quiet', folder, known === '' ? 'main' : branch);
    await git('-C', desk, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
    const made = await commit(desk, changed, `Change ${branch}`);
    await git('-C', desk, 'push', '--quiet', folder, `HEAD:refs/heads/${branch}`);
    await refresh();
    return made;
  };
  const refresh = async () => {
    for (const request of lab.state.requests.values()) if (request.state === 'opened') await follow(request);
  };
  /** What GitLab does some time after a push: the head of each merge request under a ref of its own, and another version of it. */
  const follow = async (request: LabRequest) => {
    const from = request.sourceProject === FORK_ID ? fork : server;
    const ref = `refs/merge-requests/${request.iid}/head`;
    await git('-C', server, 'fetch', '--quiet', '--force', from, `refs/heads/${request.sourceBranch}:${ref}`);
    const head = await git('-C', server, 'rev-parse', ref);
    if (head === request.head) return;
    const base = await git('-C', server, 'merge-base', 'main', head);
    request.head = head;
    request.commits = (await git('-C', server, 'rev-list', `main..${head}`)).split('\n');
    request.versions.unshift({ head, base, at: Date.now() });
    request.changed = addedLines(await git('-C', server, 'diff', '--unified=0', '--no-renames', base, head));
  };
  const open = async (branch: string, by: string, sourceProject: number) => {
    const iid = Math.max(0, ...lab.state.requests.keys()) + 1;
    const request = labRequest(lab.state, iid, { head: null, by, sourceBranch: branch, sourceProject });
    await follow(request);
    return request;
  };
  return {
    folder: server,
    push: (branch, changed) => pushTo(server, branch, changed),
    pushToFork: (branch, changed) => pushTo(fork, branch, changed),
    open: (branch, by) => open(branch, by, lab.state.project.id),
    openFromFork: (branch, by) => open(branch, by, FORK_ID),
    approve: (request, by) => {
      if (request.state === 'merged') throw new Error('a merged request takes no approval');
      request.approvals.set(by, Date.now());
    },
    merge: async (request) => {
      const head = request.head ?? '';
      const [tree = ''] = (await git('-C', server, 'merge-tree', '--write-tree', 'main', head)).split('\n');
      const message = `Merge branch '${request.sourceBranch}'`;
      const made = await git('-C', server, 'commit-tree', tree, '-p', 'main', '-p', head, '-m', message);
      await git('-C', server, 'update-ref', 'refs/heads/main', made);
      Object.assign(request, { state: 'merged', mergeCommit: made });
      return made;
    },
    setBack: async (to) => {
      await git('-C', server, 'update-ref', 'refs/heads/main', to);
    },
  };
}

/** What `map` over three names gives. */
type Three = [string, string, string];

async function git(...args: readonly string[]): Promise<string> {
  return (await runCommand('git', args, { env: GIT_ENVIRONMENT })).trim();
}

/** From `git diff --unified=0`: `+++ b/path`, then `@@ -1,2 +3,4 @@` for each stretch. */
function addedLines(diff: string): ReadonlyMap<string, ReadonlySet<number>> {
  const found = new Map<string, Set<number>>();
  let lines = new Set<number>();
  for (const line of diff.split('\n')) {
    const [, path] = /^\+\+\+ b\/(.+)$/.exec(line) ?? [];
    if (path !== undefined) {
      lines = new Set();
      found.set(path, lines);
    }
    const [, first, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    for (let n = 0; first !== undefined && n < Number(count); n += 1) lines.add(Number(first) + n);
  }
  return found;
}

/** A notice as GitLab sends it: with a token, or signed by Standard Webhooks where the secret begins with `whsec_`. */
export function noticeHeaders(event: string, body: string, secret: string): Readonly<Record<string, string>> {
  const common = { 'x-gitlab-event': event, 'content-type': 'application/json' };
  if (!secret.startsWith('whsec_')) return { ...common, 'x-gitlab-token': secret };
  const [id, seconds] = [`msg-${body.length}-${Date.now()}`, String(Math.floor(Date.now() / 1000))];
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { ...common, 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
}
