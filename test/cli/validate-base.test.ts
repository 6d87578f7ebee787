/** `muster validate --base`: the step from a revision to here, in a work tree and from a mirror. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  commit,
  institution,
  makeRepository,
  musterFile,
  people,
  person,
  writeFiles,
} from '../support/desired-state.ts';
import { runCommand } from '../support/run-command.ts';
import { call, type Ran } from './site-folder.ts';

const UNIT = 'OU=Researchers,DC=example,DC=org';
const BLOCK = '- institution: cbs\n  reason: rent not paid\n  from: 2026-01-01\n';
const BASE = { ...musterFile('demo'), ...institution('cbs', 'CBS'), ...people(['anna', 'bo', 'carla']) };

interface Site {
  /** Of a work tree in `repo`, with everything under `people/desired`. */
  muster(...args: readonly string[]): Promise<Ran>;
  /** Of the same repository, mirrored. */
  mirrored(...args: readonly string[]): Promise<Ran>;
  readonly folder: string;
  readonly repo: string;
}

let site: Site;

function configText(source: string, limits: string): string {
  return `instance: demo
mode: observe
timeZone: Europe/Copenhagen
source: ${source}
store: { sqlite: muster.db }
directory:
  embedded:
    file: directory.json
    accounts:
      read: ["${UNIT}"]
      create: [{ ou: "${UNIT}" }]
      upnSuffix: example.org
      attributes: { company: "{institution.name}" }
limits: ${limits}
`;
}

function makeSite(under: string, limits = '{ always: 5 }'): Site {
  const folder = mkdtempSync(join(tmpdir(), 'muster-step-'));
  const repo = join(folder, 'repo');
  const [config, mirror] = [join(folder, 'muster.yaml'), join(folder, 'mirrored.yaml')];
  writeFileSync(config, configText(`{ folder: ${join('repo', under)} }`, limits));
  writeFileSync(mirror, configText(`{ git: { url: ${repo}, branch: main } }`, limits));
  return {
    folder,
    repo,
    muster: (...args) => call(['--config', config, ...args]),
    mirrored: (...args) => call(['--config', mirror, ...args]),
  };
}

