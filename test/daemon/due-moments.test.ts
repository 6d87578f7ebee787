/** Due moments by a virtual clock, through the real loop, pass and store: acted on within seconds, also on the days on which clocks change. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { FORECAST_DAYS } from '../../src/core/forecast.ts';
import { pass } from '../../src/core/pass.ts';
import { startLoop } from '../../src/daemon/loop.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { makeScene, type Scene } from '../support/scene.ts';

/** Seconds within which a due moment is acted on. */
const WITHIN_MS = 5_000;

let scene: Scene;
afterEach(() => scene.close());

/**
 * Lets the daemon's loop run from that moment to another, looking at the clock as often as it does; gives when passes wrote,
 * as `MOMENT kind username`.
 */
async function serve(from: string, to: string): Promise<readonly string[]> {
  const written: string[] = [];
  scene.clock.now = Date.parse(from);
  let idle = false;
  const loop = startLoop({
    pass: async (trigger) => {
      const report = await pass(scene.parts(), { trigger, dryRun: false, forecastDays: FORECAST_DAYS });
      for (const { change, outcome } of report.applied) {
        expect(outcome.status).toBe('applied');
        written.push(`${new Date(report.startedAt).toISOString()} ${trigger}: ${change.kind} ${change.person.key}`);
      }
      expect(report.trouble).toEqual([]);
      return { nextDue: report.forecast?.days[0]?.coming[0]?.at ?? null, away: [], gaveWay: false };
    },
    clock: () => scene.clock.now,
    sleep: async (ms) => {
      // The hours in which nothing is due pass at once, up to a minute before the end or the next moment.
      const { at } = loop.next() ?? { at: Date.parse(to) };
      scene.clock.now = Math.max(scene.clock.now + ms, Math.min(at, Date.parse(to)) - 60_000);
      idle = scene.clock.now >= Date.parse(to);
      await setImmediate();
    },
    onTrouble: () => Promise.reject(new Error('a pass could not begin')),
  });
  while (!idle) await setImmediate();
  await loop.stop();
  return written;
}

/** Milliseconds from the moment to that of the line which says it was acted on. */
function late(line: string | undefined, moment: string): number {
  return Date.parse(line?.slice(0, 24) ?? '') - Date.parse(moment);
}

describe.each([
  // In Denmark the day begins at 23:00 UTC in winter and at 22:00 in summer.
  ['the clocks go forward', '2027-03-28', '2027-03-27T23:00:00Z', '2027-03-28T22:00:00Z'],
  ['the clocks go back', '2027-10-31', '2027-10-30T22:00:00Z', '2027-10-31T23:00:00Z'],
  ['nothing happens to the clocks', '2027-06-15', '2027-06-14T22:00:00Z', '2027-06-15T22:00:00Z'],
])('on a day on which %s', (_what, day, begins, ends) => {
  test('who starts, ends or is blocked that day does so within five seconds of its first or last moment', async () => {
    scene = await makeScene({ limits: { always: 100 } });
    scene.clock.now = Date.parse(begins) - 3_600_000;
    await scene.declare({
      ...institution('cbs', 'CBS'),
      ...people(['anna', 'berit', 'carl']),
      ...person('anna', { ends: day }),
      ...person('dora', { starts: day }),
      ...blocks('user', [{ target: 'berit', from: day, until: day }]),
    });
    await scene.settle();
    const written = await serve(
      new Date(scene.clock.now).toISOString(),
      new Date(Date.parse(ends) + 600_000).toISOString(),
    );
    const at = (what: string) => written.find((line) => line.endsWith(what));
    for (const [what, moment] of [
      ['due: disable berit', begins],
      ['due: create dora', begins],
      ['due: disable anna', ends],
      ['due: enable berit', ends],
    ] as const) {
      expect(at(what), `${what} in ${written.join('\n')}`).toBeDefined();
      expect(late(at(what), moment), what).toBeGreaterThanOrEqual(0);
      expect(late(at(what), moment), what).toBeLessThanOrEqual(WITHIN_MS);
    }
    expect(written).toHaveLength(4);
  }, 60_000);
});
