import { describe, expect, test } from 'vitest';
import { CHANGE_CLASSES, type Change, digestOf, effortOf, fingerprint } from '../../src/core/change.ts';
import type { Limits } from '../../src/core/limits.ts';
import { changeOf, changesOf, gateOver, LIMITS, people, tally } from '../support/gate-builder.ts';
import { DAY_MS, HOUR_MS, NOW } from '../support/reconciliation.ts';

const approvalOf = (changes: readonly Change[]) => ({
  digest: digestOf(changes),
  fingerprints: changes.map(fingerprint),
  people: changes.map((change) => change.person.key),
  by: 'ops',
  reason: 'seen',
  at: NOW - HOUR_MS,
  expires: NOW + HOUR_MS,
});

describe('P1: a class over its limit is held, the others go on', () => {
  const PLAIN = ['disable', 'update', 'phone', 'create', 'enable'] as const;

  test.each(PLAIN)('%s: by number of people', (name) => {
    const limit = LIMITS[name].people ?? 0;
    const ours = new Map([['directory', 1_000_000]]);
    const beside = changesOf(name === 'phone' ? 'update' : 'phone', people(2, 900));
    expect(tally(gateOver([...changesOf(name, people(limit)), ...beside], { ours }))).toEqual({ passed: limit + 2 });
    expect(tally(gateOver([...changesOf(name, people(limit + 1)), ...beside], { ours }))).toEqual({
      passed: 2,
      [name]: limit + 1,
    });
  });

  test.each([...PLAIN, 'due'] as const)('%s: by percent of what is ours', (name) => {
    const percent = LIMITS[name].percent ?? 0;
    const ours = new Map([['directory', 100]]);
    const within = Math.max(percent, LIMITS.always);
    expect(tally(gateOver(changesOf(name, people(within)), { ours }))).toEqual({ passed: within });
    expect(tally(gateOver(changesOf(name, people(within + 1)), { ours }))).toEqual({ passed: 0, [name]: within + 1 });
  });

  test.each(['block', 'lift'] as const)('%s: by name', (name) => {
    expect(tally(gateOver(changesOf(name, people(25))))).toEqual({ passed: 25 });
    expect(tally(gateOver(changesOf(name, people(26))))).toEqual({ passed: 0, [name]: 26 });
  });

  test.each(['block', 'lift'] as const)('%s: by number of institutions and of the people behind them', (name) => {
    const of = (count: number) => people(count).map((key, nth) => changeOf(name, key, [`inst${nth}`]));
    expect(tally(gateOver(of(3)))).toEqual({ passed: 3 });
    expect(tally(gateOver(of(4)))).toEqual({ passed: 0, [name]: 4 });
    expect(tally(gateOver(changesOf(name, people(2000), ['cbs'])))).toEqual({ passed: 2000 });
    expect(tally(gateOver(changesOf(name, people(2001), ['cbs'])))).toEqual({ passed: 0, [name]: 2001 });
  });

  test('blocks by name and of institutions are two budgets', () => {
    const named = changesOf('block', people(26));
    const behind = changesOf('block', people(300, 100), ['cbs']);
    expect(tally(gateOver([...named, ...behind]))).toEqual({ passed: 300, block: 26 });
  });

  test('what else is planned for the same people waits with them, unless it takes away', () => {
    const keys = people(11);
    const changes = keys.flatMap((key) => [changeOf('phone', key), changeOf('update', key), changeOf('block', key)]);
    const { approved, holds } = gateOver([...changes, changeOf('update', 'other')]);
    expect(holds.map((hold) => [hold.rule, hold.changes.length])).toEqual([['phone', 22]]);
    expect(approved.changes.map(({ change }) => change.classes[0])).toEqual([...keys.map(() => 'block'), 'update']);
  });

  test('says the figures, what would release it, and a digest that names exactly what is held', () => {
    const changes = changesOf('phone', people(11));
    const [hold] = gateOver(changes).holds;
    expect(hold?.because).toBe('11 people in one run; the limit of "phone" is 10.');
    expect(hold?.digest).toBe(digestOf(changes));
    expect(hold?.release).toContain(`muster approve ${digestOf(changes).slice(0, 12)}`);
  });

  test('a class of a hundred thousand people is judged like any other', () => {
    const one = changeOf('update', 'person');
    const many = people(150_000).map((key) => ({ ...one, person: { key, label: key } }));
    const ours = new Map([['directory', 1_000_000]]);
    expect(tally(gateOver(many, { ours, limits: { ...LIMITS, update: { percent: 20 } } }))).toEqual({
      passed: 150_000,
    });
  });
});

