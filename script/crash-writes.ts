/** Crash points at the directory's writes: killed before and after each of thirty, and with each answer lost. */
import { type Share, shareOf, type Tell } from '../test/support/point-share.ts';
import { outcomeOf, sync } from '../test/support/site.ts';
import { differences, STRUCK_WRITES, strikeAt, strikeName } from '../test/support/struck-writes.ts';
import { endingOf, makeBench, removeBench } from '../test/support/thirty-changes.ts';

export async function crashWrites(share: Share, tell: Tell): Promise<void> {
  const points = shareOf(STRUCK_WRITES, share, strikeName);
  if (points.length === 0) return;
  const bench = await makeBench();
  try {
    const undisturbed = await endingOf(bench, async () => {
      const { exit } = outcomeOf(await sync(bench.site));
      if (exit !== 0) throw new Error(`undisturbed, the sync ends with ${exit}`);
    });
    const strange = differences(undisturbed, undisturbed);
    if (strange.length > 0) throw new Error(`undisturbed: ${strange.join('; ')}`);
    for (const point of points) {
      const begin = performance.now();
      const wrong = await strikeAt(bench, undisturbed, point).catch((error: unknown) => [String(error)]);
      tell({ point: strikeName(point), wrong, tookMs: performance.now() - begin });
    }
  } finally {
    await removeBench(bench);
  }
}
