/** A site whose repository takes what the policy lets in, and people who push to it with keys of their own. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { allowedSigners, CARLA, type Identity, MALLORY, OTTO, RITA, sshKey } from './signed-history.ts';

export interface ApprovalSite extends SiteFolder {
  /** Git in the work tree, as that person, with their key. */
  git(who: Identity, ...args: readonly string[]): string;
  /** Commits everything, signed unless `more` says otherwise; gives the id. */
  push(who: Identity, message: string, ...more: readonly string[]): string;
  /** Writes `blocked-users.yaml`. */
  block(...entries: readonly string[]): void;
  /** A file of the repository as it stands. */
  read(path: string): string;
  /** The directory, byte by byte. */
  directory(): string;
  /** Two people with accounts, by a first revision that an operator let in; gives its id. */
  begin(): Promise<string>;
}

export const ANNA_BLOCKED = '- user: ajensen\n  reason: Results were passed on\n  from: 2026-01-01\n';
export const ANNA_LIFTED = `${ANNA_BLOCKED}  lifted: 2026-01-02\n`;
export const BO_BLOCKED = '- user: bmadsen\n  reason: Lost laptop\n  from: 2026-01-01\n';

/** Rita, Otto and Carla are listed; Mallory has a key as well. */
export async function makeApprovalSite(): Promise<ApprovalSite> {
  const site = await makeSite();
  const everybody = [RITA, OTTO, CARLA, MALLORY];
  const keys = new Map(everybody.map((who, n) => [who, sshKey(site.folder, `key-${n}`)]));
  const listed = everybody.filter((who) => who !== MALLORY);
  const lines = listed.map((who) => `${who.email} ${keys.get(who)?.public}`);
  const people = listed.map(({ name, email }) => `      - { name: ${name}, emails: [${email}] }`);
  site.configure('source: { folder: repository }', 'source: { git: { url: ./repository, branch: main } }');
  const signers = allowedSigners(site.folder, lines);
  const policy = [
    'approvals:',
    '  revisions:',
    '    by: signatures',
    `    sshSigners: ${signers}`,
    '    people:',
    ...people,
  ];
  site.configure('limits: { always: 5 }', ['limits: { always: 5 }', ...policy].join('\n'));
  const git: ApprovalSite['git'] = (who, ...args) => {
    const key = keys.get(who)?.file ?? '';
    const settings = [`user.name=${who.name}`, `user.email=${who.email}`, 'gpg.format=ssh', `user.signingkey=${key}`];
    const options = settings.flatMap((setting) => ['-c', setting]);
    const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
    const cwd = join(site.folder, 'repository');
    return execFileSync('git', [...options, ...args], { cwd, env, stdio: 'pipe' })
      .toString()
      .trim();
  };
  const push: ApprovalSite['push'] = (who, message, ...more) => {
    git(who, 'add', '--all');
    git(who, 'commit', '-q', '--allow-empty', '-m', message, ...(more.length === 0 ? ['-S'] : more));
    return git(who, 'rev-parse', 'HEAD');
  };
  git(RITA, 'init', '-q', '-b', 'main');
  return {
    ...site,
    git,
    push,
    block: (...entries) => site.declare('blocked-users.yaml', entries.join('')),
    read: (path) => readFileSync(join(site.folder, 'repository', path), 'utf8'),
    directory: () => readFileSync(join(site.folder, 'directory.json'), 'utf8'),
    async begin() {
      const first = push(RITA, 'Begin');
      await site.muster('approve-revision', `none..${first}`, '--reason', 'our first one');
      const { code, out } = await site.muster('sync');
      if (code !== 0) throw new Error(out);
      return first;
    },
  };
}