function inFolder(files: Readonly<Record<string, string | null>>, under = 'people/desired') {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${under}/${path}`, text]));
}

function itemsOf({ out }: Ran): readonly { readonly does: string; readonly file: string; readonly text: string }[] {
  return JSON.parse(out).step.items;
}

beforeEach(async () => {
  site = makeSite('people/desired');
  await makeRepository(site.repo);
  await commit(site.repo, inFolder(BASE), 'Begin');
});
afterEach(() => rmSync(site.folder, { recursive: true }));

describe('in a work tree of Git', () => {
  test('nothing changed', async () => {
    const ran = await site.muster('validate', '--base', 'HEAD');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('0 files changed.');
    expect(ran.out).toContain('No entry says anything else.');
  });

  test('a person removed without having been closed, and a block of everybody, not yet committed', async () => {
    await writeFiles(site.repo, inFolder({ 'users/cbs/bo.yaml': null, 'blocked-institutions.yaml': BLOCK }));
    const ran = await site.muster('validate', '--base', 'HEAD');
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('3 people lose access.');
    expect(ran.out).toContain('no longer declared and was not closed');
    expect(ran.out).toContain('(users/cbs/bo.yaml:1)');
    expect(ran.out).toContain('username: bo\n');
    expect(ran.out).toContain(
      'CBS is blocked from 2026-01-01, until it is lifted: rent not paid. 3 people lose access.',
    );
  });

  test('a later end gives access for longer, to somebody who has it already', async () => {
    await commit(site.repo, inFolder(person('bo', { ends: '2098-12-31' })), 'Ends');
    await writeFiles(site.repo, inFolder(person('bo', { ends: '2099-12-31' })));
    const ran = await site.muster('validate', '--base', 'HEAD');
    expect(ran.out).toContain('1 person has access for longer.');
    expect(ran.out).not.toContain('gets access');
  });

  test('Y1: a line that is gone is told by what stood there at the base, which the state alone cannot tell', async () => {
    const ending = person('bo', { ends: '2027-12-31' });
    await commit(site.repo, inFolder(ending), 'Ends');
    await writeFiles(site.repo, inFolder(person('bo')));
    expect((await site.muster('validate')).code).toBe(0);
    const ran = await site.muster('validate', '--base', 'HEAD');
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('`ends` was 2027-12-31 and is gone.');
  });

  test('Y1: a file that was cut off since the base is told as such', async () => {
    const path = 'people/desired/users/cbs/bo.yaml';
    const text = readFileSync(join(site.repo, path), 'utf8');
    await writeFiles(site.repo, { [path]: text.slice(0, text.indexOf('state')).trimEnd().slice(0, -3) });
    expect((await site.muster('validate', '--base', 'HEAD')).out).toContain('This file seems to be cut off');
    // Once more, from what was kept of the first time.
    expect((await site.muster('validate', '--base', 'HEAD')).out).toContain('This file seems to be cut off');
  });

  test('entries moved to other files, and files renamed, do nothing', async () => {
    const moved = { 'users/cbs/bo.yaml': null, ...person('bo', { institution: 'cbs' }) };
    const [text = ''] = Object.values(person('bo'));
    await writeFiles(site.repo, inFolder({ ...moved, 'users/cbs/bo.yaml': null, 'users/elsewhere/b.yaml': text }));
    const ran = await site.muster('--format', 'json', 'validate', '--base', 'HEAD');
    expect(ran.code).toBe(0);
    expect(itemsOf(ran)).toEqual([]);
    expect(JSON.parse(ran.out).step.files).toEqual(['users/cbs/bo.yaml', 'users/elsewhere/b.yaml']);
  });

  test('what changed since the last check is found by either check, whatever was kept of the others', async () => {
    const closed = inFolder(person('bo', { state: 'closed' }));
    // By then every file has lain there for long, so that what is seen of it is kept.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      expect((await site.muster('validate')).out).toContain('No mistakes.');
      await writeFiles(site.repo, closed);
      const ran = await site.muster('--format', 'json', 'validate', '--base', 'HEAD');
      expect(itemsOf(ran).map(({ does }) => does)).toEqual(['closes']);
      expect(readFileSync(join(site.repo, '.git/muster/seen-1.json'), 'utf8')).toContain('users/cbs/carla.yaml');
      await writeFiles(site.repo, inFolder(person('bo', { phone: '20123456' })));
      expect((await site.muster('validate')).out).toContain('users/cbs/bo.yaml:4:8');
      await writeFiles(site.repo, inFolder(person('bo')));
      expect((await site.muster('validate')).out).toContain('No mistakes.');
      expect((await site.muster('validate', '--base', 'HEAD')).out).toContain('0 files changed.');
    } finally {
      vi.useRealTimers();
    }
  });

  test('of a branch that has gone on, what this one did since it left is told, and nothing of the other', async () => {
    await runCommand('git', ['-C', site.repo, 'branch', 'side']);
    await commit(site.repo, inFolder(person('dora')), 'Dora');
    await runCommand('git', ['-C', site.repo, 'checkout', '--quiet', 'side']);
    await commit(site.repo, inFolder(person('bo', { state: 'closed' })), 'Bo');
    const ran = await site.muster('--format', 'json', 'validate', '--base', 'main');
    expect(itemsOf(ran).map(({ does, text }) => [does, text])).toEqual([['closes', 'Anna Jensen (bo) is closed.']]);
    expect((await site.muster('validate', '--base', 'main')).out).toContain('The step from where this left main');
  });

  test('a revision that nobody knows, one that has no past in common, and an option in disguise', async () => {
    const unknown = await site.muster('validate', '--base', 'nowhere');
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toContain('No revision "nowhere" is known here.');
    expect((await site.muster('validate', '--base=--all')).err).toContain('No revision "--all" is known here.');
    await runCommand('git', ['-C', site.repo, 'checkout', '--quiet', '--orphan', 'other']);
    await commit(site.repo, {}, 'Another beginning');
    expect((await site.muster('validate', '--base', 'main')).err).toContain('no past in common');
  });

  test('of a history that is here in part only, how to get the rest of it', async () => {
    await commit(site.repo, inFolder(person('dora')), 'Dora');
    const clone = join(site.folder, 'shallow');
    await runCommand('git', ['clone', '--quiet', '--depth=1', `file://${site.repo}`, clone]);
    const first = (await runCommand('git', ['-C', site.repo, 'rev-parse', 'HEAD~1'])).trim();
    const config = join(site.folder, 'shallow.yaml');
    writeFileSync(config, configText('{ folder: shallow/people/desired }', '{ always: 5 }'));
    const ran = await call(['--config', config, 'validate', '--base', first]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('GIT_DEPTH');
  });

  test('a folder that lies in no Git repository', async () => {
    rmSync(join(site.repo, '.git'), { recursive: true });
    const ran = await site.muster('validate', '--base', 'HEAD');
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('lies in no Git repository');
  });

  test('a further work tree of the same repository', async () => {
    const tree = join(site.folder, 'tree');
    await runCommand('git', ['-C', site.repo, 'worktree', 'add', '--quiet', tree]);
    await writeFiles(tree, inFolder(person('bo', { state: 'closed' })));
    const config = join(site.folder, 'tree.yaml');
    writeFileSync(config, configText('{ folder: tree/people/desired }', '{ always: 5 }'));
    const ran = await call(['--config', config, '--format', 'json', 'validate', '--base', 'main']);
    expect(itemsOf(ran).map(({ does }) => does)).toEqual(['closes']);
  });

  test('files beside the entries count as settings, once they are committed', async () => {
    await commit(site.repo, inFolder({ CODEOWNERS: '* @research\n' }), 'Owners');
    const ran = await site.muster('--format', 'json', 'validate', '--base', 'HEAD~1');
    expect(itemsOf(ran)).toMatchObject([{ does: 'changes-settings', file: 'CODEOWNERS' }]);
  });
});

