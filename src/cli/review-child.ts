/** The process that reviews merge requests: looks at one after the other as it is told, keeps what it read for the next, and ends with the daemon that started it. */
import { getPriority, setPriority } from 'node:os';
import type { Review } from '../core/review.ts';
import type { Revisions } from '../core/revisions.ts';
import type { Reviewed, ReviewOrder } from '../daemon/reviewer.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { troubleOf } from '../errors.ts';
import { KeptSite } from './kept-site.ts';
import { type FromReviewer, sealName } from './review-messages.ts';

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
    const reviewed = await review(order);
    return { kind: 'reviewed', reviewed, bytes: process.memoryUsage.rss() };
  } catch (error) {
    return { kind: 'failed', trouble: troubleOf(error), bytes: process.memoryUsage.rss() };
  }
}

async function review({ number, ref, head, how, charactersMax, link }: ReviewOrder): Promise<Reviewed> {
  const [{ reviewRevision }, { reviewHeadline, reviewMarkdown, reviewPage }, { headMoved }] = await Promise.all([
    import('../core/review-revision.ts'),
    import('../views/review.ts'),
    import('../daemon/reviewer.ts'),
  ]);
  const { parts, revisions } = await kept.now();
  if (revisions === null) throw new TypeError('only a Git repository has merge requests');
  const target = await revisions.target();
  const found = await revisions.bring(ref);
  if (found !== head) throw headMoved(`merge request ${number}`, head, found);
  const result = await reviewRevision({ ...parts, revisions }, { head, target, how, keepAs: sealName(number) });
  const { timeZone } = parts.settings;
  return {
    target,
    state: verdictOf(result.state),
    headline: reviewHeadline(result),
    markdown: reviewMarkdown(result, {
      characters: charactersMax,
      link: link === null ? null : new URL(link),
      timeZone,
    }),
    remarks: await remarksOf(await onHead(revisions, { head, target }, result)),
    page: JSON.stringify(reviewPage(result, { timeZone, all: true })),
  };
}

/** Lines are those of what merging comes to: they are the branch's own only in files that merging leaves as they are there. */
async function onHead(
  revisions: Revisions,
  { head, target }: { readonly head: string; readonly target: string },
  { diagnostics, files }: Pick<Review, 'diagnostics' | 'files'>,
): Promise<readonly Diagnostic[]> {
  if (diagnostics.length === 0 || (await revisions.descends(target, head))) return diagnostics;
  const there = new Map((await revisions.load(head)).files.map(({ path, blob }) => [path, blob]));
  const same = new Set(files.filter(({ path, blob }) => there.get(path) === blob).map(({ path }) => path));
  return diagnostics.filter(({ file }) => same.has(file));
}

async function remarksOf(diagnostics: readonly Diagnostic[]): Promise<Reviewed['remarks']> {
  const { remarkMarkdown } = await import('../views/remarks.ts');
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return errors.map((one) => ({ file: one.file, line: one.line, text: remarkMarkdown(one) }));
}

function verdictOf(state: string): Reviewed['state'] {
  if (state === 'unknown') return 'unknown';
  return state === 'errors' || state === 'conflict' ? 'failed' : 'passed';
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
