/** The audit chain as people use it: shown, proven, exported; and a database that was restored from a copy. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withRaw } from '../store/raw-database.ts';
import { makeSite, person, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;
const database = () => join(site.folder, 'muster.db');
const headFile = () => join(site.folder, 'elsewhere', 'head.json');
const headNow = () => JSON.parse(readFileSync(headFile(), 'utf8'));

beforeEach(async () => {
  site = await makeSite();
  mkdirSync(join(site.folder, 'elsewhere'));
  site.configure('limits:', 'audit: { headFile: elsewhere/head.json }\nlimits:');
  await site.muster('sync');
}, 60_000);
afterEach(() => site.remove());

/** As somebody who can write to the file: the table's own refusals are no hindrance to them. */
function tamper(statement: string): void {
  withRaw(database(), (raw) => {
    raw.exec('drop trigger "auditUpdate"; drop trigger "auditDelete"; drop trigger "auditInsert";');
    raw.exec(statement);
  });
}

/** A copy of the database as a nightly dump keeps it. */
function dump(to: string): void {
  withRaw(database(), (raw) => raw.pragma('wal_checkpoint(TRUNCATE)'));
  copyFileSync(database(), to);
}

function restore(from: string): void {
  for (const end of ['-wal', '-shm']) rmSync(`${database()}${end}`, { force: true });
  copyFileSync(from, database());
}

const more = person('cdahl', 'Carl', 'Dahl', '+45 20 12 34 58');
const directoryText = () => readFileSync(join(site.folder, 'directory.json'), 'utf8');

describe('audit verify', () => {
  test('finds the chain whole, and the head kept elsewhere in it', async () => {
    const { code, out } = await site.muster('audit', 'verify');
    expect(code).toBe(0);
    expect(out).toContain('The audit chain is whole: 3 rows');
    expect(headNow()).toMatchObject({ format: 1, seq: 3 });
  }, 30_000);

  test.each([
    [
      'a text was changed',
      "update audit set eventJson = replace(eventJson, 'Copenhagen', 'Koebenhavn') where seq = 1",
      1,
    ],
    ['a row was deleted', 'delete from audit where seq = 2', 2],
    [
      'two rows changed places',
      'update audit set seq = 9 where seq = 1; update audit set seq = 1 where seq = 2; update audit set seq = 2 where seq = 9',
      1,
    ],
    ['the tail was cut', 'delete from audit where seq = 3', 3],
    ['a moment was changed', 'update audit set at = at + 1 where seq = 3', 3],
  ])(
    'K4: where %s it names the first bad row and ends with 1',
    async (_what, statement, seq) => {
      tamper(statement);
      const { code, out } = await site.muster('audit', 'verify');
      expect(code).toBe(1);
      expect(out).toContain(`row ${seq} is the first bad one`);
      expect(out).toContain('Keep a copy of the database as it is');
    },
    30_000,
  );
});

describe('audit verify where the kept head is gone', () => {
  test.each([
    ['and nothing else', ''],
    ['and the end of the chain was cut off', 'delete from audit where seq > 1'],
  ])(
    'K4: ends with 1 and says where it was kept, %s',
    async (_what, statement) => {
      rmSync(headFile());
      if (statement !== '') tamper(statement);
      const { code, out } = await site.muster('audit', 'verify');
      expect(code).toBe(1);
      expect(out).toContain(`was kept in ${headFile()} and is gone`);
      expect(out).not.toContain('The audit chain is whole');
      expect(out).not.toContain('set "audit.headFile"');
    },
    30_000,
  );
});

describe('audit show', () => {
  test('tells who did what to whom, on whose word, and why; for one person alone', async () => {
    await site.muster('block', 'bmadsen', '--reason', 'stolen laptop');
    const { out } = await site.muster('audit', 'show', '--user', 'BMadsen');
    expect(out).toContain('Bo Madsen (bmadsen): account made');
    expect(out).toContain('Bo Madsen (bmadsen): account disabled');
    expect(out).toMatch(/Ordered by \S+: stolen laptop/);
    expect(out).toMatch(/blocked user bmadsen/);
    expect(out).not.toContain('Anna');
    expect((await site.muster('audit', 'show')).out).toContain('Anna Jensen (ajensen): account made');
    expect((await site.muster('audit', 'show', '--since', '2099-01-01')).out).toContain('Nothing is recorded there.');
  }, 30_000);

  test('records what an operator has done to a password before it is done, and what came of it', async () => {
    await site.muster('credentials', 'reissue', 'ajensen', '--reason', 'lost the letter');
    await site.muster('credentials', 'reissue', 'nobody', '--reason', 'lost the letter');
    const { out } = await site.muster('--format', 'json', 'audit', 'show');
    const rows: { event: { kind: string; act?: string; person: string; phase: string } }[] = JSON.parse(out).rows;
    const acts = rows.flatMap(({ event }) => (event.kind === 'act' ? [[event.act, event.person, event.phase]] : []));
    expect(acts).toEqual([
      ['credentials-reissue', 'ajensen', 'begun'],
      ['credentials-reissue', 'ajensen', 'done'],
      ['credentials-reissue', 'nobody', 'begun'],
      ['credentials-reissue', 'nobody', 'failed'],
    ]);
  }, 30_000);
});

