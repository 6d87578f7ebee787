/** The crash certificate: a sync of forty changes, killed at each write to the directory, each statement to the database and each step of a mail. */
import { allPoints, pointName, strikeAt, undisturbed } from '../test/support/crash-points.ts';
import { makeBench, removeBench } from '../test/support/forty-changes.ts';
import { type Share, shareOf, type Tell } from '../test/support/point-share.ts';

export async function crashCertificate(share: Share, tell: Tell): Promise<void> {
  const bench = await makeBench();
  try {
    const { ending, statements } = await undisturbed(bench);
    for (const point of shareOf(allPoints(statements), share, pointName)) {
      const begin = performance.now();
      const wrong = await strikeAt(bench, ending, point).catch((error: unknown) => [String(error)]);
      tell({ point: pointName(point), wrong, tookMs: performance.now() - begin });
    }
  } finally {
    await removeBench(bench);
  }
}
