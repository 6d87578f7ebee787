/** Decided by: the lines of the repository that an attribute, or the end of a restriction, comes from. */
import type { Origin } from '../diagnostic.ts';
import { placeOfField } from '../model/field-lines.ts';
import type { Cause, Desired, EntryPlace } from './change.ts';
import { placeOf } from './mandate.ts';

/** A field of the institution's entry, as attributes name it; every other is one of the person's. */
const OF_INSTITUTION = 'institution.';

/** The line of one field of the person's entry. */
export function lineOfField({ entry, origin }: Desired, field: string): Origin {
  return entry === undefined ? origin : placeOfField(entry, field);
}

/**
 * Where values come from: first the line that is news, where several speak of one.
 * @param fields names of fields of the person's entry, and `institution.name` for that of the institution
 */
export function causedBy(desired: Desired, fields: readonly string[]): Pick<Cause, 'origin' | 'furtherOrigins'> {
  const lines = fields.flatMap((field) => linesOf(desired, field));
  const [origin = desired.origin, ...others] = [...new Map(lines.map((line) => [placeOf(line), line])).values()];
  return { origin, ...(others.length === 0 ? {} : { furtherOrigins: others }) };
}

function linesOf(desired: Desired, field: string): readonly Origin[] {
  const { entry, institution } = desired;
  if (entry === undefined || institution === undefined || !field.startsWith(OF_INSTITUTION)) {
    return [lineOfField(desired, field.startsWith(OF_INSTITUTION) ? 'institution' : field)];
  }
  const which = placeOfField(entry, 'institution');
  const what = placeOfField(institution, field.slice(OF_INSTITUTION.length));
  return isNewer(institution, entry) ? [what, which] : [which, what];
}

/** What no pass had taken in before is the newest of all. */
function isNewer(a: EntryPlace, b: EntryPlace): boolean {
  return b.knownSince !== null && (a.knownSince === null || a.knownSince > b.knownSince);
}
