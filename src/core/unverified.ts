/** Unverified: people who should be shut out of a system that does not show whether they are, so that somebody has to look. */
import type { Trouble } from '../errors.ts';
import { isExplicit } from './access.ts';
import { about, reasonsOf } from './case.ts';
import type { Desired } from './change.ts';
import { shutOutIn } from './known.ts';
import type { Notice } from './plan.ts';
import type { LedgerRow } from './ports.ts';
import type { Traits } from './traits.ts';

/** No system in particular: all that differs is how its things are spoken of. */
type Speaking = Pick<Traits, 'thing'>;

/** Nothing could be asked or written there: everybody who should be shut out and is not known to be. */
export function unreachedNotices(
  desired: readonly Desired[],
  rows: readonly LedgerRow[],
  traits: Speaking,
  trouble: Trouble,
): readonly Notice[] {
  const done = shutOutIn(rows, (row) => !row.state.enabled);
  const ours = new Set(rows.filter(({ goneAt }) => goneAt === null).map(({ key }) => key));
  return desired
    .filter(({ verdict, address: { key } }) => {
      if (!verdict.reasons.some(isExplicit) || done.has(key)) return false;
      return traits.thing.innate || ours.has(key);
    })
    .map((one) => unreachedNotice(one, traits, trouble));
}

export function unreachedNotice(desired: Desired, traits: Speaking, { where, what }: Trouble): Notice {
  return unverified(desired, traits, `Nothing can be changed in the ${desired.address.system}: ${where}: ${what}`);
}

/** The server answers, and does not show what Muster left on there. */
export function unseenNotice(desired: Desired, traits: Speaking, server: string): Notice {
  const { called } = traits.thing;
  const why = `The ${called} that Muster left on does not show on ${server}: it was deleted, or can't be seen.`;
  return unverified(desired, traits, why);
}

/** What the ledger has as on, and a look at single things should have shown. */
export function leftOn({ goneAt, state }: LedgerRow): boolean {
  return goneAt === null && state.enabled;
}

function unverified(desired: Desired, { thing }: Speaking, why: string): Notice {
  const { denied, still, byHand } = thing;
  const text = `${desired.person.label} ${denied} (${reasonsOf(desired)}), but perhaps ${still}. ${why}`;
  const next = `${byHand} now. Muster does it as well once the ${desired.address.system} can be read and changed again.`;
  return { ...about(desired, 'unverified', text, next), urgent: true };
}
