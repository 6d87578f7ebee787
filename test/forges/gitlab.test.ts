/** GitLab as a forge, against a server that answers as its documentation says: what is asked for, what is changed, what is left alone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gitlabForge } from '../../src/forges/gitlab/adapter.ts';
import { gitlabSchema } from '../../src/forges/gitlab/settings.ts';
import type { Forge, MergeRequest } from '../../src/forges/port.ts';
import {
  BOT_TOKEN,
  botComments,
  type Lab,
  type LabRequest,
  labPerson,
  labRequest,
  PROJECT,
  startGitlab,
} from '../support/gitlab.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';

const HEAD = 'a'.repeat(40);
const BASE = 'b'.repeat(40);
const FORK = 8;

let lab: Lab;
let home: TestDirectory;
let forge: Forge;

beforeEach(async () => {
  lab = await startGitlab();
  home = await makeTestDirectory('gitlab');
  await writeFile(join(home.path, 'token'), `${BOT_TOKEN}\n`, { mode: 0o600 });
  forge = forgeAt(lab.url);
});
afterEach(async () => {
  forge.close();
  await lab.close();
  await home.remove();
});

function forgeAt(url: string, instance = 'demo'): Forge {
  const timeouts = { connectSeconds: 1, answerSeconds: 1 };
  const tokenFile = join(home.path, 'token');
  return gitlabForge({ ...gitlabSchema.parse({ url, project: PROJECT, tokenFile, timeouts }), instance });
}

/** One merge request that adds lines 3 and 4 of a file. */
function opened(given: Partial<LabRequest> = {}): LabRequest {
  return labRequest(lab.state, 1, {
    head: HEAD,
    versions: [{ head: HEAD, base: BASE, at: 1_000 }],
    changed: new Map([['users/a.yaml', new Set([3, 4])]]),
    ...given,
  });
}

async function only(): Promise<MergeRequest> {
  const [request] = await forge.openRequests('main');
  if (request === undefined) throw new Error('none is open');
  return request;
}

describe('open merge requests', () => {
  test('all of them, page after page, of that branch alone', async () => {
    for (let iid = 1; iid <= 230; iid += 1) labRequest(lab.state, iid, { head: HEAD });
    labRequest(lab.state, 231, { head: HEAD, targetBranch: 'other' });
    labRequest(lab.state, 232, { head: HEAD, state: 'merged' });
    const found = await forge.openRequests('main');
    expect(found.map(({ number }) => number)).toEqual(Array.from({ length: 230 }, (_, n) => n + 1));
    expect(lab.state.asked).toHaveLength(3);
  });

  test('each with its commit, who opened it, and whether it comes from elsewhere', async () => {
    labRequest(lab.state, 4, { head: HEAD, by: 'rie' });
    labRequest(lab.state, 5, { head: BASE, by: 'stranger', sourceProject: FORK });
    labRequest(lab.state, 6, { head: BASE, by: 'gone', sourceProject: null });
    labRequest(lab.state, 7, { head: null });
    expect(await forge.openRequests('main')).toEqual([
      { number: 4, url: urlOf(4), head: HEAD, ref: 'refs/merge-requests/4/head', author: 'rie', isFork: false },
      { number: 5, url: urlOf(5), head: BASE, ref: 'refs/merge-requests/5/head', author: 'stranger', isFork: true },
      { number: 6, url: urlOf(6), head: BASE, ref: 'refs/merge-requests/6/head', author: 'gone', isFork: true },
    ]);
  });

  test('a next page on another server is asked for on the configured one: no token goes elsewhere', async () => {
    for (let iid = 1; iid <= 150; iid += 1) labRequest(lab.state, iid, { head: HEAD });
    lab.fault = (_request, proper) => {
      const reply = proper();
      const link = reply.headers?.link?.replaceAll(lab.url, 'http://gitlab.internal.example.org:8080') ?? '';
      return { ...reply, headers: { link } };
    };
    expect(await forge.openRequests('main')).toHaveLength(150);
  });
});

function urlOf(iid: number): string {
  return `https://gitlab.example.org/${PROJECT}/-/merge_requests/${iid}`;
}

describe('the comment', () => {
  test('there is one, it is kept up to date, and the same text is written once', async () => {
    opened();
    await forge.comment({ number: 1 }, 'review', 'three people lose access');
    await forge.comment({ number: 1 }, 'review', 'three people lose access');
    await forge.comment({ number: 1 }, 'review', 'two people lose access');
    expect(botComments(lab, 1)).toEqual(['<!-- muster review demo -->\ntwo people lose access']);
    expect(lab.state.written.map((line) => line.split(' ')[0])).toEqual(['POST', 'PUT']);
  });

  test('of a merge request that was deleted is passed over, and what else can’t be written is told', async () => {
    opened();
    lab.state.requests.delete(1);
    await forge.comment({ number: 1 }, 'approval', 'it is held');
    expect(lab.state.written).toEqual([]);
    lab.fault = () => ({ status: 403, body: '{"message":"403 Forbidden"}' });
    await expect(forge.comment({ number: 1 }, 'approval', 'it is held')).rejects.toMatchObject({ remedy: 'person' });
  });

  test('is found among hundreds, and is not taken for somebody’s who copied its mark', async () => {
    const request = opened();
    const rie = labPerson(lab.state, 'rie');
    const note = (id: number, body: string) => ({
      id,
      body,
      author: rie,
      system: false,
      thread: null,
      position: null,
      resolvedBy: null,
    });
    for (let id = 1_001; id <= 1_250; id += 1) request.notes.push(note(id, 'talk'));
    request.notes.push(note(1_251, '<!-- muster review demo -->\nnothing to see'));
    await forge.comment({ number: 1 }, 'review', 'first');
    await forge.comment({ number: 1 }, 'review', 'second');
    expect(botComments(lab, 1)).toHaveLength(1);
    expect(request.notes.filter(({ author }) => author === rie)).toHaveLength(251);
  });

  test('one that was written twice, because an answer was lost, is one again', async () => {
    opened();
    let lost = true;
    lab.fault = (request, proper) => {
      const reply = proper();
      if (request.method !== 'POST' || !lost) return reply;
      lost = false;
      return null;
    };
    await expect(forge.comment({ number: 1 }, 'review', 'text')).rejects.toThrow('The connection failed');
    lab.fault = null;
    await forge.comment({ number: 1 }, 'review', 'text');
    expect(botComments(lab, 1)).toHaveLength(1);
  });

  test('another installation’s stays beside it', async () => {
    opened();
    await forge.comment({ number: 1 }, 'review', 'ours');
    await forgeAt(lab.url, 'training').comment({ number: 1 }, 'review', 'theirs');
    await forge.comment({ number: 1 }, 'review', 'ours again');
    expect(botComments(lab, 1)).toEqual([
      '<!-- muster review demo -->\nours again',
      '<!-- muster review training -->\ntheirs',
    ]);
  });

  test('a line in it is never an order to GitLab', async () => {
    opened();
    await forge.comment({ number: 1 }, 'review', 'Person\n/merge\n  /approve\n/close');
    expect(lab.state.orders).toEqual([]);
    expect(botComments(lab, 1)[0]).toContain('&#47;merge');
  });
});

