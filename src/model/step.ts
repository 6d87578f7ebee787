/** The step from one revision to another: what it does to whom, as a list; pure. */
import { compareText } from '../diagnostic.ts';
import type { Loaded } from './loaded.ts';
import { blockItems } from './step-blocks.ts';
import { DEEDS, type Step, type StepItem, type StepOptions } from './step-item.ts';
import { otherItems } from './step-others.ts';
import { personItems } from './step-people.ts';
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
  const items = [...personItems(sides), ...blockItems(sides), ...otherItems(sides, files)];
  return { base: before?.revision ?? null, head: after.revision, files, items: items.sort(byPlaceAndDeed) };
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
