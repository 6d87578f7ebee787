/** The server of the status page over a real store: who gets what, in which form. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { openSqliteToRead } from '../../src/store/sqlite.ts';
import { openStore } from '../../src/store/store.ts';
import { LIVELY, type ShownOptions, type ShownStatus, showStatus } from '../support/shown-status.ts';
import { SAMPLE_NOW } from '../support/status-sample-people.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';

/** Addresses that no router reads: percent-encodings of what is no UTF-8, and a username that is far too long. */
const MALFORMED = ['/person/%E0%A4%A', '/%E0', `/person/${'x'.repeat(1_500)}`];

let shown: ShownStatus | null = null;
afterEach(async () => {
  await shown?.close();
  shown = null;
});

async function show(options?: ShownOptions) {
  shown = await showStatus(options);
  const { address } = shown;
  return (path: string, more: RequestInit = {}) => fetch(address + path, { redirect: 'manual', ...more });
}

/** The status of an answer to who calls this machine by that name. */
function asFrom(host: string, path = '/'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(shown?.address ?? '', { path, headers: { host }, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    sent.on('error', reject).end();
  });
}

describe('every answer', () => {
  test('W1: forbids scripts, frames, and everything from elsewhere, and is kept nowhere', async () => {
    const get = await show();
    const paths = ['/', '/person/ebakke', '/api/status', '/metrics', '/healthz', '/nothing', '/person?q=%FF'];
    for (const path of [...paths, ...MALFORMED]) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('set-cookie')).toBeNull();
    }
  });

  test.each(MALFORMED)('W1: an address that can not be read is refused and not repeated: %.30s', async (path) => {
    const answer = await (await show())(path);
    expect([answer.status, await answer.text()]).toEqual([400, 'This address means nothing here.\n']);
  });

  test('W1: what is no HTTP is refused with the same headers', async () => {
    await show();
    const said = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(new URL(shown?.address ?? '').port), '127.0.0.1', () =>
        socket.write('hello\r\n\r\n'),
      );
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('error', reject).on('close', () => resolve(text));
    });
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect(said).toContain("content-security-policy: default-src 'none';");
    expect(said).toContain('x-content-type-options: nosniff');
    expect(said).not.toContain('hello');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'W1: %s is refused everywhere: nothing can be done here',
    async (method) => {
      const get = await show();
      for (const path of ['/', '/person/ebakke', '/api/status', '/healthz', '/nothing']) {
        const body = method === 'OPTIONS' ? {} : { body: 'x=1', headers: { 'content-type': 'application/json' } };
        expect((await get(path, { method, ...body })).status).toBe(405);
      }
    },
  );

  test('a stylesheet and an icon come from here, the stylesheet under a name that changes with it', async () => {
    const get = await show();
    const [, stylesheet = ''] = /<link rel="stylesheet" href="([^"]+)">/.exec(await (await get('/')).text()) ?? [];
    expect(stylesheet).toMatch(/^\/[0-9a-f]{16}\.css$/);
    const answer = await get(stylesheet);
    expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      'text/css; charset=utf-8',
      'max-age=31536000, immutable',
    ]);
    expect(await answer.text()).not.toMatch(/url\(|@import/);
    expect((await get('/icon.svg')).headers.get('content-type')).toBe('image/svg+xml');
  });
});

