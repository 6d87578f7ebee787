/** Systems side by side, one of which hangs: before it has ever answered, or after it has. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Desired } from '../../src/core/change.ts';
import { pass } from '../../src/core/pass.ts';
import type { Reader, Reconciler } from '../../src/core/ports.ts';
import type { Report } from '../../src/core/report.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { type Faults, noFaults, withFaults } from '../support/faulty-reconciler.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const FIRST = ['anna', 'berit', 'carl'];
const NEW = Array.from({ length: 16 }, (_, nth) => `p${String(nth + 10)}`);
/** Long enough also where much else runs. */
const TEST_MS = 120_000;

let scene: Scene;
let faults: Faults;
afterEach(() => scene.close());

/** Three people have accounts, and sixteen are to get one. */
async function growing(): Promise<void> {
  faults = noFaults();
  scene = await makeScene({ limits: { always: 1_000 }, around: (reconciler) => withFaults(reconciler, faults) });
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(FIRST) });
  await scene.settle();
  await scene.declare(people(NEW));
  faults.written.length = 0;
}

function outcomes({ applied }: Report): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of applied) counts[outcome.status] = (counts[outcome.status] ?? 0) + 1;
  return counts;
}

describe('a system whose server does not answer', { timeout: TEST_MS }, () => {
  /** Two systems over one directory each: the one that hangs, and the real one; and what lets the hanging one go. */
  function beside(order: 'first' | 'last') {
    const parts = scene.parts();
    const [real] = parts.reconcilers;
    if (real === undefined) throw new Error('no system');
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const hanging: Reconciler = {
      ...real,
      system: 'tokens',
      rank: 1,
      project: () => [],
      connect: async (suits) => {
        await answered;
        return real.connect(suits);
      },
    };
    return { parts: { ...parts, reconcilers: order === 'first' ? [hanging, real] : [real, hanging] }, answer };
  }

  test.each(['first', 'last'] as const)('standing %s delays neither blocks nor the rest of another', async (order) => {
    await growing();
    await scene.declare({
      ...person('carl', { phone: '+45 28 00 00 00' }),
      ...blocks('user', [{ target: 'berit', from: '2026-06-15' }]),
    });
    const { parts, answer } = beside(order);
    const passing = pass({ ...parts, patience: () => wait(50) }, { trigger: 'schedule', dryRun: false });
    const report = await Promise.race([passing, wait(40_000).then(() => null)]);
    if (report === null) expect.fail('it waited for the system that hangs');
    expect(faults.written[0]).toBe('disable berit');
    expect(outcomes(report)).toEqual({ applied: NEW.length + 2 });
    expect(report.plan.unread.map(({ system, what }) => `${system}: ${what}`)).toEqual([
      'tokens: No server has answered yet, and the other systems do not wait for it any longer.',
    ]);
    // One that answers after all is not left open.
    answer();
    await wait(50);
    expect(faults.open).toBe(0);
  });

  test('keeps nobody’s block waiting, even where it is waited for', async () => {
    await growing();
    await scene.declare(blocks('user', [{ target: 'berit', from: '2026-06-15' }]));
    const { parts, answer } = beside('first');
    const passing = pass(parts, { trigger: 'schedule', dryRun: false });
    for (let tried = 0; tried < 400 && faults.written.length === 0; tried += 1) await wait(25);
    expect(faults.written).toEqual(['disable berit']);
    answer();
    expect((await passing).plan.unread).toEqual([]);
  });

  /** The hanging system's server takes the connection, and then answers one kind of question no more; what it says to others counts. */
  function silentAfter(question: 'now' | 'observe' | 'lookup', heard: () => number) {
    const { parts } = beside('first');
    const [, real] = parts.reconcilers;
    if (real === undefined) throw new Error('no system');
    const tokens: Reconciler = {
      ...real,
      system: 'tokens',
      rank: 1,
      project: question === 'lookup' ? (model, at) => real.project(model, at).map(asToken) : () => [],
      connect: async (suits) => {
        const { reader, writer } = await real.connect(suits);
        return { reader: { ...reader, heard, [question]: () => new Promise(() => undefined) }, writer };
      },
      connectAll: () => Promise.resolve({ sessions: [], unreachable: [{ server: 'tokens', why: 'tokens' }] }),
    };
    return { ...parts, reconcilers: [tokens, real] };
  }
  const asToken = (one: Desired): Desired => ({ ...one, address: { ...one.address, system: 'tokens' } });

  test.each(['now', 'observe', 'lookup'] as const)(
    'that fell silent after the connection, at %s, delays neither blocks nor the rest of another',
    async (question) => {
      await growing();
      await scene.declare({
        ...person('carl', { phone: '+45 28 00 00 00' }),
        ...blocks('user', [{ target: 'berit', from: '2026-06-15' }]),
      });
      const parts = silentAfter(question, () => 1);
      const passing = pass({ ...parts, patience: () => wait(50) }, { trigger: 'schedule', dryRun: false });
      const report = await Promise.race([passing, wait(40_000).then(() => null)]);
      if (report === null) expect.fail('it waited for the system that hangs');
      expect(faults.written[0]).toBe('disable berit');
      expect(outcomes(report)).toEqual({ applied: NEW.length + 2 });
      expect(report.plan.unread.map(({ system, what }) => `${system}: ${what}`)).toEqual([
        'tokens: The server has fallen silent, and the other systems do not wait for it any longer.',
      ]);
      expect(faults.open).toBe(0);
    },
  );

  test('that goes on speaking is waited for, however long it takes', async () => {
    await growing();
    let heard = 0;
    const parts = silentAfter('observe', () => heard);
    const [slow, real] = parts.reconcilers;
    if (slow === undefined || real === undefined) throw new Error('no system');
    const speaking: Reconciler = {
      ...slow,
      connect: async (suits) => {
        const { reader, writer } = await real.connect(suits);
        const observe: Reader['observe'] = async (...asked) => {
          for (; heard < 60; heard += 1) await wait(20);
          return { ...(await reader.observe(...asked)), system: 'tokens' };
        };
        return { reader: { ...reader, heard: () => heard, observe }, writer };
      },
    };
    const patient = { ...parts, reconcilers: [speaking, real], patience: () => wait(50) };
    const report = await pass(patient, { trigger: 'schedule', dryRun: false });
    expect(heard).toBe(60);
    expect(report.plan.unread).toEqual([]);
    expect(outcomes(report)).toEqual({ applied: NEW.length });
  });

  test('is waited for while it is the only one', async () => {
    await growing();
    const { parts, answer } = beside('first');
    const alone = { ...parts, reconcilers: parts.reconcilers.slice(0, 1), patience: () => Promise.resolve() };
    const passing = pass(alone, { trigger: 'schedule', dryRun: false });
    await wait(100);
    answer();
    expect((await passing).plan.unread).toEqual([]);
  });
});