describe('a row that was changed by hand so that nothing can be read in it', () => {
  test.each(['{cut', 'null', '{}'])(
    'K4: %s hides no other row, from no command',
    async (text) => {
      tamper(`update audit set eventJson = '${text}' where seq = 2`);
      const sentence = 'row 2 can\'t be read: it was changed by hand; run "muster audit verify"';
      const shown = await site.muster('audit', 'show');
      expect(shown).toMatchObject({ code: 0 });
      expect(shown.out).toContain(sentence);
      expect(shown.out).toContain('row 1');
      const exported = await site.muster('audit', 'export');
      expect(exported.code).toBe(1);
      expect(exported.err).toContain(sentence);
      expect(exported.out.trimEnd().split('\n')).toHaveLength(2);
      expect((await site.muster('audit', 'export', '--as', 'csv')).code).toBe(1);
    },
    30_000,
  );
});

describe('audit export', () => {
  test('gives every row as a line of JSON, and as a table', async () => {
    const lines = (await site.muster('audit', 'export')).out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual([1, 2, 3]);
    const table = (await site.muster('audit', 'export', '--as', 'csv')).out.split('\r\n');
    expect(table).toHaveLength(5);
    expect(table[0]).toContain('"row","at","kind","what","outcome","person","name"');
    expect(table.slice(1, 3).join()).toContain('"create","applied","ajensen","Anna Jensen (ajensen)"');
    expect((await site.muster('audit', 'export', '--since', '2099-01-01')).out).toBe('');
  }, 30_000);
});

/** Where the chain ends, and where the file says that it ends. */
async function ends(): Promise<readonly [chain: number, kept: number]> {
  const { out } = await site.muster('--format', 'json', 'audit', 'verify');
  return [JSON.parse(out).head.seq, headNow().seq];
}

const DIGEST = /muster approve ([0-9a-f]{12})/;

describe('the head kept elsewhere, after an act of an operator', () => {
  test('B2: is as new as the chain, whatever the act', async () => {
    site.configure('always: 5', 'always: 0');
    site.declare('users/more.yaml', more);
    const digest = DIGEST.exec((await site.muster('sync')).out)?.[1] ?? '';
    const because = ['--reason', 'case 4711'];
    const acts = [
      ['pause', ...because],
      ['resume'],
      ['block', 'bmadsen', ...because],
      ['unblock', 'bmadsen', ...because],
      ['reject', digest, ...because],
      ['approve', digest, ...because],
      ['credentials', 'reissue', 'ajensen', ...because],
    ];
    for (const act of acts) {
      const [before] = await ends();
      expect((await site.muster(...act)).err, act.join(' ')).toBe('');
      const [chain, kept] = await ends();
      expect(chain, act.join(' ')).toBeGreaterThan(before);
      expect(kept, act.join(' ')).toBe(chain);
    }
    const refused = await site.muster('credentials', 'reissue', 'nobody', ...because);
    expect(refused.code).toBe(1);
    const [chain, kept] = await ends();
    expect(kept).toBe(chain);
  }, 60_000);

  test('B2: tells a database that was restored to before the act', async () => {
    const copy = join(site.folder, 'dump.db');
    dump(copy);
    await site.muster('pause', '--reason', 'the directory is being moved');
    restore(copy);
    const { code, out } = await site.muster('sync');
    expect(code).toBe(2);
    expect(out).toContain('the database is older than what it did, or another one: row 4 of the audit chain');
  }, 30_000);

  test('is left as it is by an act on a restored database, which says so', async () => {
    const copy = join(site.folder, 'dump.db');
    dump(copy);
    await site.muster('pause', '--reason', 'the directory is being moved');
    const kept = readFileSync(headFile(), 'utf8');
    restore(copy);
    const resumed = await site.muster('pause', '--reason', 'once more');
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain('The head of the audit chain was not kept: the database is older than what it did');
    expect(readFileSync(headFile(), 'utf8')).toBe(kept);
  }, 30_000);

  test('says what to check where nobody can tell whether the database is the one of before', async () => {
    writeFileSync(headFile(), 'something else');
    const paused = await site.muster('pause', '--reason', 'the directory is being moved');
    expect(paused.code).toBe(0);
    expect(paused.err).toContain(`was not kept: ${headFile()} does not hold the head of an audit chain.`);
    expect(paused.err).toContain('Check "audit.headFile" in the configuration');
    expect(readFileSync(headFile(), 'utf8')).toBe('something else');
  }, 30_000);

  test('does not undo an act where it can’t be written: a warning says so', async () => {
    // In the way of what is written beside it first.
    mkdirSync(join(site.folder, 'elsewhere', `.head.json.${process.pid}`));
    const paused = await site.muster('pause', '--reason', 'the directory is being moved');
    expect(paused.code).toBe(0);
    expect(paused.err).toContain(`The head of the audit chain was not kept: ${headFile()} can't be written (EISDIR).`);
    expect(paused.err).toContain('Check "audit.headFile" in the configuration');
    const passed = await site.muster('sync');
    expect(passed.out).toContain('paused');
    expect(passed.out).toContain('The head of the audit chain could not be kept');
    expect(passed.err).toBe('');
  }, 30_000);
});