describe('P2: the last 24 hours count', () => {
  test.each(['disable', 'enable', 'create', 'phone', 'block', 'lift'] as const)('%s: people a day', (name) => {
    const perDay = LIMITS[name].perDay ?? 0;
    const used = people(perDay - 1, 500).map((person) => ({ class: name, person, institutions: [] }));
    expect(tally(gateOver(changesOf(name, people(1)), { used }))).toEqual({ passed: 1 });
    expect(tally(gateOver(changesOf(name, people(2)), { used }))).toEqual({ passed: 0, [name]: 2 });
    // The same person again is no further person.
    const again = [changeOf(name, used[0]?.person ?? ''), changeOf(name, 'person01')];
    expect(tally(gateOver(again, { used }))).toEqual({ passed: 2 });
  });

  test('institutions a day', () => {
    const used = ['a', 'b', 'c'].map((id, nth) => ({ class: 'block' as const, person: `p${nth}`, institutions: [id] }));
    expect(tally(gateOver([changeOf('block', 'anna', ['c'])], { used }))).toEqual({ passed: 1 });
    expect(tally(gateOver([changeOf('block', 'anna', ['d'])], { used }))).toEqual({ passed: 0, block: 1 });
  });

  test('what another class used up counts for nothing', () => {
    const used = people(500).map((person) => ({ class: 'update' as const, person, institutions: [] }));
    expect(tally(gateOver(changesOf('phone', people(3)), { used }))).toEqual({ passed: 3 });
  });

  test('what an earlier gate of the same run let through counts in the run', () => {
    const earlier = people(20, 500).map((person) => ({ class: 'block' as const, person, institutions: [] }));
    expect(tally(gateOver(changesOf('block', people(5)), { earlier }))).toEqual({ passed: 5 });
    expect(tally(gateOver(changesOf('block', people(6)), { earlier }))).toEqual({ passed: 0, block: 6 });
  });
});

describe('P3: small sites', () => {
  const everyone = (count: number, limits: Partial<Limits> = {}) =>
    tally(
      gateOver(changesOf('disable', people(count)), {
        ours: new Map([['directory', count]]),
        limits: { ...LIMITS, ...limits },
      }),
    );

  test.each(people(20).map((_, nth) => nth + 1))('all of %i people: up to five go, more are held', (count) => {
    expect(everyone(count)).toEqual(count <= 5 ? { passed: count } : { passed: 0, disable: count });
  });

  test('the absolute limit holds whatever "always" says', () => {
    expect(everyone(4, { disable: { people: 3, percent: 5 }, always: 5 })).toEqual({ passed: 0, disable: 4 });
  });

  test('P7: where nothing is ours yet, creating more than a handful needs a person', () => {
    const none = { ours: new Map([['directory', 0]]) };
    expect(tally(gateOver(changesOf('create', people(5)), none))).toEqual({ passed: 5 });
    expect(tally(gateOver(changesOf('create', people(6)), none))).toEqual({ passed: 0, create: 6 });
  });
});

