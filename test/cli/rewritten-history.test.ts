/** S2: a branch whose history was rewritten, as plan and doctor tell it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSite, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;

function git(...args: readonly string[]): void {
  const identity = ['-c', 'user.name=Rita', '-c', 'user.email=rita@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...identity, ...args], { cwd: join(site.folder, 'repository'), stdio: 'pipe' });
}

beforeEach(async () => {
  site = await makeSite();
  site.configure('source: { folder: repository }', 'source: { git: { url: ./repository, branch: main } }');
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'Begin');
});
afterEach(() => site.remove());

test('S2: doctor fails as long as the revision is refused, and shows the command that lets it through', async () => {
  await site.muster('sync');
  expect((await site.muster('doctor')).out).toContain('ok   repository: Can be read; 2 people are declared.');
  git('commit', '-q', '--amend', '-m', 'Begin otherwise');
  const { code, out } = await site.muster('doctor');
  expect(code).toBe(1);
  expect(out).toMatch(/FAIL repository: .*history was rewritten or rolled back/);
  const step = /muster approve-revision ([0-9a-f]{40}\.\.[0-9a-f]{40})/.exec(out)?.[1] ?? 'none';

  const plan = await site.muster('plan');
  expect(plan.out).toContain('It counts as it last was for everybody');
  expect(plan.out).not.toContain('because of a mistake');

  expect((await site.muster('approve-revision', step, '--reason', 'a file was removed')).code).toBe(0);
  expect((await site.muster('doctor')).out).toContain('ok   repository');
}, 60_000);
