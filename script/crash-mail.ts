/** Crash points of notifications: a sync that has something to tell, killed before each statement and at each step of its talk with the mail server. */
import { makeMailBench, nameOfMailPoint } from '../test/support/mail-fault-bench.ts';
import { type Share, shareOf, type Tell } from '../test/support/point-share.ts';

export async function crashMail(share: Share, tell: Tell): Promise<void> {
  const bench = await makeMailBench();
  try {
    for (const point of shareOf(bench.points, share, nameOfMailPoint)) {
      const begin = performance.now();
      const wrong = await bench.strike(point).catch((error: unknown) => [String(error)]);
      tell({ point: nameOfMailPoint(point), wrong, tookMs: performance.now() - begin });
    }
  } finally {
    await bench.remove();
  }
}
