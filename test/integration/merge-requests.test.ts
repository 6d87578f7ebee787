/** Merge requests from the push to the account: real Git, a real daemon, and a stand-in for GitLab that answers as its documentation says. */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Files, people, person } from '../support/desired-state.ts';
import { handDirectory } from '../support/hand-directory.ts';
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

describe('whose change it is', () => {
  test('from a fork, or by somebody who is not on the list, it is validated and nothing that any system holds is read', async () => {
    const moved = people(['anna'], { email: 'anna@elsewhere.example.net' });
    const foreign = await site.project.pushToFork('mine', moved);
    await site.project.openFromFork('mine', 'rie');
    const own = await site.project.push('theirs', moved);
    await site.project.open('theirs', 'stranger');
    await site.notify();
    await site.until(() => {
      expect(site.verdict(own)).toBe('success: No mistakes; what would happen was not looked at.');
      expect(site.comments(1)[0]).toContain('what would happen was not looked at');
    });
    // A fork's commit has no place for a status here.
    expect(site.verdict(foreign)).toBeNull();
    for (const text of [...site.comments(1), ...site.comments(2)]) {
      expect(text).not.toContain('anna@example.org');
      expect(text).not.toContain('anna@elsewhere.example.net');
    }
  });

  test('a forged notice makes nobody look', async () => {
    await site.project.push('closing', person('anna', { state: 'closed' }));
    const asked = site.lab.state.asked.length;
    const passes = site.lines.filter(({ msg }) => msg === 'passed').length;
    expect(await site.notify('Merge Request Hook', 'whsec_Zm9yZ2VkIGtleSBvZiB0aGlydHktdHdvIGJ5dGVz')).toBe(401);
    expect(await site.notify('Merge Request Hook', 'a secret that somebody guessed')).toBe(401);
    expect(site.lab.state.asked.slice(asked).filter((line) => !line.includes('merge_requests?state=opened'))).toEqual(
      [],
    );
    expect(site.lines.some(({ msg }) => msg === 'notices of pushes were turned away')).toBe(true);
    expect(site.lines.filter(({ msg, trigger }) => msg === 'passed' && trigger === 'push')).toHaveLength(0);
    expect(passes).toBeGreaterThan(0);
  });
});

describe('what happens in between', () => {
  test('of two that touch one person, the other is looked at again once one is merged', async () => {
    await site.project.push('closing', person('anna', { state: 'closed' }));
    const one = await site.project.open('closing', 'rie');
    const other = await site.project.push('phone', person('anna', { phone: '+45 20 12 34 56' }));
    await site.project.open('phone', 'rie');
    await site.notify();
    await site.until(() => expect(site.verdict(other)).toBe('success: 1 phone number changes.'));
    const merged = await site.project.merge(one);
    await site.notify('Push Hook');
    // The review of the other says what it was worked out against.
    await site.until(() => expect(site.comments(2)[0]).toContain(`merged into ${merged.slice(0, 10)}`));
    expect(site.comments(2)).toHaveLength(1);
    await site.until(() => {
      const told = site.comments(1).find((text) => text.startsWith('<!-- muster outcome demo -->'));
      expect(told).toContain('Done as it was shown.');
    });
  });

  test('what somebody did by hand meanwhile is said on the merge request', async () => {
    const head = await site.project.push('closing', person('anna', { state: 'closed' }));
    const request = await site.project.open('closing', 'rie');
    await site.notify();
    await site.until(() => expect(site.verdict(head)).toBe('success: 1 person loses access.'));
    const directory = await handDirectory(join(site.site.folder, 'directory.json'));
    await directory.disable('anna');
    await site.project.merge(request);
    await site.notify('Push Hook');
    await site.until(() => {
      const told = site.comments(1).find((text) => text.startsWith('<!-- muster outcome demo -->'));
      expect(told).toContain('need not happen any more');
    });
  });
});

describe('a forge in trouble', () => {
  test('that says nothing stops no pass, and its merge requests are looked at once it is back', async () => {
    site.lab.fault = () => new Promise(() => undefined);
    const head = await site.project.push('closing', person('anna', { state: 'closed' }));
    await site.project.open('closing', 'rie');
    await site.notify();
    const direct = await site.project.push('main', person('carl'));
    await site.notify('Push Hook');
    await site.until(() => expect(site.directory()).toContain('CN=carl,'));
    await site.until(() =>
      expect(site.lines.some(({ msg, revision }) => msg === 'passed' && revision === direct)).toBe(true),
    );
    await site.until(() => expect(site.lines.some(({ msg }) => msg === 'merge requests are not looked at')).toBe(true));
    expect(site.comments(1)).toEqual([]);
    site.lab.fault = null;
    await site.until(() => expect(site.verdict(head)).toBe('success: 1 person loses access.'));
    expect(await site.stop()).toBe(0);
  });
});

describe('ten thousand changes', () => {
  test('are a summary first, in a comment that GitLab takes, and all of them are kept for the status page', async () => {
    const head = await site.project.push('all', tenThousand());
    await site.project.open('all', 'rie');
    await site.notify();
    await site.until(() => expect(site.verdict(head)).toBe('success: 10,000 people get an account.'));
    const [text = ''] = site.comments(1);
    expect(text.length).toBeLessThanOrEqual(100_000);
    expect(text.split('\n').slice(0, 5).join(' ')).toContain('10,000 people get an account.');
  });
});

/** A thousand files of ten people each. */
function tenThousand(): Files {
  const files: Record<string, string> = {};
  for (let file = 0; file < 1_000; file += 1) {
    const entries = Array.from({ length: 10 }, (_, nth) => {
      const number = String(file * 10 + nth).padStart(5, '0');
      return `- username: u${number}
  name: { given: Anna, family: Number ${inLetters(number)} }
  email: u${number}@example.org
  phone: +45 20 1${number.slice(0, 1)} ${number.slice(1, 3)} ${number.slice(3)}
  institution: cbs
  state: active
`;
    });
    files[`users/cbs/many-${file}.yaml`] = entries.join('');
  }
  return files;
}

/** No digit may stand in a name. */
function inLetters(number: string): string {
  return [...number].map((digit) => 'abcdefghij'.charAt(Number(digit))).join('');
}
