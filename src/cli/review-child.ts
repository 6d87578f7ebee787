/** The process that reviews merge requests: looks at one after the other as it is told, keeps what it read for the next, and ends with the daemon that started it. */
import { getPriority, setPriority } from 'node:os';
import type { ReviewOrder } from '../daemon/reviewer.ts';
import { troubleOf } from '../errors.ts';
import { KeptSite } from './kept-site.ts';
import type { FromReviewer } from './review-messages.ts';

/**
 * Steps below the daemon (nice(2)): where both want the same core, a pass gets three quarters of it. Not more, for files are read within
 * a time by the clock, and who hardly gets a turn would call good files too slow.
 */
const NICENESS = 5;
/** The last that there is. */
const NICENESS_MOST = 19;

const [, , configFile = ''] = process.argv;
/** Kept from one review to the next: what the directory and the repository hold is read once, and then what changed. */
const kept = new KeptSite(configFile);

/** Whoever waits for it hears either. */
async function answer(order: ReviewOrder): Promise<FromReviewer> {
  try {
    const [{ reviewedOn }, site] = await Promise.all([import('./review-answer.ts'), kept.now()]);
    const reviewed = await reviewedOn(site, order);
    return { kind: 'reviewed', reviewed, bytes: process.memoryUsage.rss() };
  } catch (error) {
    return { kind: 'failed', trouble: troubleOf(error), bytes: process.memoryUsage.rss() };
  }
}

setPriority(Math.min(NICENESS_MOST, getPriority() + NICENESS));
// What the daemon sends, and nothing else: it alone has the other end.
process.on('message', (order: ReviewOrder) => {
  void answer(order).then((message) => {
    if (process.connected) process.send?.(message);
  });
});
// Without a daemon nobody reads what comes of it; once the store is closed, nothing keeps this process.
process.once('disconnect', () => {
  void kept.close().catch(() => undefined);
});