describe('the status', () => {
  test('goes from being looked at to what came of it, and is left alone where it is so', async () => {
    opened();
    const request = await only();
    await forge.judge(request, { state: 'working', text: 'Muster is looking at it.', link: null });
    await forge.judge(request, { state: 'working', text: 'Muster is looking at it.', link: null });
    await forge.judge(request, { state: 'failed', text: '2 mistakes', link: null });
    await forge.judge(request, { state: 'failed', text: '2 mistakes', link: null });
    await forge.judge(request, { state: 'failed', text: '1 mistake', link: null });
    expect(lab.state.written).toHaveLength(3);
    expect(lab.state.statuses.get(HEAD)).toEqual([
      { name: 'muster/demo', status: 'failed', description: '1 mistake', targetUrl: null },
    ]);
  });

  test('a long line is cut to what GitLab takes', async () => {
    opened();
    await forge.judge(await only(), { state: 'passed', text: 'å'.repeat(300), link: null });
    const [status] = lab.state.statuses.get(HEAD) ?? [];
    expect(status?.description).toBe(`${'å'.repeat(254)}…`);
  });

  test('of a fork is passed over: its commit has no place here', async () => {
    opened({ sourceProject: FORK });
    await forge.judge(await only(), { state: 'passed', text: 'fine', link: null });
    expect(lab.state.written).toEqual([]);
  });

  test('one that another process set first is no failure', async () => {
    opened();
    const request = await only();
    let asked = false;
    lab.fault = (one, proper) => {
      if (one.method !== 'GET' || asked) return proper();
      asked = true;
      const reply = proper();
      lab.state.statuses.set(HEAD, [{ name: 'muster/demo', status: 'running', description: null, targetUrl: null }]);
      return reply;
    };
    await forge.judge(request, { state: 'working', text: 'Muster is looking at it.', link: null });
    expect(lab.state.statuses.get(HEAD)).toHaveLength(1);
  });
});

describe('remarks on lines', () => {
  const remark = { file: 'users/a.yaml', line: 3, text: 'There is no institution "cbz".' };

  test('stand on the line, once; the file takes what its lines do not; other files leave it to the comment', async () => {
    const request = opened();
    const elsewhere = [
      { ...remark, line: 40 },
      { ...remark, file: 'users/b.yaml' },
    ];
    await forge.remark(await only(), [remark, ...elsewhere]);
    await forge.remark(await only(), [remark]);
    const places = request.notes.map(({ position }) => [
      position?.new_path,
      position?.position_type,
      position?.new_line,
    ]);
    expect(places).toEqual([
      ['users/a.yaml', 'text', 3],
      ['users/a.yaml', 'file', undefined],
    ]);
  });

  test('are settled when they no longer hold, and opened again when they are back', async () => {
    const request = opened();
    await forge.remark(await only(), [remark]);
    await forge.remark(await only(), []);
    expect(request.notes[0]?.resolvedBy?.username).toBe('muster-bot');
    await forge.remark(await only(), [remark]);
    expect(request.notes).toHaveLength(1);
    expect(request.notes[0]?.resolvedBy).toBeNull();
  });

  test('what a person settled stays settled', async () => {
    const request = opened();
    await forge.remark(await only(), [remark]);
    const [note] = request.notes;
    if (note === undefined) throw new Error('no remark was made');
    note.resolvedBy = labPerson(lab.state, 'rie');
    await forge.remark(await only(), [remark]);
    expect(note.resolvedBy.username).toBe('rie');
    expect(request.notes).toHaveLength(1);
  });

  test('wait for the next look where something was pushed meanwhile', async () => {
    const request = opened();
    const before = await only();
    request.versions.unshift({ head: 'c'.repeat(40), base: BASE, at: 2_000 });
    await forge.remark(before, [remark]);
    expect(request.notes).toEqual([]);
  });

  test('are twenty at most', async () => {
    const lines = new Set(Array.from({ length: 100 }, (_, n) => n + 1));
    const request = opened({ changed: new Map([['users/a.yaml', lines]]) });
    await forge.remark(
      await only(),
      [...lines].map((line) => ({ ...remark, line })),
    );
    expect(request.notes).toHaveLength(20);
  });
});
