/** Crash points of the other channels: a sync of directory, control file and privacyIDEA, killed at each replacement, each write to a token and each statement. */
import { makeChannelBench, removeChannelBench } from '../test/support/channel-bench.ts';
import { channelPointName, strikeChannels, undisturbedChannels } from '../test/support/channel-points.ts';
import { type Share, shareOf, type Tell } from '../test/support/point-share.ts';

export async function crashChannels(share: Share, tell: Tell): Promise<void> {
  const bench = await makeChannelBench();
  try {
    const reference = await undisturbedChannels(bench);
    for (const point of shareOf(reference.points, share, channelPointName)) {
      const begin = performance.now();
      const wrong = await strikeChannels(bench, reference, point).catch((error: unknown) => [String(error)]);
      tell({ point: channelPointName(point), wrong, tookMs: performance.now() - begin });
    }
  } finally {
    await removeChannelBench(bench);
  }
}
