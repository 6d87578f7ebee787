/** Stale reads: each read of a scenario of several passes answered by a domain controller of the past. */
import { type Share, shareOf, type Tell } from '../test/support/point-share.ts';
import { everyStaleRead, staleName } from '../test/support/stale-reads.ts';

export async function crashStale(share: Share, tell: Tell): Promise<void> {
  for await (const result of everyStaleRead({ choose: (points) => shareOf(points, share, staleName) })) tell(result);
}