describe('approval', () => {
  test('lets exactly the changes through that were shown', () => {
    const shown = changesOf('phone', people(11));
    const more = changeOf('phone', 'person99');
    const gated = gateOver([...shown, more], { approvals: [approvalOf(shown)] });
    expect(tally(gated)).toEqual({ passed: 12 });
    expect(gated.approved.changes.filter(({ approved }) => approved)).toHaveLength(11);
    const others = changesOf('phone', people(11, 50));
    expect(tally(gateOver([...shown, ...others], { approvals: [approvalOf(shown)] }))).toEqual({
      passed: 11,
      phone: 11,
    });
  });

  test('P6: of another value, object, reason or state before is no approval of this one', () => {
    const base = changeOf('phone', 'anna');
    if (base.kind !== 'update') throw new Error('a phone change is an update');
    const others: readonly Change[] = [
      { ...base, after: { enabled: true, attributes: { mobile: '+4520888888' } } },
      { ...base, before: { enabled: true, attributes: { mobile: '+4520888888' } } },
      { ...base, handle: 'guid-of-another' },
      { ...base, cause: { ...base.cause, text: 'another reason' } },
      { ...base, address: { ...base.address, key: 'berit' } },
    ];
    for (const other of others) expect(fingerprint(other)).not.toBe(fingerprint(base));
    const same: Change = { ...base, location: 'CN=moved', raw: { mobile: 'written otherwise' }, dated: true };
    expect(fingerprint(same)).toBe(fingerprint(base));
  });

  test('a digest does not depend on the order of changes, and differs by any one of them', () => {
    const changes = changesOf('phone', people(4));
    expect(digestOf(changes.toReversed())).toBe(digestOf(changes));
    expect(digestOf(changes.slice(1))).not.toBe(digestOf(changes));
  });

  test('releases what the clocks or a tug of war hold, but neither a pause nor a lost store', () => {
    const change: Change = { ...changeOf('update', 'anna'), dated: true };
    const approvals = [approvalOf([change])];
    const tracks = new Map([[effortOf(change), { fingerprint: '', applied: 3, failures: 0, lastFailedAt: null }]]);
    expect(tally(gateOver([change], { approvals, tracks }))).toEqual({ passed: 1 });
    expect(tally(gateOver([change], { approvals, paused: { by: 'ops', reason: 'x' } }))).toEqual({
      passed: 0,
      paused: 1,
    });
    expect(tally(gateOver([change], { approvals, storeLost: true }))).toEqual({ passed: 0, 'store-lost': 1 });
  });

  test('counts once: what is to be done again needs another', () => {
    const change = changeOf('update', 'anna');
    const tracks = new Map([[effortOf(change), { fingerprint: '', applied: 3, failures: 0, lastFailedAt: null }]]);
    const approvals = [approvalOf([change])];
    const gated = (lastAt: number) =>
      tally(
        gateOver([change], { approvals, tracks, spent: [{ effort: effortOf(change), person: 'anna', at: lastAt }] }),
      );
    expect(gated(NOW - 2 * HOUR_MS)).toEqual({ passed: 1 });
    expect(gated(NOW - HOUR_MS / 2)).toEqual({ passed: 0, flapping: 1 });
  });

  test('an operator’s order to block is its own approval', () => {
    const ordered = people(40).map((key): Change => {
      const change = changeOf('block', key, ['cbs']);
      return { ...change, cause: { ...change.cause, kind: 'operator-blocked' } };
    });
    const gated = gateOver([...ordered, ...changesOf('block', people(25, 100))]);
    expect(tally(gated)).toEqual({ passed: 65 });
    expect(gated.approved.changes.filter(({ approved }) => approved)).toHaveLength(40);
  });
});

describe('everything is held', () => {
  test('P7: while the store is lost', () => {
    const gated = gateOver([...changesOf('create', people(2)), ...changesOf('disable', people(2, 10))], {
      storeLost: true,
    });
    expect(tally(gated)).toEqual({ passed: 0, 'store-lost': 4 });
    expect(gated.holds[0]?.digest).toBeNull();
  });

  test('during a pause, except who was blocked and is found enabled', () => {
    const gated = gateOver([changeOf('block', 'anna'), changeOf('disable', 'berit'), changeOf('update', 'anna')], {
      paused: { by: 'ops', reason: 'moving house' },
    });
    expect(tally(gated)).toEqual({ passed: 1, paused: 2 });
    expect(gated.holds[0]?.because).toBe('ops paused Muster: moving house');
  });

  test('P8: where the clocks lead to different results', () => {
    const dated: Change = { ...changeOf('due', 'anna'), dated: true };
    expect(tally(gateOver([dated, changeOf('due', 'berit')]))).toEqual({ passed: 1, clock: 1 });
  });
});

test('every change comes out exactly once, however many rules would hold it', () => {
  const keys = people(60);
  const changes = CHANGE_CLASSES.flatMap((name) => changesOf(name, keys)).map(
    (change, nth): Change => ({ ...change, dated: nth % 7 === 0 }),
  );
  const tracks = new Map(
    changes
      .filter((_, nth) => nth % 5 === 0)
      .map((change) => [effortOf(change), { fingerprint: '', applied: 4, failures: 4, lastFailedAt: NOW }]),
  );
  const used = keys.map((person) => ({ class: 'enable' as const, person, institutions: [] }));
  const { approved, holds } = gateOver(changes, { tracks, used, patient: true, at: NOW + DAY_MS / 1000 });
  const out = [...approved.changes.map(({ change }) => change), ...holds.flatMap((hold) => hold.changes)];
  expect(out).toHaveLength(changes.length);
  expect(new Set(out)).toEqual(new Set(changes));
});