describe('who may look', () => {
  test('with a token nobody gets anything without it, but for one word of health', async () => {
    const get = await show({ access: { token: TOKEN, proxy: null } });
    for (const path of ['/', '/person/ebakke', '/api/status', '/metrics', '/nothing', ...MALFORMED]) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="Muster", Basic realm="Muster", charset="UTF-8"',
      ]);
      expect(await answer.text()).not.toContain('Bakke');
    }
    expect(await (await get('/healthz')).text()).toBe('alive\n');
    expect((await get('/', { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
  });

  test('a page of another site that gave its name this address is turned away', async () => {
    await show();
    for (const path of ['/', ...MALFORMED]) expect(await asFrom('evil.example.org', path)).toBe(421);
    expect(await asFrom('localhost')).toBe(200);
  });

  test('W4: what it asks does not use up what there is for others', async () => {
    await show({ steady: () => 0 });
    const statuses: unknown[] = [];
    for (let n = 0; n < 310; n += 1) statuses.push(await asFrom('evil.example.org'));
    expect([statuses[299], statuses[300]]).toEqual([421, 429]);
    expect(await asFrom('localhost')).toBe(200);
  });

  test('W4: who asks more than 300 times in a minute is turned away until the next', async () => {
    let now = 0;
    const get = await show({ steady: () => now });
    const statuses: number[] = [];
    for (let n = 0; n < 310; n += 1) statuses.push((await get('/icon.svg')).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(300);
    expect(statuses.at(-1)).toBe(429);
    for (const path of MALFORMED) expect((await get(path)).status).toBe(429);
    now += 60_000;
    expect((await get('/icon.svg')).status).toBe(200);
  });

  test('W4: addresses that can not be read are counted as well', async () => {
    const get = await show({ steady: () => 0 });
    for (let n = 0; n < 300; n += 1) await get('/%E0');
    expect([(await get('/%E0')).status, (await get('/')).status]).toEqual([429, 429]);
  });

  test('W4: a flood does not make it look dead: health and readiness are answered all the same', async () => {
    const get = await show({ steady: () => 0 });
    for (let n = 0; n < 310; n += 1) await get('/icon.svg');
    expect((await get('/')).status).toBe(429);
    for (let n = 0; n < 310; n += 1) expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
  });
});

describe('health and readiness', () => {
  test('alive while the loop goes round, 503 when it stands still', async () => {
    let alive = true;
    const get = await show({ seen: () => ({ ...LIVELY, alive }) });
    expect((await get('/healthz')).status).toBe(200);
    alive = false;
    expect([(await get('/healthz')).status, (await get('/')).status]).toEqual([503, 200]);
    expect(await (await get('/')).text()).toContain('The loop stands still');
  });

  test('ready when the last pass could read everything, though something waits', async () => {
    expect((await (await show({ state: 'waiting' }))('/readyz')).status).toBe(200);
    await shown?.close();
    const answer = await (await show({ state: 'failing' }))('/readyz');
    expect([answer.status, await answer.text()]).toEqual([503, 'the last pass could not read everything\n']);
  });
});

describe('the API', () => {
  test('/api/status says what the page says, as format 1', async () => {
    const get = await show({ state: 'failing' });
    const status = await (await get('/api/status')).json();
    expect(status).toMatchObject({
      format: 1,
      instance: 'research-service',
      at: SAMPLE_NOW,
      condition: 'failing',
      because: expect.arrayContaining(['1 urgent notice', 'directory could not be read', '32 people held']),
      loop: LIVELY.next === null ? {} : { alive: true, passingSince: null, next: LIVELY.next },
      last: { format: 1, runId: 'k3v9', result: 1, holds: [{ people: 32, digest: '4be1c7f02a93' }] },
      systems: [{ system: 'directory', state: 'unread', provenAt: null }],
      blocks: [{ target: 'tvirtanen' }],
      approvals: [{ by: 'nils@ops1' }],
    });
  });

  test('/api/person says why, out of memory alone; of nobody it says so', async () => {
    const get = await show();
    expect(await (await get('/api/person/EBakke')).json()).toMatchObject({
      format: 1,
      user: 'ebakke',
      standing: { mayLogIn: { allowed: false }, maySendMail: { allowed: false }, token: { allowed: false } },
      reasons: [{ kind: 'institution-blocked', institution: 'fjord-institute' }],
      systems: [{ system: 'directory', remembered: [{ enabled: false, goneAt: null }] }],
    });
    const nobody = await get('/api/person/nobody');
    expect([nobody.status, await nobody.json()]).toEqual([
      404,
      { format: 1, error: 'Nobody of that username is remembered.' },
    ]);
  });
});

describe('the search', () => {
  test('finds by username and by any part of a name, whatever its capitals', async () => {
    const get = await show();
    const found = async (sought: string) => {
      const answer = await get(`/person?q=${encodeURIComponent(sought)}`);
      if (answer.status === 303) return [answer.headers.get('location')];
      return [...(await answer.text()).matchAll(/href="\/person\/([^"]+)"/g)].map(([, key]) => key);
    };
    expect(await found('eirik bakke')).toEqual(['/person/ebakke']);
    expect(await found('SINÉAD')).toEqual(['/person/sobrien']);
    expect(await found('an')).toEqual(['ajensen', 'jvandenberg', 'tvirtanen']);
    expect(await found("' or 1=1 --")).toEqual([]);
    expect(await found('%')).toEqual([]);
  });
});

describe('the metrics', () => {
  test('are named as Prometheus wants it, name no person, and count what happens from now on', async () => {
    const get = await show({ state: 'waiting', seen: () => ({ ...LIVELY, notBegun: 2 }) });
    const before = await (await get('/metrics')).text();
    expect(before).toContain('muster_people_held 32\n');
    expect(before).toContain('muster_entries_held 1\n');
    expect(before).toContain('muster_system_up{system="directory"} 1\n');
    expect(before).toContain(
      `muster_last_proven_read_timestamp_seconds{system="directory"} ${(SAMPLE_NOW - 720_000) / 1000}\n`,
    );
    expect(before).toContain(
      'muster_repository_revision_info{revision="b068e40986f1d2c3b4a5968778695a4b3c2d1e0f"} 1\n',
    );
    expect(before).toContain(`muster_last_repository_read_timestamp_seconds ${(SAMPLE_NOW - 721_400) / 1000}\n`);
    expect(before).toContain(`muster_newest_commit_timestamp_seconds ${(SAMPLE_NOW - 720_000) / 1000 - 26 * 3600}\n`);
    expect(before).toContain(`muster_last_good_pass_timestamp_seconds ${(SAMPLE_NOW - 720_000) / 1000}\n`);
    expect(before).toContain('muster_passes_total{result="not_begun"} 2\n');
    expect(before).toContain('muster_passes_total{result="waiting"} 0\n');
    expect(before).toContain('process_resident_memory_bytes ');
    for (const name of ['ajensen', 'Jensen', 'ebakke', 'Bakke', 'tvirtanen', 'nils', 'Rita'])
      expect(before).not.toContain(name);
    const names = [...before.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
    const own = names.filter(({ name }) => name.startsWith('muster_'));
    expect(own.filter(({ name, type }) => type === 'counter' && !name.endsWith('_total'))).toEqual([]);
    expect(own.filter(({ name }) => !/^muster_[a-z_]+$/.test(name))).toEqual([]);

    await anotherPass();
    const after = await (await get('/metrics')).text();
    expect(after).toContain('muster_passes_total{result="waiting"} 1\n');
    expect(after).toContain('muster_pass_duration_seconds_count{trigger="schedule"} 1\n');
    expect(after).toContain('muster_changes_total{kind="update",outcome="failed"} 1\n');
  });
});

test('S1: the metrics go on saying when the repository was last read, and a pass last good, while it is away', async () => {
  const get = await show({ state: 'waiting' });
  const trouble = [{ remedy: 'retry', where: 'git', what: 'It does not answer.', next: 'Look at it.' } as const];
  await anotherPass(({ repository: _read, ...report }) => ({ ...report, finishedAt: SAMPLE_NOW, trouble }));
  const text = await (await get('/metrics')).text();
  expect(text).toContain(`muster_last_pass_timestamp_seconds ${SAMPLE_NOW / 1000}\n`);
  expect(text).toContain(`muster_last_repository_read_timestamp_seconds ${(SAMPLE_NOW - 721_400) / 1000}\n`);
  expect(text).toContain(`muster_newest_commit_timestamp_seconds ${(SAMPLE_NOW - 720_000) / 1000 - 26 * 3600}\n`);
  expect(text).toContain(`muster_last_good_pass_timestamp_seconds ${(SAMPLE_NOW - 720_000) / 1000}\n`);
});

async function anotherPass(change: (report: Report) => Report = (report) => report): Promise<void> {
  const store = await openStore({ sqlite: shown?.sqlite ?? '' }, () => SAMPLE_NOW);
  const latest = await store.reports.latest();
  if (latest === null) throw new TypeError('the sample has a report');
  await store.reports.save(change({ ...latest, runId: 'k3va' }));
  await store.close();
}

describe('the store as the page reads it', () => {
  test('can not be written through', async () => {
    await show();
    const { db, bytes, close } = openSqliteToRead(shown?.sqlite ?? '');
    try {
      expect(bytes()).toBeGreaterThan(0);
      await expect(db.deleteFrom('pauses').execute()).rejects.toThrow('may not be written');
    } finally {
      await close();
    }
  });
});
