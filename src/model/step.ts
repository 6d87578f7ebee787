/** The step from one revision to another: what it does to whom, as a list; pure. */
import { compareText } from '../diagnostic.ts';
import type { Loaded } from './loaded.ts';
import { personLabel } from './restrictions.ts';
import { blockItems } from './step-blocks.ts';
import { institutionItems } from './step-institutions.ts';
import { DEEDS, type Step, type StepItem, type StepOptions } from './step-item.ts';
import { settingsItems, workItems } from './step-others.ts';
import { personItems } from './step-people.ts';
import { placing } from './step-placing.ts';
import { type Sides, sidesOf } from './step-sides.ts';

export type { Deed, Step, StepItem, StepOptions } from './step-item.ts';

/**
 * What lies between two revisions: only what they say counts, so an entry that merely moved to another file or place does
 * nothing. Never throws for what people wrote.
 * @param before null: there was nothing.
 */
export function stepBetween(before: Loaded | null, after: Loaded, options: StepOptions): Step {
  const base = before ?? NOTHING;
  return stepOf(before, after, options, sidesOf(base, after, options));
}

/** The same, of sides that are at hand. */
export function stepOf(before: Loaded | null, after: Loaded, options: StepOptions, sides: Sides): Step {
  const files = [...new Set(options.changedPaths ?? pathsBetween(before ?? NOTHING, after))].sort(compareText);
  const others = new Set(files);
  for (const { path } of [...(before?.files ?? []), ...after.files]) others.delete(path);
  const items = [
    ...personItems(sides),
    ...blockItems(sides),
    ...institutionItems(sides),
    ...workItems(sides),
    ...settingsItems([...others]),
  ];
  items.push(...unexplained(items, sides));
  return { base: before?.revision ?? null, head: after.revision, files, items: items.sort(byPlaceAndDeed) };
}

/** Whoever gets or loses access by none of the items: one for each, so that nothing goes by unseen. */
function unexplained(items: readonly StepItem[], sides: Sides): readonly StepItem[] {
  const gaining = new Set(items.flatMap((item) => item.gaining));
  const losing = new Set(items.flatMap((item) => item.losing));
  const found: StepItem[] = [];
  for (const [key, is] of sides.after.model.users) {
    if (sides.isUntouched(key)) continue;
    const { gained, lost } = sides.accessChange(key);
    const gains = gained.logIn.length + gained.mail.length > 0 && !gaining.has(key);
    const loses = lost.logIn.length + lost.mail.length > 0 && !losing.has(key);
    if (!gains && !loses) continue;
    const what = gains ? 'gets access' : 'loses access';
    found.push({
      ...{ does: 'changes-other', effect: gains ? 'gives' : 'takes', severity: 'warning', kind: 'user', key },
      ...{ person: key, institution: is.document.institution, ...placing(is), next: null },
      ...{ gaining: gains ? [key] : [], losing: loses ? [key] : [], wouldGain: [] },
      text: `${personLabel(is.document)} ${what} by what changed around them.`,
    });
  }
  return found;
}

/** Before the first revision: a repository that says nothing. */
const NOTHING: Loaded = { revision: '', committedAt: null, files: [], diagnostics: [], trusted: true };

function byPlaceAndDeed(a: StepItem, b: StepItem): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    DEEDS.indexOf(a.does) - DEEDS.indexOf(b.does) ||
    compareText(a.text, b.text)
  );
}

function pathsBetween(before: Loaded, after: Loaded): readonly string[] {
  const was = new Map(before.files.map((file) => [file.path, file]));
  const is = new Map(after.files.map((file) => [file.path, file]));
  const changed = after.files.filter((file) => was.get(file.path)?.blob !== file.blob);
  const gone = before.files.filter(({ path }) => !is.has(path));
  return [...changed, ...gone].map(({ path }) => path);
}
