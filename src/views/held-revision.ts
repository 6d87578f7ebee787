/** What a merge request is told of a revision that is held because it is not approved, and of how that ended. */
import type { HeldStanding } from '../core/approval/held.ts';
import type { Telling } from '../core/approval/held-telling.ts';
import type { Lack } from '../core/approval/judging.ts';
import type { Instant } from '../model/document.ts';
import { capped } from './changes.ts';
import { pageAsMarkdown } from './markdown.ts';
import { type Block, item, line, nextStep, type Page, section } from './page.ts';
import { moment, shortRevision } from './words.ts';

/** A merge request is no place for hundreds of sentences, or of names. */
const LACKS_MAX = 20;
const NAMES_MAX = 10;

export function tellingMarkdown(standing: HeldStanding, telling: Telling, timeZone: string): string {
  return pageAsMarkdown(pageOf(standing, telling, (at) => `${moment(at, timeZone)} (${timeZone})`));
}

function pageOf({ held, since, letIn }: HeldStanding, telling: Telling, when: (at: Instant) => string): Page {
  const revision = `Revision ${shortRevision(held.to)}`;
  const waits = line(`Held since the pass of ${when(since)}.`, 'faint');
  switch (telling.how) {
    case 'lacking':
      return {
        title: `${revision} is held: it is not approved`,
        blocks: [...lackBlocks(telling.lacks, held.next), waits],
      };
    case 'waiting': {
      const text =
        'Nothing is missing of what this merge request brought. It waits with what came in together with it.';
      return {
        title: `${revision} is held: something else in it is not approved`,
        blocks: [line(text, 'warn'), waits],
      };
    }
    case 'let-in': {
      const { revision: taken, at } = letIn ?? { revision: held.to, at: since };
      const text = `${answered(telling)} It was taken in with revision ${shortRevision(taken)} by the pass of ${when(at)}.`;
      return { title: `${revision} is approved`, blocks: [line(text, 'strong')] };
    }
    case 'gone': {
      const text = 'The branch no longer holds what this merge request brought, so nothing of it is applied.';
      return {
        title: 'No longer in the branch',
        blocks: [line(text, 'warn'), line('If it is still wanted, propose it anew.')],
      };
    }
  }
}

function lackBlocks(lacks: readonly Lack[], next: string): readonly Block[] {
  const items = lacks.map(({ text, of }) =>
    item(text, of.length === 0 ? [] : [line(`Can be approved by ${names(of)}.`)]),
  );
  const shown = capped(items, {
    all: false,
    shownMax: LACKS_MAX,
    elsewhere: 'what is missing there stands in the report of the pass',
  });
  return [...section('What is missing', shown, 'warn'), ...section('What to do', nextStep(next))];
}

function answered({ signedBy, approvedBy }: Extract<Telling, { readonly how: 'let-in' }>): string {
  if (approvedBy.length > 0) return `Approved by ${names(approvedBy)}.`;
  if (signedBy.length > 0) return `${names(signedBy)} answered for it, and nobody else has to.`;
  return 'Nobody has to approve it any more.';
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, NAMES_MAX);
  const rest = all.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
