/** `muster review`: a branch as text, Markdown and JSON, kept where that is asked for, and its exit codes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepInGit, makeSite, person, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;
let git: ReturnType<typeof keepInGit>;

beforeEach(async () => {
  site = await makeSite();
  git = keepInGit(site);
  await site.muster('sync');
  git('checkout', '-q', '-b', 'joiners');
  site.declare('users/more.yaml', person('cholm', 'Carl', 'Holm', '+45 20 12 34 58'));
  git('add', '.');
  git('commit', '-qm', 'Somebody joins');
}, 60_000);
afterEach(() => site.remove());

test('a branch is shown in every form, and nothing is written', async () => {
  const text = await site.muster('review', 'joiners');
  expect([text.code, text.err]).toEqual([0, '']);
  expect(text.out).toContain('1 person gets an account.');
  expect(text.out).toContain('users/more.yaml:1');
  const markdown = await site.muster('review', 'joiners', '--format', 'markdown');
  expect(markdown.out).toMatch(/^## What merging [0-9a-f]{10} would do\n\n1 person gets an account\.\n/);
  const { state, items } = JSON.parse((await site.muster('review', 'joiners', '--format', 'json')).out);
  expect([state, items.length]).toEqual(['changes', 1]);
  expect((await site.muster('plan')).out).toContain('Nothing to do');
}, 60_000);

test('a mistake in the branch gives 2, a branch that is not there 1', async () => {
  site.declare('users/more.yaml', 'username: cholm\n');
  git('commit', '-qam', 'Half of it');
  const wrong = await site.muster('review', 'joiners', '--validate');
  expect(wrong.code).toBe(2);
  expect(wrong.out).toContain('users/more.yaml:1');
  const missing = await site.muster('review', 'nobodys');
  expect(missing.code).toBe(1);
  expect(missing.err).toContain('The repository has no branch nobodys.');
}, 60_000);

test('what would keep nothing, or names no branch, is refused before anything is read', async () => {
  const both = await site.muster('review', 'joiners', '--validate', '--keep');
  expect([both.code, both.out]).toEqual([1, '']);
  expect(both.err).toContain('With "--validate" nothing is shown that "--keep" could hold a merge against.');
  const nameless = await site.muster('review', '');
  expect([nameless.code, nameless.out]).toEqual([1, '']);
  expect(nameless.err).toContain('No branch is named.');
});

test('where the desired state is a folder there is nothing to review', async () => {
  site.configure('source: { git: { url: ./repository, branch: main } }', 'source: { folder: repository }');
  const { code, err } = await site.muster('review', 'joiners');
  expect(code).toBe(1);
  expect(err).toContain('which has no branches');
});
