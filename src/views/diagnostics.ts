/** Mistakes in the repository and what stands still because of them, each with the line to write. */

import type { HeldEntry } from '../core/plan.ts';
import { type Diagnostic, type Holds, place } from '../diagnostic.ts';
import type { Kind } from '../model/document.ts';
import { capped, type Wording } from './changes.ts';
import { type Block, item, line, type Section, section, snippet } from './page.ts';
import { count } from './words.ts';

const consequences: Readonly<Record<Holds, string | null>> = {
  everything: 'Until then everything stays as it is.',
  file: 'Until then everything in this file stays as it last was.',
  entry: 'Until then this entry stays as it last was.',
  nothing: null,
};

/** Where nobody asked the memory whether there is anything that was good. */
const consequencesUnknown: Readonly<Record<Holds, string | null>> = {
  ...consequences,
  file: 'Until then everything in this file stays as it last was, and what is new in it does not count.',
  entry: 'Until then this entry stays as it last was; a new one does not count.',
};

export interface DiagnosticWording extends Pick<Wording, 'all'> {
  /** Whether the memory was asked for what was last good; absent: it was. */
  readonly forgetful?: boolean;
}

const kindWords: Readonly<Record<Kind, string>> = {
  institution: 'institution',
  user: 'person',
  'blocked-institution': 'block of an institution',
  'blocked-user': 'block of a person',
  'mail-block': 'mail block',
  server: 'hosted server',
  'confirmed-task': 'confirmation of task',
};

/** Errors first, then warnings. */
export function diagnosticSections(diagnostics: readonly Diagnostic[], wording: DiagnosticWording): readonly Section[] {
  const diagnosticItem = itemWith(wording.forgetful === true ? consequencesUnknown : consequences);
  const errors = diagnostics.filter((one) => one.severity === 'error');
  const warnings = diagnostics.filter((one) => one.severity === 'warning');
  return [
    ...section(`To correct in the repository (${errors.length})`, capped(errors.map(diagnosticItem), wording), 'bad'),
    ...section(`To look at (${warnings.length})`, capped(warnings.map(diagnosticItem), wording), 'warn'),
  ];
}

/** `2 mistakes, 1 warning`; null where there is nothing. */
export function diagnosticSummary(diagnostics: readonly Diagnostic[]): string | null {
  const errors = diagnostics.filter((one) => one.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const clauses = [
    ...(errors > 0 ? [count(errors, 'mistake', 'mistakes')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning', 'warnings')] : []),
  ];
  return clauses.length === 0 ? null : clauses.join(', ');
}

/**
 * What counts only by its last good document, because it is broken or no longer there.
 * @param told mistakes that are shown beside: what is held by one of them is not told a second time.
 */
export function heldEntrySections(
  entries: readonly HeldEntry[],
  told: readonly Diagnostic[],
  wording: Pick<Wording, 'all'>,
): readonly Section[] {
  const files = new Set(told.filter(({ severity }) => severity === 'error').map(({ file }) => file));
  const untold = entries.filter(({ condition, origin }) => condition === 'vanished' || !files.has(origin.file));
  const items = (condition: HeldEntry['condition']) =>
    capped(untold.filter((entry) => entry.condition === condition).map(heldEntryItem), wording);
  return [
    ...section('Kept as they last were, because of a mistake', items('held'), 'warn'),
    ...section('Kept although they are gone from the repository', items('vanished'), 'warn'),
  ];
}

function itemWith(consequenceOf: typeof consequences): (diagnostic: Diagnostic) => Block {
  return (diagnostic) => {
    const { message, fix, holds } = diagnostic;
    const consequence = diagnostic.consequence === undefined ? consequenceOf[holds] : diagnostic.consequence;
    return item(
      [{ code: place(diagnostic) }],
      [
        line(message),
        ...(fix === undefined ? [] : [line('Write:', 'faint'), snippet(fix)]),
        ...(consequence === null ? [] : [line(consequence, 'faint')]),
      ],
    );
  };
}

function heldEntryItem(entry: HeldEntry): Block {
  return item(
    [`${kindWords[entry.kind]} ${entry.label ?? entry.key} (`, { code: place(entry.origin) }, ')'],
    [line(entry.text), ...(entry.fix === null ? [] : [line('Write:', 'faint'), snippet(entry.fix)])],
  );
}
