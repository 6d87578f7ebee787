/** The loop under a clock that stands still until the test moves it: what asks for passes, and how many there are. */
import { describe, expect, test } from 'vitest';
import { type Loop, type LoopParts, type Passed, retryAfter, startLoop } from '../../src/daemon/loop.ts';
import { MusterError, type Trouble } from '../../src/errors.ts';

const QUIET: Passed = { nextDue: null, away: [], gaveWay: false };
const AWAY = new MusterError({ remedy: 'retry', where: 'the store', what: 'It is busy.', next: 'Wait.' });

interface Rig {
  readonly loop: Loop;
  readonly triggers: string[];
  readonly troubles: Trouble[];
  /** Lets time pass in steps of a second, as the loop looks at the clock. */
  pass(seconds: number): Promise<void>;
}

/** `outcome` says what each pass gives; by default nothing is due and nothing was away. */
function rig(outcome: (nth: number, now: number) => Passed | Error | Promise<Passed> = () => QUIET): Rig {
  let now = 0;
  const triggers: string[] = [];
  const troubles: Trouble[] = [];
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const parts: LoopParts = {
    pass: async (trigger) => {
      triggers.push(`${now / 1000} ${trigger}`);
      const given = await outcome(triggers.length, now);
      if (given instanceof Error) throw given;
      return given;
    },
    clock: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
        sleepers.push({ until: now + ms, wake: resolve });
      }),
    onTrouble: async (trouble) => {
      troubles.push(trouble);
    },
  };
  return {
    loop: startLoop(parts),
    triggers,
    troubles,
    pass: async (seconds) => {
      for (let step = 0; step < seconds; step += 1) {
        await turns();
        now += 1000;
        const awake = sleepers.filter(({ until }) => until <= now);
        sleepers = sleepers.filter(({ until }) => until > now);
        for (const { wake } of awake) wake();
        await turns();
      }
    },
  };
}

/** Everything that is ready gets its turn. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('what sets off a pass', () => {
  test('the start does, and then nothing until somebody asks', async () => {
    const { triggers, pass, loop } = rig();
    await pass(3600);
    expect(triggers).toEqual(['0 start']);
    loop.ask('push');
    await pass(5);
    expect(triggers).toEqual(['0 start', '3600 push']);
  });

  test('S9: a flood of requests is one pass a second at most, and one after the last', async () => {
    const { triggers, pass, loop } = rig();
    await pass(2);
    for (let second = 0; second < 5; second += 1) {
      for (let nth = 0; nth < 1_000; nth += 1) loop.ask('push');
      await pass(1);
    }
    await pass(10);
    expect(triggers).toEqual(['0 start', '2 push', '3 push', '4 push', '5 push', '6 push']);
  });

  test('whoever asks while a pass runs gets one after it, which sees what they meant', async () => {
    let release = (_: Passed) => {};
    const held = new Promise<Passed>((resolve) => {
      release = resolve;
    });
    const { triggers, pass, loop } = rig((nth) => (nth === 2 ? held : QUIET));
    await pass(2);
    loop.ask('push');
    await pass(2);
    loop.ask('files');
    loop.ask('schedule');
    await pass(5);
    expect(triggers).toEqual(['0 start', '2 push']);
    release(QUIET);
    await pass(5);
    expect(triggers).toEqual(['0 start', '2 push', '10 files']);
  });
});

describe('what falls due', () => {
  test('a date is acted on within a second of its moment, and only once', async () => {
    const { triggers, pass } = rig((nth) => ({ nextDue: nth === 1 ? 90_500 : null, away: [], gaveWay: false }));
    await pass(300);
    expect(triggers).toEqual(['0 start', '91 due']);
  });

  test('a moment that the machine slept through is acted on when it wakes', async () => {
    let now = 0;
    const seen: string[] = [];
    const loop = startLoop({
      pass: (trigger) => {
        seen.push(trigger);
        return Promise.resolve({ nextDue: seen.length === 1 ? 3_600_000 : null, away: [], gaveWay: false });
      },
      clock: () => now,
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
      onTrouble: () => Promise.resolve(),
    });
    const { setImmediate: turn } = await import('node:timers/promises');
    await turn();
    now = 9_000_000;
    while (seen.length < 2) await turn();
    await loop.stop();
    expect(seen).toEqual(['start', 'due']);
  });
});

describe('what was away', () => {
  test('is looked for again after 15 s, then after twice as long each time, up to a quarter of an hour', async () => {
    const { triggers, pass } = rig((nth) => ({ nextDue: null, away: nth < 4 ? ['directory'] : [], gaveWay: false }));
    await pass(600);
    expect(triggers).toEqual(['0 start', '15 retry', '45 retry', '105 retry']);
    expect([1, 2, 6, 7, 8, 50].map((failures) => retryAfter(failures) / 1000)).toEqual([15, 30, 480, 900, 900, 900]);
  });

  test('a pass that may not begin is told and tried again, and what was due then is not forgotten', async () => {
    const { triggers, troubles, pass } = rig((nth) =>
      nth === 2 ? AWAY : { nextDue: nth === 1 ? 50_000 : null, away: [], gaveWay: false },
    );
    await pass(600);
    expect(triggers).toEqual(['0 start', '50 due', '65 due']);
    expect(troubles.map(({ what }) => what)).toEqual(['It is busy.']);
  });

  test('A4: what is no trouble but a bug ends the loop, so that the process begins anew', async () => {
    const { loop, pass } = rig(() => new TypeError('x is not a function'));
    const ended = expect(loop.ended).rejects.toThrow('x is not a function');
    await pass(1);
    await ended;
  });
});

test('a stop waits for the running pass, and none begins after it', async () => {
  let release = (_: Passed) => {};
  const held = new Promise<Passed>((resolve) => {
    release = resolve;
  });
  const { triggers, pass, loop } = rig(() => held);
  loop.ask('push');
  await pass(1);
  let stopped = false;
  const stop = loop.stop().then(() => {
    stopped = true;
  });
  await pass(1);
  expect(stopped).toBe(false);
  release(QUIET);
  await stop;
  expect(triggers).toEqual(['0 start']);
});
