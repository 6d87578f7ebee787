/** Evidence by a forge: which commits came by whose merge request, and whose approvals count. */
import { expect, test } from 'vitest';
import type { MergedRequest } from '../../../src/core/approval/requests.ts';
import { requestedRange } from '../../../src/sources/evidence/forge.ts';
import type { GitCommit } from '../../../src/sources/evidence/range.ts';

const SIGNERS = ['Rita', 'Otto', 'Carla'].map((name) => ({
  name,
  emails: [`${name.toLowerCase()}@example.org`],
  gpg: [],
  forge: [name.toLowerCase()],
}));

function commit(id: string, author = 'rita', parents: readonly string[] = []): GitCommit {
  const who = { name: author, email: `${author}@example.org` };
  const shared = { committedSeconds: 0, message: '', signature: null, fault: null };
  return { id, parents, author: who, committer: who, paths: [`${id}.yaml`], ...shared };
}

function request(author: string, commits: readonly string[], more: Partial<MergedRequest> = {}): MergedRequest {
  const writers = [`${author.toLowerCase()}@example.org`];
  return { name: '!7', author, commits, writers, results: [], approvedBy: [], ...more };
}

function answers(commits: readonly GitCommit[], requests: readonly MergedRequest[]) {
  const { commits: answered } = requestedRange({ commits, changed: [] }, requests, SIGNERS);
  return answered.map(({ authors, approvers, problem }) => ({ authors, approvers, problem }));
}

test('the author is whoever opened the merge request, and whoever the commit names besides', () => {
  expect(answers([commit('a', 'carla')], [request('Rita', ['a'], { approvedBy: ['otto'] })])).toEqual([
    { authors: ['Rita', 'Carla'], approvers: ['Otto'], problem: null },
  ]);
});

test('what merging made of it came by it, too', () => {
  const requests = [request('rita', ['a'], { results: ['squash', 'merge'], approvedBy: ['otto'] })];
  for (const id of ['squash', 'merge']) {
    expect(answers([commit(id, 'somebody')], requests)).toEqual([
      { authors: ['Rita'], approvers: ['Otto'], problem: null },
    ]);
  }
});

test('S3: what was pushed past every merge request is refused, also where a good one was built on it', () => {
  const found = answers(
    [commit('pushed'), commit('a', 'rita', ['pushed'])],
    [request('rita', ['a'], { approvedBy: ['otto'] })],
  );
  expect(found.map(({ problem }) => problem)).toEqual(['it came by no merge request.', null]);
});

test('S3: a merge request of somebody who is not listed is refused, whoever approved it and whatever its commits call themselves', () => {
  expect(answers([commit('a')], [request('mallory', ['a'], { approvedBy: ['rita', 'otto'] })])).toEqual([
    { authors: [], approvers: ['Rita', 'Otto'], problem: 'it came by !7 of mallory, who is not listed.' },
  ]);
});

test('S3: whoever pushed into the merge request of another is an author of all of it, by either name in a commit', () => {
  const writers = ['rita@example.org', 'Otto@Example.org'];
  const requests = [request('rita', ['a'], { writers, results: ['squash'], approvedBy: ['otto'] })];
  for (const id of ['a', 'squash']) {
    expect(answers([commit(id)], requests)).toEqual([
      { authors: ['Rita', 'Otto'], approvers: ['Otto'], problem: null },
    ]);
  }
});

test('S3: a merge request with a commit by an address that nobody listed is refused, and says which', () => {
  const writers = ['rita@example.org', 'mallory@example.net'];
  expect(answers([commit('a')], [request('rita', ['a'], { writers, approvedBy: ['otto'] })])).toEqual([
    {
      authors: ['Rita'],
      approvers: ['Otto'],
      problem: 'it came by !7, which holds a commit by mallory@example.net, an address that is not listed.',
    },
  ]);
});

test('approvals of people who are not listed do not count, and those of two requests are put together', () => {
  const requests = [
    request('rita', ['a'], { approvedBy: ['mallory'] }),
    request('otto', ['a'], { approvedBy: ['carla'] }),
  ];
  expect(answers([commit('a')], requests)).toEqual([
    { authors: ['Rita', 'Otto'], approvers: ['Carla'], problem: null },
  ]);
});
