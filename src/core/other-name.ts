/** An account that is ours by its handle, but is called, or marked as, somebody else's: it is written to as before, and a person is told. */
import { about, type Case } from './case.ts';
import type { Observed } from './change.ts';
import type { Notice } from './plan.ts';

/** Nothing where name and mark are the person's; the login goes by the name, and a lost database by the mark. */
export function otherNameNotices({ desired }: Case, { address, markedKey, location }: Observed): readonly Notice[] {
  const { key } = desired.address;
  const { label } = desired.person;
  const notices: Notice[] = [];
  if (address.key !== key) {
    const text = `The account of ${label} is called "${address.key}" in the directory (${location}), so they cannot log in as ${key}.`;
    notices.push(about(desired, 'renamed', text, `Give the account its name ${key} back.`));
  }
  if (markedKey !== null && markedKey !== key) {
    const text = `The account of ${label} (${location}) bears the mark of "${markedKey}", so somebody copied or exchanged marks.`;
    notices.push(about(desired, 'marked-otherwise', text, `Clear the mark, then run "muster adopt ${key}".`));
  }
  return notices;
}
