import { describe, expect, test } from 'vitest';
import { type Change, effortOf, fingerprint } from '../../src/core/change.ts';
import { changeOf, gateOver, tally } from '../support/gate-builder.ts';
import { desired, diffOf, found, HOUR_MS, NOW, row } from '../support/reconciliation.ts';

describe('P9, D17: the same change again and again', () => {
  const track = (applied: number) => ({ fingerprint: '', applied, failures: 0, lastFailedAt: null });

  test('is stopped after three times a day', () => {
    const change = changeOf('update', 'anna');
    const gated = (applied: number) =>
      tally(gateOver([change], { tracks: new Map([[effortOf(change), track(applied)]]) }));
    expect(gated(2)).toEqual({ passed: 1 });
    expect(gated(3)).toEqual({ passed: 0, flapping: 1 });
  });

  test('is the same whatever value the other side puts in between', () => {
    const against = (mobile: string) =>
      diffOf([desired('anna')], [found('anna', { attributes: { mobile } })], [row('anna')]).changes[0];
    const [first, second] = [against('+4520000001'), against('+4520000002')];
    if (first === undefined || second === undefined) throw new Error('drift should be reverted');
    expect(effortOf(first)).toBe(effortOf(second));
    expect(fingerprint(first)).not.toBe(fingerprint(second));
  });

  describe('where it gives something', () => {
    const lift = changeOf('lift', 'anna');
    const inTokens = (change: Change): Change => ({ ...change, address: { ...change.address, system: 'tokens' } });
    const tugged = new Map([[effortOf(lift), track(3)]]);

    test('keeps everything else from being given to the same person, in whatever system, and nothing from anybody else', () => {
      const create = inTokens(changeOf('create', 'anna'));
      const others = [changeOf('lift', 'berit'), changeOf('update', 'anna'), changeOf('block', 'anna')];
      const { holds, approved } = gateOver([lift, inTokens(lift), create, ...others], { tracks: tugged });
      expect(holds.map(({ rule, changes }) => [rule, changes])).toEqual([['flapping', [lift, inTokens(lift), create]]]);
      expect(holds[0]?.because).toContain('waits with it');
      expect(approved.changes.map(({ change }) => change)).toEqual(others);
    });

    test('says that orders or entries went back and forth where Muster took it away itself each time', () => {
      const undo = changeOf('block', 'anna');
      const byMuster = new Map([...tugged, [effortOf(undo), track(3)]]);
      const [own] = gateOver([lift], { tracks: byMuster }).holds;
      const [unknown] = gateOver([lift], { tracks: tugged }).holds;
      expect(own?.because).toContain('by Muster itself');
      expect(unknown?.because).not.toContain('by Muster itself');
      expect(unknown?.release).toContain('somebody or something in that system');
      for (const hold of [own, unknown]) expect(hold?.release).toContain('"muster approve ');
    });
  });

  test('where it gives nothing, keeps nothing else', () => {
    const update = changeOf('update', 'anna');
    const tracks = new Map([[effortOf(update), track(3)]]);
    expect(tally(gateOver([update, changeOf('lift', 'anna')], { tracks }))).toEqual({ passed: 1, flapping: 1 });
  });

  test.each(['block', 'disable', 'due'] as const)('never keeps a %s from being made', (name) => {
    const change = changeOf(name, 'anna');
    const expired: Change = { ...change, effect: 'neither' };
    for (const one of [change, expired]) {
      const tracks = new Map([[effortOf(one), { ...track(9), failures: 9, lastFailedAt: NOW }]]);
      expect(tally(gateOver([one], { tracks, patient: true }))).toEqual({ passed: 1 });
    }
  });
});

describe('A3: what keeps failing', () => {
  const change = changeOf('update', 'anna');
  const failed = (failures: number, agoMs: number) => {
    const track = { fingerprint: '', applied: 0, failures, lastFailedAt: NOW - agoMs };
    return { tracks: new Map([[effortOf(change), track]]) };
  };

  test('waits longer each time, and the others go on', () => {
    const beside = changeOf('update', 'berit');
    const gated = (failures: number, agoMs: number) =>
      tally(gateOver([change, beside], { ...failed(failures, agoMs), patient: true }));
    expect(gated(1, 0)).toEqual({ passed: 2 });
    expect(gated(2, 4 * 60_000)).toEqual({ passed: 1, failing: 1 });
    expect(gated(2, 5 * 60_000)).toEqual({ passed: 2 });
    expect(gated(3, 9 * 60_000)).toEqual({ passed: 1, failing: 1 });
    expect(gated(3, 10 * 60_000)).toEqual({ passed: 2 });
    expect(gated(500, 6 * HOUR_MS - 1)).toEqual({ passed: 1, failing: 1 });
    expect(gated(500, 6 * HOUR_MS)).toEqual({ passed: 2 });
  });

  test('is tried at once when a person asks for it', () => {
    expect(tally(gateOver([change], failed(9, 0)))).toEqual({ passed: 1 });
  });

  test('comes last, so that it never keeps the others from being tried', () => {
    const poison = changeOf('block', 'anna');
    const tracks = new Map([[effortOf(poison), { fingerprint: '', applied: 0, failures: 1, lastFailedAt: NOW }]]);
    const { approved } = gateOver([poison, changeOf('block', 'berit'), changeOf('block', 'carl')], { tracks });
    expect(approved.changes.map(({ change: { person } }) => person.key)).toEqual(['berit', 'carl', 'anna']);
  });

  test('and goes back and forth as well, is held once', () => {
    const track = { fingerprint: '', applied: 3, failures: 3, lastFailedAt: NOW };
    const gated = gateOver([change], { tracks: new Map([[effortOf(change), track]]), patient: true });
    expect(tally(gated)).toEqual({ passed: 0, flapping: 1 });
  });
});
