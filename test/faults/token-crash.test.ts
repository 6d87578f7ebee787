/** A pass killed around every one of its writes to tokens: nobody has two, nobody has one who may not, and the next pass finishes the rest. */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSite, person, run, type SiteFolder } from '../cli/site-folder.ts';
import { type HandTokens, handTokens } from '../support/hand-tokens.ts';
import { program } from '../support/programs.ts';

const TEST_MS = 240_000;

const OLD = '+4520123450';
const NEW = '+4520999999';
const written = (name: string, phone = OLD) => person(name, 'Anna', 'Jensen', phone);
const blocked = (user: string, more = '') => `- user: ${user}\n  reason: "Passed on"\n  from: 2026-01-01\n${more}`;
const PEOPLE = ['anna', 'berit', 'carl', 'dora', 'emil'];

/** Anna will be blocked and has two tokens; Berit comes back with another number; Carl gets one; Eva is new. */
async function prepared(): Promise<SiteFolder> {
  const site = await makeSite();
  site.configure('limits: { always: 5 }', 'limits: { always: 5 }\ntokens: { embedded: { file: tokens.json } }');
  site.declare('users/cbs.yaml', PEOPLE.map((name) => written(name)).join(''));
  site.declare('blocked-users.yaml', blocked('berit'));
  await site.muster('sync');
  await tokensOf(site).give('anna', '+4520888888');
  await site.muster('sync');
  site.declare(
    'users/cbs.yaml',
    [
      written('anna'),
      written('berit', NEW),
      written('carl', NEW),
      written('dora'),
      written('emil'),
      written('eva'),
    ].join(''),
  );
  site.declare('blocked-users.yaml', blocked('anna') + blocked('berit', '  lifted: 2026-02-01\n'));
  return site;
}

function tokensOf({ folder }: SiteFolder): HandTokens {
  return handTokens(join(folder, 'tokens.json'), Date.now);
}

const sync = (site: SiteFolder, ...more: readonly string[]) =>
  run([program('token-crash-child'), site.config, ...more], site.folder);

test('T2, T3: kill -9 before and after every call leaves nobody with two tokens, and nothing undone for long', {
  timeout: TEST_MS,
}, async () => {
  const site = await prepared();
  const keep = `${site.folder}.kept`;
  cpSync(site.folder, keep, { recursive: true });
  const { err } = await sync(site);
  const writes = Number(/writes (\d+)/.exec(err)?.[1]);
  const serials = new Set((await tokensOf(site).all()).map(({ serial }) => serial));
  // Two tokens off, one after the other; two numbers; a switch and a new one: what waits together is written together.
  expect(writes).toBeGreaterThanOrEqual(4);
  expect(serials.size).toBe(PEOPLE.length + 2);
  for (let nth = 1; nth <= writes; nth += 1) {
    for (const when of ['before', 'after']) {
      rmSync(site.folder, { recursive: true });
      cpSync(keep, site.folder, { recursive: true });
      const tokens = tokensOf(site);
      await sync(site, String(nth), when);
      // Whoever comes back is reached by the new number or not at all.
      expect([[], [NEW]]).toContainEqual(await tokens.reached('berit'));
      expect((await tokens.reached('eva')).length).toBeLessThan(2);
      expect((await site.muster('sync')).code).not.toBe(1);
      expect((await site.muster('sync')).code).toBe(0);
      const reached = await Promise.all(['anna', 'berit', 'carl', 'dora', 'eva'].map((name) => tokens.reached(name)));
      expect([nth, when, reached]).toEqual([nth, when, [[], [NEW], [NEW], [OLD], [OLD]]]);
      const all = await tokens.all();
      expect([all.length, all.some(({ revoked }) => revoked)]).toEqual([serials.size, false]);
      expect(readFileSync(join(site.folder, 'tokens.json'), 'utf8').endsWith('\n')).toBe(true);
    }
  }
  rmSync(keep, { recursive: true });
  site.remove();
});
