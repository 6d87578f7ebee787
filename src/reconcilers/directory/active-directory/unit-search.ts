/** Searches for accounts in one managed unit, page by page. */
import { AndFilter, EqualityFilter, type Filter } from 'ldapts';
import { isBelow } from '../distinguished-name.ts';
import type { Account } from '../port.ts';
import type { EntryBytes } from './entry-frames.ts';
import { operationFailure } from './failures.ts';
import { type Search, searchRaw } from './paged-search.ts';
import { accountFromParts, type Desk, searchFor, unproven } from './read.ts';

/** What makes an object a person's account (MS-ADSC): computers are users too, contacts are persons too. */
export const personsAccount = new AndFilter({
  filters: [
    new EqualityFilter({ attribute: 'objectCategory', value: 'person' }),
    new EqualityFilter({ attribute: 'objectClass', value: 'user' }),
  ],
});

/** Managed units that lie in no other managed unit: a subtree search of these covers all. */
export function outermost(desk: Desk): readonly string[] {
  return desk.site.read.filter((_, at) => {
    const own = desk.units[at] ?? '';
    const inside = desk.units.some((other) => isBelow(own, other));
    return !inside && desk.units.indexOf(own) === at;
  });
}

/** @param take each account with its uSNChanged, which is null where it can't be read or was not asked for */
export async function readUnit(
  desk: Desk,
  unit: string,
  filter: Filter,
  giveUpAt: number,
  take: (account: Account, usn: string | null) => void,
): Promise<void> {
  const step = `reading ${unit}`;
  const attributes = desk.kept === null ? desk.attributes : [...desk.attributes, 'uSNChanged'];
  const search: Search = { ...searchFor(desk, unit, step, filter, attributes), scope: 'sub' };
  const takeEntry = (entry: EntryBytes) => {
    const decoded = desk.decoder.decode(entry);
    take(accountFromParts(desk, decoded, step, true), decoded.usn);
  };
  let references: readonly string[];
  try {
    references = await searchRaw(desk.link.client, search, takeEntry, giveUpAt);
  } catch (error) {
    throw operationFailure(desk.link.server, step, error);
  }
  if (references.length > 0) {
    throw unproven(
      desk,
      step,
      `Part of the unit is on another server (${references[0]}), which Muster never follows to.`,
    );
  }
}
