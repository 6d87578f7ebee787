/** Approvals of a forge from the push to the account: what was merged counts only once those whom the policy asks for approved it there. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ran } from '../cli/site-folder.ts';
import { type Files, people, person } from '../support/desired-state.ts';
import type { LabRequest } from '../support/gitlab.ts';
import { makeReviewSite, type ReviewSite } from '../support/review-site.ts';

const POLICY = `approvals:
  revisions:
    by: mergeRequests
    people:
      - { name: Rie Service, emails: [rie@example.org], forge: [rie] }
      - { name: Bo Operator, emails: [bo@example.org], forge: [bo] }
`;

const PHONE = '+45 20 12 34 56';
/** As a directory holds it. */
const STORED = '+4520123456';

let site: ReviewSite;
/** The revision that was taken in. */
let first: string;
beforeEach(async () => {
  site = await makeReviewSite(['rie'], { settings: POLICY });
  first = await site.project.push('main', person('carl'));
  await muster('approve-revision', `none..${first}`, '--reason', 'our first one');
  await muster('sync');
});
afterEach(() => site.close());

function muster(...args: readonly string[]): Promise<Ran> {
  return site.site.muster(...args);
}

async function opened(branch: string, files: Files): Promise<LabRequest> {
  await site.project.push(branch, files);
  return site.project.open(branch, 'rie');
}

test('S3: what was merged with its author’s own approval, or with one from before the last push, writes nothing until it is approved', async () => {
  const request = await opened('more', person('anna', { phone: PHONE }));
  site.project.approve(request, 'bo');
  const last = await site.project.push('more', person('dora'));
  const merged = await site.project.merge(request);
  const before = site.directory();
  const held = await muster('sync');
  expect(held.code).toBe(1);
  expect(held.out).toContain(`revision ${merged.slice(0, 12)} is not approved`);
  const missing = `Commit ${last.slice(0, 10)} by Rie Service needs the approval of 1 more of the people on the list, not by Rie Service`;
  expect(held.out).toContain(missing);

  await site.project.setBack(first);
  const anew = await site.project.open('more', 'rie');
  for (const name of ['rie', 'stranger']) site.project.approve(anew, name);
  await site.project.merge(anew);
  expect((await muster('sync')).out).toContain('needs the approval of 1 more of the people on the list');
  expect(site.directory()).toBe(before);

  await site.project.setBack(first);
  const again = await site.project.open('more', 'rie');
  site.project.approve(again, 'bo');
  await site.project.merge(again);
  expect((await muster('sync')).out).toContain('1 person got an account, 1 phone number changed');
  expect(site.directory()).toContain(STORED);
  // Their own approval is not told, either.
  const answered = /signed by Rie Service, approved by Bo Operator, /;
  expect((await muster('audit', 'show', '--user', 'anna')).out).toMatch(answered);
  expect((await muster('why', 'dora')).out).toMatch(answered);
});

test('S3: what was pushed past every merge request writes nothing, whatever is approved after it', async () => {
  const past = await site.project.push('main', person('anna', { phone: PHONE }));
  const request = await opened('closing', people(['berit'], { state: 'closed' }));
  site.project.approve(request, 'bo');
  await site.project.merge(request);
  const before = site.directory();
  expect((await muster('sync')).out).toContain(`Commit ${past.slice(0, 10)}: it came by no merge request.`);
  expect(site.directory()).toBe(before);
});

describe('a merge that is held because it is not approved', () => {
  const told = (iid: number) => site.comments(iid).filter((text) => text.startsWith('<!-- muster approval demo -->'));

  test('is told on its merge request with what is missing, whose word would do and how; once approved, by whom and since when', async () => {
    await site.start();
    const merged = await site.project.merge(await opened('phone', person('anna', { phone: PHONE })));
    await site.notify('Push Hook');
    await site.until(() => expect(told(1)).toHaveLength(1));
    const [held = ''] = told(1);
    expect(held).toContain(`Revision ${merged.slice(0, 10)} is held: it is not approved`);
    expect(held).toContain('by Rie Service needs the approval of 1 more of the people on the list, not by Rie Service');
    expect(held).toContain('Can be approved by Bo Operator.');
    expect(held).toContain('approve it at the forge; where that takes no approval of what is merged already');
    expect(site.directory()).not.toContain(STORED);

    await muster('approve-revision', `${first}..${merged}`, '--reason', 'looked at it');
    await site.notify('Push Hook');
    await site.until(() =>
      expect(told(1)[0]).toMatch(
        new RegExp(`Approved by .+\\. It was taken in with revision ${merged.slice(0, 10)} by the pass of `),
      ),
    );
    expect(told(1)).toHaveLength(1);
    expect(site.directory()).toContain(STORED);
    expect(await site.stop()).toBe(0);
  });

  test('and was let in by an operator while nobody served is told so afterwards, and who waited only for others is told that', async () => {
    const fine = await opened('phone', person('anna', { phone: PHONE }));
    site.project.approve(fine, 'bo');
    const lacking = await opened('more', person('dora'));
    await site.project.merge(fine);
    const merged = await site.project.merge(lacking);
    await site.start();
    await site.until(() => {
      expect(told(1)[0]).toContain('Nothing is missing of what this merge request brought.');
      expect(told(2)[0]).toContain('Can be approved by Bo Operator.');
    });
    expect(told(1)[0]).not.toContain('What is missing');
    expect(await site.stop()).toBe(0);

    const last = site.lines.findLast(({ msg }) => msg === 'passed')?.revision;
    await muster('approve-revision', `${last}..${merged}`, '--reason', 'looked at it');
    await muster('sync');
    await site.start();
    await site.until(() => {
      for (const iid of [1, 2])
        expect(told(iid)[0]).toMatch(/^Approved by .+\. It was taken in with revision .+ by the pass of /m);
    });
  });

  test('and was taken out of the branch again is told that nothing of it is applied', async () => {
    await site.start();
    const before = String(site.lines.findLast(({ msg }) => msg === 'passed')?.revision);
    await site.project.merge(await opened('phone', person('anna', { phone: PHONE })));
    await site.notify('Push Hook');
    await site.until(() => expect(told(1)).toHaveLength(1));
    await site.project.setBack(before);
    await site.notify('Push Hook');
    await site.until(() => expect(told(1)[0]).toContain('No longer in the branch'));
    expect(told(1)).toHaveLength(1);
  });
});

test('a forge that is away holds what was merged and nothing else: blocks go on, and it is taken in by itself once it is back', async () => {
  await site.start();
  const request = await opened('phone', person('anna', { phone: PHONE }));
  site.project.approve(request, 'bo');
  site.lab.fault = () => new Promise(() => undefined);
  const merged = await site.project.merge(request);
  await site.notify('Push Hook');
  await site.until(() => expect(site.lines.some(({ msg }) => /No whole answer within/.test(String(msg)))).toBe(true));
  expect((await muster('block', 'berit', '--reason', 'lost laptop')).out).toContain('1 person lost access');
  expect(site.directory()).not.toContain(STORED);
  site.lab.fault = null;
  await site.until(() => {
    expect(site.lines.some(({ msg, revision }) => msg === 'passed' && revision === merged)).toBe(true);
  });
  expect(site.directory()).toContain(STORED);
  expect(await site.stop()).toBe(0);
});
