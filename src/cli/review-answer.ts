/** What comes of looking at one merge request: the comment, the status, the mistakes on their lines, and the whole of it as a page. */
import type { Review } from '../core/review.ts';
import { reviewRevision } from '../core/review-revision.ts';
import type { Revisions } from '../core/revisions.ts';
import { headMoved, type ReviewOrder } from '../daemon/reviewer.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { remarkMarkdown } from '../views/remarks.ts';
import { reviewHeadline, reviewMarkdown, reviewPage } from '../views/review.ts';
import type { Site } from '../wiring.ts';
import { type Answer, sealName } from './review-messages.ts';

/** @throws MusterError where it can't be looked at, or is another one by now. */
export async function reviewedOn(
  { parts, revisions }: Pick<Site, 'parts' | 'revisions'>,
  { number, ref, head, how, charactersMax, link }: ReviewOrder,
): Promise<Answer> {
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
    remarks: remarksOf(await onHead(revisions, { head, target }, result)),
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

function remarksOf(diagnostics: readonly Diagnostic[]): Answer['remarks'] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return errors.map((one) => ({ file: one.file, line: one.line, text: remarkMarkdown(one) }));
}

function verdictOf(state: string): Answer['state'] {
  if (state === 'unknown') return 'unknown';
  return state === 'errors' || state === 'conflict' ? 'failed' : 'passed';
}
