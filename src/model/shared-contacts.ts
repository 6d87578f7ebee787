/** People who share an e-mail address or a phone number: allowed, but said, for one of them then gets the other's passcodes. */
import type { Diagnostic } from '../diagnostic.ts';
import { sameContent } from './content.ts';
import type { Entry, User } from './document.ts';
import { byOrigin, placesIn } from './gather.ts';
import { NONE, warning } from './settle.ts';

/** Values that are met, and how often those are that are met more than once; changed in place. */
interface Tally {
  readonly met: Set<string>;
  readonly several: Map<string, number>;
}

/**
 * One warning for each value, at the first person who has it, naming where the others stand. Closed and vanished people share nothing.
 * For one list after the other: only who is not the very one of last time is counted anew.
 */
export function contactComparer(): (users: readonly Entry<User>[]) => readonly Diagnostic[] {
  const phones: Tally = { met: new Set(), several: new Map() };
  const emails: Tally = { met: new Set(), several: new Map() };
  const count = (entry: Entry<User>, step: 1 | -1) => {
    if (!isPresent(entry)) return;
    countValue(phones, phoneOf(entry), step);
    countValue(emails, emailOf(entry), step);
  };
  let last: readonly Entry<User>[] = [];
  let result: readonly Diagnostic[] = NONE;
  return (users) => {
    const changed = eachDifference(last, users, count);
    last = users;
    if (changed) {
      result = [
        ...shared(users, 'phone number', phoneOf, phones.several),
        ...shared(users, 'e-mail address', emailOf, emails.several),
      ];
    }
    return result;
  };
}

function isPresent({ condition, document }: Entry<User>): boolean {
  return condition !== 'vanished' && document.state === 'active';
}

function phoneOf({ document }: Entry<User>): string {
  return document.phone;
}

function emailOf({ document }: Entry<User>): string {
  return document.email.toLowerCase();
}

/** Nearly every value is met once: it is looked for in the large set once, and in the small map besides. */
function countValue({ met, several }: Tally, value: string, step: 1 | -1): void {
  const before = several.get(value);
  if (before !== undefined) {
    if (before + step > 1) several.set(value, before + step);
    else several.delete(value);
    return;
  }
  if (step === -1) {
    met.delete(value);
    return;
  }
  const size = met.size;
  met.add(value);
  if (met.size === size) several.set(value, 2);
}

/**
 * Tells of each entry that left a list (-1) or came into it (1). In the order of keys, which both lists are in, that is little where
 * little changed; in any other order it is more, and as right.
 * @returns whether there was any
 */
function eachDifference(
  before: readonly Entry<User>[],
  now: readonly Entry<User>[],
  tell: (entry: Entry<User>, step: 1 | -1) => void,
): boolean {
  let differs = false;
  let place = 0;
  let old = before[place];
  for (const entry of now) {
    while (old !== undefined && old !== entry && old.key < entry.key) {
      differs = true;
      tell(old, -1);
      place += 1;
      old = before[place];
    }
    const same = old !== undefined && (old === entry || sameContact(old, entry));
    const replaced = !same && old?.key === entry.key;
    if (!same) {
      differs = true;
      if (old !== undefined && replaced) tell(old, -1);
      tell(entry, 1);
    }
    if (!same && !replaced) continue;
    place += 1;
    old = before[place];
  }
  for (const gone of before.slice(place)) tell(gone, -1);
  return differs || place < before.length;
}

function sameContact(a: Entry<User>, b: Entry<User>): boolean {
  // The very same document, as nearly always, needs no second look.
  if (a.document !== b.document) return sameContent(contactOf(a), contactOf(b));
  return a.condition === b.condition && sameContent(a.origin, b.origin);
}

/** Everything that a warning depends on. */
function contactOf({ condition, origin, document }: Entry<User>) {
  const { phone, email, state, username } = document;
  return { phone, email, state, username, condition, origin };
}

function shared(
  users: readonly Entry<User>[],
  what: string,
  of: (entry: Entry<User>) => string,
  several: ReadonlyMap<string, number>,
): readonly Diagnostic[] {
  if (several.size === 0) return NONE;
  const bySharers = Map.groupBy(
    users.filter((entry) => isPresent(entry) && several.has(of(entry))),
    of,
  );
  return [...bySharers].flatMap(([value, sharers]) => {
    const [first, ...others] = sharers.sort((a, b) => byOrigin(a.origin, b.origin));
    return first === undefined ? [] : [sharing(first, others, `the ${what} ${value}`)];
  });
}

function sharing(first: Entry<User>, others: readonly Entry<User>[], value: string): Diagnostic {
  const [other] = others;
  const who = other === undefined || others.length > 1 ? `${others.length} others` : `\`${other.document.username}\``;
  const where = placesIn(others.map(({ origin }) => origin));
  const message = `\`${first.document.username}\` and ${who} (${where}) have ${value} in common.`;
  return warning({ message, fix: null }, first.origin);
}
