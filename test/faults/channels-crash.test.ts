/** A sync of directory, control file and privacyIDEA, killed at any step or with an answer lost: the next one finishes it, and nothing is done twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChannelBench, makeChannelBench, removeChannelBench } from '../support/channel-bench.ts';
import {
  channelDifferences,
  channelPointName,
  strikeChannels,
  type Undisturbed,
  undisturbedChannels,
} from '../support/channel-points.ts';
import { sampleOf } from '../support/fault-points.ts';
import { figure } from '../support/figures.ts';

/** Half a minute on two idle cores. */
const PATIENCE_MS = 600_000;
/** Of each kind; `script/crash --only channels` tries all. */
const TRIED = {
  'list-before': 2,
  'list-after': 2,
  statement: 6,
  'token-before': 2,
  'token-after': 2,
  'token-answer': 3,
};
const SEED = Math.floor(Math.random() * 2 ** 31);

describe(`A1: a sync of three systems (seed ${SEED})`, () => {
  let bench: ChannelBench;
  let reference: Undisturbed;
  beforeAll(async () => {
    bench = await makeChannelBench();
    reference = await undisturbedChannels(bench);
  }, PATIENCE_MS);
  afterAll(() => removeChannelBench(bench));

  test('undisturbed, everything is done and recorded once, and nothing is left', () => {
    const { ending, points, tokenWrites } = reference;
    expect([ending.open, ending.left, ending.exit]).toEqual([0, 0, 0]);
    expect(new Set(ending.audit).size).toBe(ending.audit.length);
    expect(ending.list.join('\n')).toMatch(/blocked1[\s\S]*closed1[\s\S]*muted1/);
    expect(ending.tokens).toContain('closed1 +4520123450 off');
    figure(`${points.length} points in all, ${tokenWrites} of them writes to tokens`);
  });

  test('the comparison would notice', () => {
    const { ending } = reference;
    for (const key of ['accounts', 'list', 'tokens', 'ledger', 'sealed', 'audit'] as const) {
      expect(channelDifferences({ ...ending, [key]: ending[key].slice(1) }, ending)).toHaveLength(1);
    }
    expect(channelDifferences({ ...ending, left: 1 }, ending)).toHaveLength(1);
    expect(channelDifferences(ending, ending)).toEqual([]);
  });

  test.each(Object.entries(TRIED))('A1: struck at %s', { timeout: PATIENCE_MS }, async (at, count) => {
    const all = reference.points.filter((point) => point.at === at);
    const wrong: string[] = [];
    for (const point of sampleOf(all, Math.min(count, all.length), SEED)) {
      const found = await strikeChannels(bench, reference, point).catch((error: unknown) => [String(error)]);
      wrong.push(...found.map((difference) => `${channelPointName(point)}: ${difference}`));
    }
    expect(wrong).toEqual([]);
  });
});