describe('a database that was restored', () => {
  test('B2: from a day before holds everything but blocks, until somebody has looked and accepted it', async () => {
    const copy = join(site.folder, 'dump.db');
    dump(copy);
    site.declare('users/more.yaml', more);
    await site.muster('sync');
    const { seq } = headNow();
    restore(copy);
    const kept = readFileSync(headFile(), 'utf8');
    const held = await site.muster('sync');
    expect(held.code).toBe(2);
    expect(held.out).toContain('the database is older than what it did, or another one: row 5 of the audit chain');
    expect(held.out).toContain('muster audit accept --reason …');
    site.declare('blocked-users.yaml', '- user: ajensen\n  reason: stolen laptop\n  from: 2026-01-01\n');
    site.declare('users/more.yaml', more.replace('Carl', 'Karl') + person('dholm', 'Dina', 'Holm', '+45 20 12 34 59'));
    const before = directoryText();
    expect((await site.muster('enable', 'bmadsen', '--reason', 'back')).err).toContain('older than what it did');
    const blocked = await site.muster('sync');
    expect(blocked.out).toContain('1 person lost access');
    expect(directoryText()).not.toBe(before);
    expect(directoryText()).not.toContain('Dina');
    expect(readFileSync(headFile(), 'utf8')).toBe(kept);
    const accepted = await site.muster('audit', 'accept', '--reason', 'the disk was replaced, case 4711');
    expect(accepted.code).toBe(0);
    expect(accepted.out).toContain('The database counts as it is');
    expect((await site.muster('audit', 'verify')).code).toBe(0);
    expect((await site.muster('sync')).out).toContain('1 person got an account');
    expect(directoryText()).toContain('Dina');
    expect(headNow().seq).toBeGreaterThan(seq);
    expect((await site.muster('audit', 'accept', '--reason', 'once more')).err).toContain('nothing to accept');
  }, 60_000);

  test('B2: is noticed also when it has counted on past the row that is kept', async () => {
    const copy = join(site.folder, 'dump.db');
    dump(copy);
    site.declare('users/more.yaml', more);
    await site.muster('sync');
    restore(copy);
    const sentence = async () => /the database is older .* is not in it\./.exec((await site.muster('plan')).out)?.[0];
    const first = await sentence();
    for (let pass = 0; pass < 3; pass += 1) await site.muster('sync');
    expect(first).toContain('or another one: row 5 of the audit chain');
    expect(await sentence()).toBe(first);
    expect((await site.muster('audit', 'verify')).out).toContain('an older copy that went on since');
  }, 60_000);

  test('B2: is noticed where it was replaced by a new one', async () => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${database()}${end}`, { force: true });
    const { code, out } = await site.muster('plan');
    expect(code).toBe(2);
    expect(out).toContain('is older than what it did, or another one');
  }, 30_000);

  test('a head file that is gone, or no head, holds as well: nobody can tell', async () => {
    site.declare('users/more.yaml', more);
    rmSync(headFile());
    expect((await site.muster('sync')).out).toContain('is there no more');
    expect(existsSync(headFile())).toBe(false);
    expect((await site.muster('audit', 'accept', '--reason', 'the share was moved')).code).toBe(0);
    expect((await site.muster('sync')).out).toContain('1 person got an account');
  }, 30_000);
});
