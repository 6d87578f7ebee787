/** GitLab that is busy, away, slow, in front of a login page, or does not know the token: what is said, and what is tried again. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MusterError } from '../../src/errors.ts';
import { gitlabForge } from '../../src/forges/gitlab/adapter.ts';
import { gitlabSchema } from '../../src/forges/gitlab/settings.ts';
import { type Forge, ForgeBusy } from '../../src/forges/port.ts';
import { BOT_TOKEN, botComments, type Lab, labRequest, PROJECT, startGitlab } from '../support/gitlab.ts';
import type { Reply } from '../support/gitlab-answers.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';

const HEAD = 'a'.repeat(40);

let lab: Lab;
let home: TestDirectory;
let forge: Forge;

beforeEach(async () => {
  lab = await startGitlab();
  home = await makeTestDirectory('gitlab');
  await writeFile(join(home.path, 'token'), `${BOT_TOKEN}\n`, { mode: 0o600 });
  forge = forgeAt(lab.url);
  labRequest(lab.state, 1, { head: HEAD });
});
afterEach(async () => {
  forge.close();
  await lab.close();
  await home.remove();
});

function forgeAt(url: string): Forge {
  const timeouts = { connectSeconds: 1, answerSeconds: 1 };
  const tokenFile = join(home.path, 'token');
  return gitlabForge({ ...gitlabSchema.parse({ url, project: PROJECT, tokenFile, timeouts }), instance: 'demo' });
}

async function failure(work: Promise<unknown>): Promise<MusterError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MusterError)) throw new Error(`it did not fail as it should: ${String(error)}`);
  return error;
}

/** Every answer is this one. */
function always(reply: Reply): void {
  lab.fault = () => reply;
}

function plain(status: number, headers: Readonly<Record<string, string>> = {}, body = '{}'): Reply {
  return { status, body, headers };
}

describe('a GitLab that asks for patience', () => {
  test('a short wait is waited, and the work goes on', async () => {
    let refusals = 0;
    lab.fault = (_request, proper) => {
      refusals += 1;
      return refusals === 1 ? plain(429, { 'retry-after': '1' }) : proper();
    };
    expect(await forge.openRequests('main')).toHaveLength(1);
  });

  test.each([
    ['in seconds', '120', 120],
    ['not at all', undefined, 60],
    ['beyond reason', '999999', 3600],
    ['in no time that there is', 'soon', 60],
  ])('a long one is left to whoever asks later, told %s', async (_how, given, seconds) => {
    always(plain(429, given === undefined ? {} : { 'retry-after': given }));
    const error = await failure(forge.openRequests('main'));
    expect(error).toBeInstanceOf(ForgeBusy);
    expect(error).toMatchObject({ seconds, remedy: 'retry', what: `GitLab asks to be left alone for ${seconds} s.` });
    expect(lab.state.asked).toHaveLength(1);
  });

  test('one that never ends is given up', async () => {
    always(plain(429, { 'retry-after': '1' }));
    expect(await failure(forge.openRequests('main'))).toBeInstanceOf(ForgeBusy);
    expect(lab.state.asked).toHaveLength(3);
  });
});

describe('a GitLab that does not answer as it should', () => {
  test.each([
    ['500', plain(500), 'The server answers 500.'],
    ['502 of a proxy', plain(502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>'), 'The server answers 502.'],
    [
      'a login page',
      plain(200, { 'content-type': 'text/html' }, '<h1>Log in</h1>'),
      'The server answers 200 with text/html',
    ],
    ['no JSON', plain(200, {}, '[{"iid":'), 'The server answers 200 with something else at the top'],
    ['something else', plain(200, {}, '[{"iid":"one"}]'), 'The server answers 200 with something else at 0.iid'],
  ])('%s is tried again later', async (_what, reply, said) => {
    always(reply);
    const error = await failure(forge.openRequests('main'));
    expect(error.remedy).toBe('retry');
    expect(error.what).toContain(said);
  });

  test('one that is cut off', async () => {
    lab.fault = () => null;
    expect((await failure(forge.openRequests('main'))).what).toContain('The connection failed');
  });

  test('one that takes the request and says nothing is given up within its time', async () => {
    lab.fault = () => new Promise(() => undefined);
    expect((await failure(forge.openRequests('main'))).what).toBe('No whole answer within 2 s.');
  });

  test('one that is not there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await new Promise((resolve) => server.close(resolve));
    const away = forgeAt(`http://127.0.0.1:${port}`);
    expect(await failure(away.openRequests('main'))).toMatchObject({
      remedy: 'retry',
      what: 'The connection failed (ECONNREFUSED).',
    });
  });

  test('pages that go in circles end', async () => {
    lab.fault = (_request, proper) => {
      const next = `<${lab.url}/api/v4/projects/7/merge_requests?page=1>; rel="next"`;
      return { ...proper(), headers: { link: next } };
    };
    expect((await failure(forge.openRequests('main'))).what).toContain('more than 100 pages');
  });

  test('a pointer elsewhere is not followed, for a token would go along', async () => {
    always(plain(301, { location: 'https://elsewhere.example.org/api' }));
    const error = await failure(forge.openRequests('main'));
    expect(error).toMatchObject({ remedy: 'person' });
    expect(error.what).toContain('https://elsewhere.example.org');
    expect(lab.state.asked).toHaveLength(1);
  });
});

describe('a GitLab that refuses', () => {
  test('K1: a token that is not valid is for a person, does not show, and the next one is taken once it is there', async () => {
    lab.state.tokens.clear();
    const error = await failure(forge.openRequests('main'));
    expect(error).toMatchObject({ remedy: 'person' });
    expect(error.what).toContain('401 Unauthorized');
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toContain(BOT_TOKEN);

    lab.state.tokens.set('glpat-renewed-token', 'muster-bot');
    await writeFile(join(home.path, 'token'), 'glpat-renewed-token\n', { mode: 0o600 });
    expect(await forge.openRequests('main')).toHaveLength(1);
  });

  test('a project that it does not show is for a person', async () => {
    lab.state.tokens.set('other', 'somebody');
    const tokenFile = join(home.path, 'token');
    const other = gitlabForge({
      ...gitlabSchema.parse({ url: lab.url, project: 'research/other', tokenFile }),
      instance: 'demo',
    });
    const error = await failure(other.openRequests('main'));
    expect(error).toMatchObject({ remedy: 'person' });
    expect(error.next).toContain('forge.gitlab.project');
    other.close();
  });

  test('what it says about itself stays one short line', async () => {
    always(plain(400, {}, JSON.stringify({ message: `a\n\u001b[31m${'x'.repeat(1_000)}` })));
    const error = await failure(forge.openRequests('main'));
    expect(error.what.length).toBeLessThan(260);
    expect(error.what).not.toContain('\n');
    expect(error.what).not.toContain('\u001b');
  });

  test('a comment that is refused leaves what stood there', async () => {
    await forge.comment({ number: 1 }, 'review', 'first');
    lab.fault = (request, proper) => (request.method === 'PUT' ? plain(403, {}, '{"message":"403"}') : proper());
    expect(await failure(forge.comment({ number: 1 }, 'review', 'second'))).toMatchObject({ remedy: 'person' });
    expect(botComments(lab, 1)[0]).toContain('first');
  });
});

describe('the address', () => {
  test.each([
    'http://gitlab.example.org',
    'https://user:secret@gitlab.example.org',
    'https://gitlab.example.org/?private_token=x',
    'gitlab.example.org',
  ])('%s is refused', (url) => {
    expect(gitlabSchema.safeParse({ url, project: PROJECT, tokenFile: 'token' }).success).toBe(false);
  });
});
