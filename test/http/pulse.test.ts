import { describe, expect, test } from 'vitest';
import type { DaemonState } from '../../src/daemon/service.ts';
import { seenOf, startPulse } from '../../src/http/pulse.ts';

const IDLE: DaemonState = { since: 0, running: null, passedAt: null, trouble: null, next: null };
const MINUTE_MS = 60_000;

function pulseAt(begin: number) {
  const clock = { steady: begin };
  const pulse = startPulse(() => clock.steady);
  return { clock, pulse, seen: () => seenOf(pulse.shared, clock.steady) };
}

describe('the pulse', () => {
  test('tells what runs, what comes next, and how often a pass could not begin', () => {
    const { pulse, seen } = pulseAt(0);
    expect(seen()).toEqual({ alive: true, passingSince: null, next: null, notBegun: 0 });
    pulse.beat({ ...IDLE, running: { trigger: 'push', since: 700 }, next: { at: 9_000, trigger: 'due' } }, 1_000);
    pulse.notBegun();
    expect(seen()).toEqual({ alive: true, passingSince: 700, next: { at: 9_000, trigger: 'due' }, notBegun: 1 });
  });

  test('stops where the thread of the daemon gives no sign for over a minute', () => {
    const { clock, pulse, seen } = pulseAt(5);
    pulse.beat(IDLE, 0);
    clock.steady += MINUTE_MS;
    expect(seen().alive).toBe(true);
    clock.steady += 1;
    expect(seen().alive).toBe(false);
  });

  test('stops where the thread lives and a pass that is due does not begin', () => {
    const { clock, pulse, seen } = pulseAt(0);
    const late: DaemonState = { ...IDLE, next: { at: 1_000, trigger: 'schedule' } };
    for (let second = 0; second <= 70; second += 1) {
      clock.steady = second * 1_000;
      pulse.beat(late, 2_000 + second * 1_000);
    }
    expect(seen().alive).toBe(false);
    pulse.beat({ ...late, running: { trigger: 'schedule', since: 72_000 } }, 72_000);
    expect(seen().alive).toBe(true);
  });

  test('stops where a pass never ends, and not where one takes an hour', () => {
    const { clock, pulse, seen } = pulseAt(0);
    const running: DaemonState = { ...IDLE, running: { trigger: 'start', since: 0 } };
    const passUntil = (minutes: number) => {
      clock.steady = minutes * MINUTE_MS;
      pulse.beat(running, clock.steady);
    };
    passUntil(60);
    expect(seen().alive).toBe(true);
    passUntil(122);
    passUntil(124);
    expect(seen().alive).toBe(false);
  });
});
