import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSite, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;

beforeEach(async () => {
  site = await makeSite();
});
afterEach(() => site.remove());

describe('held changes', () => {
  test('wait, are approved by the beginning of their digest, and then go', async () => {
    site.configure('limits: { always: 5 }', 'limits: { always: 0, create: { people: 1 } }');
    const held = await site.muster('sync');
    expect(held.code).toBe(2);
    expect(held.out).toContain('Held: 2 people get an account');
    const digest = /muster approve ([0-9a-f]+)/.exec(held.out)?.[1] ?? 'none';

    const waiting = await site.muster('held');
    expect(waiting.code).toBe(2);
    expect(waiting.out).toContain(`muster approve ${digest}`);

    const wrong = await site.muster('approve', '0123456789ab', '--reason', 'new term');
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('Run "muster held"');

    const approved = await site.muster('approve', digest, '--reason', 'new term');
    expect(approved).toMatchObject({ code: 0, err: '' });
    expect(approved.out).toContain('Approved: 2 people get an account');

    const synced = await site.muster('sync');
    expect(synced.code).toBe(0);
    expect(synced.out).toContain('2 people got an account.');
  }, 60_000);

  test('that were rejected stay held, also after an approval', async () => {
    site.configure('limits: { always: 5 }', 'limits: { always: 0, create: { people: 1 } }');
    const plan = JSON.parse((await site.muster('plan', '-f', 'json')).out);
    const digest: string = plan.holds[0].digest;
    expect((await site.muster('approve', digest, '-r', 'new term')).code).toBe(0);
    const rejected = await site.muster('reject', digest, '--reason', 'wrong term');
    expect(rejected.code).toBe(0);
    expect(rejected.out).toContain('The changes stay held');
    expect((await site.muster('sync')).code).toBe(2);
  }, 60_000);
});

describe('a pause', () => {
  test('holds everything but blocks until it is ended', async () => {
    expect((await site.muster('pause', '--reason', 'the domain is being moved')).code).toBe(0);
    const paused = await site.muster('sync');
    expect(paused.code).toBe(2);
    expect(paused.out).toContain('the domain is being moved');
    expect((await site.muster('held')).out).toContain('muster resume');
    expect((await site.muster('resume')).out).toContain('The pause by');
    expect((await site.muster('sync')).code).toBe(0);
  }, 60_000);
});

describe('a block from the command line', () => {
  test('shuts out at once, shows the entry to write, and ends by unblock', async () => {
    await site.muster('sync');
    const blocked = await site.muster('block', 'bmadsen', '--reason', 'stolen laptop', '--until', '4h');
    expect(blocked.code).toBe(2);
    expect(blocked.out).toContain('Blocked: bmadsen');
    expect(blocked.out).toContain('1 person lost access.');
    expect(blocked.out).toContain('- user: bmadsen');
    expect((await site.muster('why', 'bmadsen')).out).toContain('stolen laptop');

    expect((await site.muster('unblock', 'bmadsen', '--reason', 'found')).code).toBe(0);
    expect((await site.muster('sync')).out).toContain('1 person got access back.');
  }, 60_000);

  test('is given once: a second says who gave the first, one with a later end takes its place, and one with an earlier end does not', async () => {
    await site.muster('sync');
    await site.muster('block', 'bmadsen', '--reason', 'stolen laptop', '--until', '2199-03-01');
    const again = await site.muster('block', 'bmadsen', '--reason', 'once more', '--until', '2199-03-01');
    expect(again.out).toMatch(/^Blocked already: bmadsen/);
    expect(again.out).toMatch(/Blocked already by .* on .*, until 2199-03-01 inclusive: stolen laptop/);
    expect(again.out.split('- user: bmadsen')).toHaveLength(2);
    expect(again.out).toContain('        until: 2199-03-01\n');

    const longer = await site.muster('block', 'bmadsen', '--reason', 'the case grew', '-f', 'json');
    expect(JSON.parse(longer.out)).toMatchObject({ already: null, replaced: [{ reason: 'stolen laptop' }] });
    const { out } = await site.muster('why', 'bmadsen');
    expect(out).toMatch(/\nWhy not\n {2}Bo Madsen .*: the case grew\n\n/);
    const shorter = await site.muster('block', 'bmadsen', '--reason', 'just today', '--until', '4h');
    expect(shorter.out).toMatch(/Blocked already by .*, without an end: the case grew/);
    expect(shorter.out).toContain('run "muster unblock" first');
    const ended = await site.muster('unblock', 'bmadsen', '--reason', 'found');
    expect(ended.out.match(/bmadsen, blocked by/g)).toHaveLength(1);
  }, 60_000);

  test('names its end as people write it', async () => {
    await site.muster('sync');
    await site.muster('block', 'bmadsen', '--reason', 'stolen laptop', '--until', '2199-03-01T14:00');
    const { out } = await site.muster('why', 'bmadsen');
    expect(out).toContain('until 2199-03-01 14:00: stolen laptop');
  }, 60_000);

  test('needs exactly one target and a moment to come', async () => {
    const nobody = await site.muster('block', '--reason', 'x');
    expect(nobody).toMatchObject({ code: 1, out: '' });
    expect(nobody.err).toContain('Nobody is named.');
    const past = await site.muster('block', 'bmadsen', '--reason', 'x', '--until', '2020-01-01');
    expect(past.code).toBe(1);
    expect(past.err).toContain('is over already.');
    const unknown = await site.muster('block', 'bmadsn', '--reason', 'x');
    expect(unknown.err).toContain('Did you mean "bmadsen"?');
  }, 60_000);
});

