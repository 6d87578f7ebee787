/** Merge requests from the push to the account: real Git, a real daemon, and a stand-in for GitLab that answers as its documentation says. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { people, person } from '../support/desired-state.ts';
import { makeReviewSite, type ReviewSite } from '../support/review-site.ts';

let site: ReviewSite;
beforeEach(async () => {
  site = await makeReviewSite(['rie']);
  await site.start();
});
afterEach(() => site.close());

describe('a merge request', () => {
  test('is said in one comment and a status, again after each push, and what was merged is done', async () => {
    const first = await site.project.push('closing', person('anna', { state: 'closed' }));
    const request = await site.project.open('closing', 'rie');
    expect(await site.notify()).toBe(202);
    await site.until(() => expect(site.verdict(first)).toBe('success: 1 person loses access.'));
    expect(site.comments(1)).toHaveLength(1);
    expect(site.comments(1)[0]).toContain('users/cbs/anna.yaml');

    const second = await site.project.push('closing', people(['anna', 'berit'], { state: 'closed' }));
    await site.notify();
    await site.until(() => expect(site.verdict(second)).toBe('success: 2 people lose access.'));
    expect(site.comments(1)).toHaveLength(1);
    expect(site.comments(1)[0]).toContain('users/cbs/berit.yaml');

    site.project.approve(request, 'bo');
    expect(site.directory()).not.toContain('disabled');
    const merged = await site.project.merge(request);
    await site.notify('Push Hook');
    await site.until(() =>
      expect(site.lines.some(({ msg, revision }) => msg === 'passed' && revision === merged)).toBe(true),
    );
    expect(site.comments(1)).toHaveLength(1);
    expect(await site.stop()).toBe(0);
  });

  test('with a mistake fails, and the mistake stands on its line until it is mended', async () => {
    const wrong = person('carl', { institution: 'cbz' });
    const first = await site.project.push('carl', wrong);
    const request = await site.project.open('carl', 'rie');
    await site.notify();
    await site.until(() => expect(site.verdict(first)).toMatch(/^failed: /));
    const [thread] = request.notes.filter(({ position }) => position !== null);
    expect(thread?.position).toMatchObject({ new_path: 'users/cbz/carl.yaml', new_line: 1 });
    expect(thread?.body).toContain('cbz');

    const second = await site.project.push('carl', { ...person('carl'), 'users/cbz/carl.yaml': null });
    await site.notify();
    await site.until(() => expect(site.verdict(second)).toBe('success: 1 person gets an account.'));
    expect(thread?.resolvedBy?.username).toBe('muster-bot');
  });
});
