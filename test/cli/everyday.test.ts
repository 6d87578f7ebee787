import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSite, type SiteFolder } from './site-folder.ts';

/** Control Sequence Introducer (ECMA-48), with which every colour begins. */
const ESCAPE = '\u001b';

describe('an everyday round', () => {
  let site: SiteFolder;

  beforeAll(async () => {
    site = await makeSite();
  });
  afterAll(() => site.remove());

  // One story: each step stands on the one before.
  test('from the first plan to a blocked institution', async () => {
    const valid = await site.muster('validate');
    expect(valid).toMatchObject({ code: 0, err: '' });
    expect(valid.out).toContain('No mistakes.');

    const plan = await site.spawn('plan');
    expect(plan).toMatchObject({ code: 0, err: '' });
    expect(plan.out).toContain('2 people get an account.');
    expect(plan.out).toContain('users/cbs.yaml:1');
    expect(plan.out).not.toContain(ESCAPE);
    expect((await site.muster('plan', '--exit-code')).code).toBe(2);

    const synced = await site.muster('sync');
    expect(synced).toMatchObject({ code: 0, err: '' });
    expect(synced.out).toContain('2 people got an account.');

    const again = await site.muster('plan', '--exit-code');
    expect(again.code).toBe(0);
    expect(again.out).toContain('Nothing to do: the directory matches the repository.');

    site.declare('blocked-institutions.yaml', '- institution: cbs\n  reason: rent not paid\n  from: 2026-01-01\n');
    const blocked = await site.muster('sync');
    expect(blocked.out).toContain('2 people lost access.');
    expect(blocked.out).toContain(
      '2 people: Copenhagen Business Studies is blocked since 2026-01-01: rent not paid (blocked-institutions.yaml:3)',
    );

    const why = await site.muster('why', 'AJensen');
    expect(why.code).toBe(0);
    expect(why.out).toContain('May not log in.');
    expect(why.out).toContain('rent not paid (blocked-institutions.yaml:3)');
    expect(why.out).toContain('account ajensen: disabled');
    expect(why.out).toContain('account disabled');
  }, 60_000);
});

describe('forms of an answer', () => {
  let site: SiteFolder;

  beforeAll(async () => {
    site = await makeSite();
  });
  afterAll(() => site.remove());

  test('JSON is the report itself', async () => {
    const { out, code } = await site.muster('plan', '--format', 'json');
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ format: 1, dryRun: true, holds: [], trouble: [] });
    expect(report.plan.changes.map((change: { kind: string }) => change.kind)).toEqual(['create', 'create']);
  });

  test('Markdown is for merge requests', async () => {
    const { out } = await site.muster('--format', 'markdown', 'plan');
    expect(out).toMatch(/^## Plan for revision folder-/);
    expect(out).toContain('- Anna Jensen (ajensen)');
    expect(out).toContain('`users/cbs.yaml:1`');
  });

  test('a plan that was not asked to be stored leaves nothing for "held"', async () => {
    const { out, code } = await site.muster('held');
    expect(code).toBe(0);
    expect(out).toContain('No pass has run yet.');
  });

  test('a mistake in a file gives 2, with the place and the corrected line', async () => {
    site.declare('users/more.yaml', 'username: cdahl\nname: { given: Carl, family: Dahl }\nstate: Closed\n');
    const { out, code } = await site.muster('validate');
    expect(code).toBe(2);
    expect(out).toContain('users/more.yaml:3');
    expect(out).toContain('state: closed');
    expect((await site.muster('validate', '--format', 'json')).code).toBe(2);
  });
});