describe('from a mirror', () => {
  test('by commit, and by the names that the branch has elsewhere', async () => {
    const first = (await runCommand('git', ['-C', site.repo, 'rev-parse', 'HEAD'])).trim();
    rmSync(site.folder, { recursive: true });
    site = makeSite('');
    await makeRepository(site.repo);
    const begin = await commit(site.repo, BASE, 'Begin');
    await commit(site.repo, person('bo', { state: 'closed' }), 'Bo');
    for (const name of [begin, begin.slice(0, 12), 'HEAD~1', 'main^', 'origin/main~1']) {
      const ran = await site.mirrored('--format', 'json', 'validate', '--base', name);
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(itemsOf(ran).map(({ does }) => does)).toEqual(['closes']);
    }
    expect((await site.mirrored('validate', '--base', 'HEAD')).out).toContain('No entry says anything else.');
    expect((await site.mirrored('validate', '--base', first)).err).toContain('is known here');
  });
});

describe('limits', () => {
  test('one that the step would trip is told with its figures, and fails nothing', async () => {
    rmSync(site.folder, { recursive: true });
    site = makeSite('people/desired', '{ always: 1, update: { percent: 50 } }');
    await makeRepository(site.repo);
    await commit(site.repo, inFolder(BASE), 'Begin');
    await writeFiles(site.repo, inFolder(institution('cbs', 'Copenhagen')));
    const ran = await site.muster('validate', '--base', 'HEAD');
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('Would wait for an approval: 3 people of 3 people with an open account');
  });
});

describe('the code-quality report', () => {
  test('names places from the top of the repository, and stays the same when lines move', async () => {
    const report = join(site.folder, 'report.json');
    await writeFiles(site.repo, inFolder({ 'users/cbs/bo.yaml': null }));
    const ran = await site.muster('validate', '--base', 'HEAD', '--code-quality', report);
    expect(ran.code).toBe(2);
    const [issue, ...more] = JSON.parse(readFileSync(report, 'utf8'));
    expect(more).toEqual([]);
    expect(issue).toMatchObject({
      check_name: 'removes-person',
      severity: 'critical',
      location: { path: 'people/desired/users/cbs/bo.yaml', lines: { begin: 1 } },
    });
    expect(issue.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  test('of the state alone, and empty where nothing is wrong', async () => {
    const report = join(site.folder, 'report.json');
    expect((await site.muster('validate', '--code-quality', report)).code).toBe(0);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toEqual([]);
    await writeFiles(site.repo, inFolder(person('bo', { phone: '20123456' })));
    expect((await site.muster('validate', '--code-quality', report)).code).toBe(2);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject([
      { check_name: 'repository', severity: 'critical', location: { path: 'people/desired/users/cbs/bo.yaml' } },
    ]);
  });

  test('into a folder that is not there is trouble', async () => {
    const ran = await site.muster('validate', '--code-quality', join(site.folder, 'no', 'report.json'));
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("The report can't be written");
  });
});
