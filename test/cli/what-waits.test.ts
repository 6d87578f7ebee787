/** What people are told of things that stand still: mistakes in what is new, a database that was lost. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSite, person, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;

beforeEach(async () => {
  site = await makeSite();
  await site.muster('sync');
});
afterEach(() => site.remove());

describe('a mistake in what was never good', () => {
  test('says of a new block that it does not shut out yet', async () => {
    site.declare('blocked-users.yaml', '- user: bmadsen\n  reason: stolen laptop\n  from: 2026-13-01\n');
    const first = await site.muster('plan');
    expect(first.out).toContain('Until then nobody is blocked by it.');
    site.declare('blocked-users.yaml', '- user: bmadsen\n  reason: stolen laptop\n  from: 2026-01-01\n  untill: x\n');
    const { out } = await site.muster('plan');
    expect(out).toContain('Until then `bmadsen` is not blocked by it.');
    expect(out).not.toContain('as it last was');
  }, 60_000);

  test('says of a new person that there is none yet, and of one who is known that they stay', async () => {
    site.declare('users/new.yaml', person('cdahl', 'Carl', 'Dahl', '20 12 34 58'));
    expect((await site.muster('plan')).out).toContain('`cdahl` gets no account by it.');
    site.declare('users/new.yaml', person('cdahl', 'Carl', 'Dahl', '+45 20 12 34 58').replace('cbs', 'cbz'));
    expect((await site.muster('plan')).out).toContain('`cdahl` gets no account by it.');
    site.declare('users/new.yaml', person('cdahl', 'Carl', 'Dahl', '+45 20 12 34 58').replace('state: ', 'state:'));
    expect((await site.muster('plan')).out).toContain('Until then nothing in this file counts.');
    rmSync(join(site.folder, 'repository/users/new.yaml'));
    site.declare(
      'users/cbs.yaml',
      person('ajensen', 'Anna', 'Jensen', '20 12 34 56') + person('bmadsen', 'Bo', 'Madsen', '+45 20 12 34 57'),
    );
    const { out } = await site.muster('plan');
    expect(out).toContain('Until then this entry stays as it last was.');
    // Told once: the mistake holds the entry, and stands among what is to correct.
    expect(out).not.toContain('Kept as they last were');
  }, 60_000);

  test('is told by validate without a word on what was good before, for it does not know', async () => {
    site.declare('blocked-users.yaml', '- user: nobody\n  reason: stolen laptop\n  from: 2026-01-01\n');
    const { out } = await site.muster('validate');
    expect(out).toContain('Until then this entry stays as it last was; a new one does not count.');
  });
});

test('an institution that nobody declared is told together with the other mistakes of the entry', async () => {
  site.declare('users/new.yaml', person('cdahl', 'Carl', 'Dahl', '20 12 34 58').replace('cbs', 'cbz'));
  for (const _ of ['read', 'from the cache']) {
    const { out } = await site.muster('sync');
    expect(out).toContain('There is no institution `cbz`. Did you mean `cbs`?');
    expect(out).toContain('users/new.yaml:4:');
  }
  expect((await site.muster('validate')).out).toContain('There is no institution `cbz`.');
}, 60_000);

describe('a repository without muster.yaml', () => {
  test('is told once, with both lines to write, and names nobody whom it holds', async () => {
    rmSync(join(site.folder, 'repository/muster.yaml'));
    const { out } = await site.muster('plan');
    expect(out).toContain('      format: 1\n      instance: demo\n');
    expect(out).not.toContain('Kept as they last were');
    expect(out).not.toContain('ajensen');
  }, 30_000);
});

describe('a repository that is away', () => {
  test('is said in one sentence for everybody', async () => {
    rmSync(join(site.folder, 'repository'), { recursive: true });
    const { code, out } = await site.muster('plan');
    expect(code).toBe(1);
    expect(out).toContain('It counts as it last was for everybody');
    expect(out).not.toContain('mistake');
    expect(out).not.toContain('ajensen');
  }, 30_000);
});

describe('a lost database', () => {
  test('is what a plan says first, with the people as one group', async () => {
    site.declare('users/more.yaml', person('cdahl', 'Carl', 'Dahl', '+45 20 12 34 58'));
    await site.muster('sync');
    for (const end of ['', '-wal', '-shm']) rmSync(join(site.folder, `muster.db${end}`), { force: true });
    const { code, out } = await site.muster('plan');
    expect(code).toBe(2);
    const [, , first] = out.split('\n');
    expect(first).toBe(
      "Muster's database does not know any of the 3 accounts that bear Muster's mark: it is new, or was lost.",
    );
    expect(out).not.toContain('Nothing to do');
    expect(out.match(/bear Muster's mark, but the database does not know them/g)).toHaveLength(1);
    expect(out).toContain('    Carl Dahl (cdahl)');
    const doctor = await site.muster('doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain("3 accounts bear Muster's mark, but the database does not know them.");
    await site.muster('block', 'cdahl', '--reason', 'phone stolen');
    expect((await site.muster('plan')).out).toContain('does not know more than 1 of the 3 accounts');
  }, 60_000);

  test('is not rebuilt, and nobody is blocked, for a reason that says nothing', async () => {
    const { code, err } = await site.muster('block', 'cdahl', '--reason', '…');
    expect(code).toBe(1);
    expect(err).toContain('The reason says nothing');
  });
});

describe('a pass from a timer', () => {
  test('says so, so that what keeps failing rests longer', async () => {
    const { out } = await site.muster('sync', '--scheduled', '-f', 'json');
    expect(JSON.parse(out)).toMatchObject({ trigger: 'schedule' });
  });
});