describe('a reason', () => {
  test.each([
    ['', 'This reason says nothing.'],
    ['   ', 'This reason says nothing.'],
    ['late\u202eshift', 'This reason holds a character that cannot be seen (U+202E).'],
    ['x'.repeat(501), 'This reason has 501 characters; at most 500 are accepted.'],
  ])(
    '%j is refused',
    async (reason, message) => {
      const commands = [
        ['block', 'bmadsen'],
        ['unblock', 'bmadsen'],
        ['pause'],
        ['approve', '0123456789ab'],
        ['reject', '0123456789ab'],
        ['enable', 'bmadsen'],
        ['adopt', 'bmadsen', '--yes'],
        ['ledger', 'rebuild'],
        ['credentials', 'reissue', 'bmadsen'],
        ['approve-revision', 'a..b'],
      ];
      for (const command of commands) {
        const { code, err } = await site.muster(...command, '--reason', reason);
        expect({ command, code, err }).toEqual({ command, code: 1, err: expect.stringContaining(message) });
      }
    },
    60_000,
  );

  test('is asked of whoever approves or adopts', async () => {
    expect((await site.muster('approve', '0123456789ab')).err).toContain("required option '-r, --reason <text>'");
    const adopted = await site.muster('adopt', 'bmadsen', 'ajensen', '--yes');
    expect(adopted).toMatchObject({ code: 1, out: '' });
    expect(adopted.err).toContain('muster adopt bmadsen ajensen --yes --reason "…"');
  });
});

describe('accounts and passwords', () => {
  test('adopt and ledger rebuild say when there is nothing for them to do', async () => {
    await site.muster('sync');
    const adopted = await site.muster('adopt', 'ajensen');
    expect(adopted.code).toBe(2);
    expect(adopted.out).toContain("the account is Muster's already.");
    const rebuild = await site.muster('ledger', 'rebuild');
    expect(rebuild.code).toBe(0);
    expect(rebuild.out).toContain('Nothing to learn');
  }, 60_000);

  test.each([
    ['their institution', 'mode: enforce\nmodes: { cbs: observe }', 'modes: { cbs: enforce }'],
    ['everybody', 'mode: observe', 'Set "mode: enforce"'],
    ['everybody but another institution', 'mode: observe\nmodes: { ghost: enforce }', 'modes: { cbs: enforce }'],
  ])(
    'credentials reissue is refused where %s is only observed, and nothing is made or set',
    async (_who, mode, next) => {
      await site.muster('sync');
      const kept = () => [
        readFileSync(join(site.folder, 'directory.json'), 'utf8'),
        readdirSync(join(site.folder, 'outbox')).toSorted(),
      ];
      const before = kept();
      site.configure('mode: enforce', mode);
      const { code, err } = await site.muster('credentials', 'reissue', 'bmadsen', '--reason', 'lost the letter');
      expect(code).toBe(1);
      expect(err).toContain('only observe');
      expect(err).toContain(next);
      expect(kept()).toEqual(before);
      expect((await site.muster('audit', 'show')).out).not.toContain('gave a new initial password');
    },
    60_000,
  );

  test('approve-revision wants a step from the last applied revision', async () => {
    const { code, err } = await site.muster('approve-revision', 'main..other', '--reason', 'x');
    expect(code).toBe(1);
    expect(err).toContain('This is not OLD..NEW with two whole commit ids.');
  });
});
