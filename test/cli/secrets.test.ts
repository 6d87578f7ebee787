import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passwordIn } from '../../src/credentials/letter.ts';
import { main, makeSite, type Ran, run, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;

beforeAll(async () => {
  site = await makeSite();
});
afterAll(() => site.remove());

test('an initial password is printed by "credentials open" and stands in clear nowhere else', async () => {
  const outputs: Ran[] = [await site.spawn('--log-level', 'trace', 'sync')];
  outputs.push(await site.spawn('--log-level', 'trace', 'credentials', 'reissue', 'bmadsen', '--reason', 'lost'));
  outputs.push(await site.muster('--log-level', 'trace', 'why', 'ajensen', '--format', 'json'));
  outputs.push(await site.muster('--log-level', 'trace', 'plan', '--format', 'json'));
  outputs.push(await site.muster('--log-level', 'trace', 'doctor'));

  const passwords: string[] = [];
  for (const name of readdirSync(join(site.folder, 'outbox'))) {
    const opened = await site.muster('credentials', 'open', join(site.folder, 'outbox', name), '-k', site.keyFile);
    expect(opened).toMatchObject({ code: 0, err: '' });
    passwords.push(passwordIn(opened.out) ?? '');
  }
  expect(passwords).toHaveLength(3);
  const identity = readFileSync(site.keyFile, 'utf8').trim();
  const places = [...outputs.flatMap(({ out, err }) => [out, err]), ...filesIn(site.folder, 'key.txt')];
  for (const secret of [...passwords, identity]) {
    expect(secret.length).toBeGreaterThan(20);
    expect(places.filter((text) => text.includes(secret))).toEqual([]);
  }
}, 60_000);

test('whoever names a key file that is not there is told to name their own, not to mend the configuration', async () => {
  const { code, err } = await site.muster('credentials', 'open', 'x.age', '--identity', 'nope');
  expect(code).toBe(1);
  expect(err).toContain('key file nope: There is no such file.');
  expect(err).toContain('--identity');
  expect(err).not.toContain('configuration');
});

test('K1: Muster does not run while NODE_DEBUG would print what goes over the wire', async () => {
  const { code, out, err } = await run([main, '--config', site.config, 'plan'], site.folder, { NODE_DEBUG: 'ldapts' });
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toContain('Unset it.');
});

function filesIn(folder: string, except: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== except && statSync(join(folder, name)).isFile())
    .map((name) => readFileSync(join(folder, name), 'latin1'));
}
