/** S2: a branch whose history was rewritten, as plan and doctor tell it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepInGit, makeSite, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;
let git: ReturnType<typeof keepInGit>;

beforeEach(async () => {
  site = await makeSite();
  git = keepInGit(site);
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
