/** People who share an e-mail address or a phone number: allowed, but said, for one of them then gets the other's passcodes. */
import type { Diagnostic } from '../diagnostic.ts';
import { sameContent } from './content.ts';
import type { Entry, User } from './document.ts';
import { byOrigin, placesIn } from './gather.ts';
import { NONE, warning } from './settle.ts';

/** One warning for each value, at the first person who has it, naming where the others stand. Closed and vanished people share nothing. */
export function sharedContacts(users: readonly Entry<User>[]): readonly Diagnostic[] {
  const present = users.filter(({ condition, document }) => condition !== 'vanished' && document.state === 'active');
  return [
    ...shared(present, 'phone number', ({ phone }) => phone),
    ...shared(present, 'e-mail address', ({ email }) => email.toLowerCase()),
  ];
}

/** The same for one list after the other: most changes to people leave what they could share as it was. */
export function contactComparer(): typeof sharedContacts {
  let last: { readonly users: readonly Entry<User>[]; readonly result: readonly Diagnostic[] } | null = null;
  return (users) => {
    const same = last !== null && users.length === last.users.length && users.every(isAsIn(last.users));
    last = { users, result: same && last !== null ? last.result : sharedContacts(users) };
    return last.result;
  };
}

function isAsIn(others: readonly Entry<User>[]): (entry: Entry<User>, place: number) => boolean {
  return (entry, place) => {
    const other = others[place];
    if (entry === other) return true;
    return other !== undefined && sameContent(contactOf(entry), contactOf(other));
  };
}

/** Everything that a warning depends on. */
function contactOf({ condition, origin, document }: Entry<User>) {
  const { phone, email, state, username } = document;
  return { phone, email, state, username, condition, origin };
}

function shared(users: readonly Entry<User>[], what: string, of: (user: User) => string): readonly Diagnostic[] {
  const several = valuesOfSeveral(users, of);
  if (several.size === 0) return NONE;
  const bySharers = Map.groupBy(
    users.filter(({ document }) => several.has(of(document))),
    ({ document }) => of(document),
  );
  return [...bySharers].flatMap(([value, sharers]) => {
    const [first, ...others] = sharers.sort((a, b) => byOrigin(a.origin, b.origin));
    return first === undefined ? [] : [sharing(first, others, `the ${what} ${value}`)];
  });
}

function valuesOfSeveral(users: readonly Entry<User>[], of: (user: User) => string): ReadonlySet<string> {
  const met = new Set<string>();
  const several = new Set<string>();
  let expected = 0;
  for (const { document } of users) {
    const value = of(document);
    met.add(value);
    expected += 1;
    if (met.size === expected) continue;
    several.add(value);
    expected = met.size;
  }
  return several;
}

function sharing(first: Entry<User>, others: readonly Entry<User>[], value: string): Diagnostic {
  const [other] = others;
  const who = other === undefined || others.length > 1 ? `${others.length} others` : `\`${other.document.username}\``;
  const where = placesIn(others.map(({ origin }) => origin));
  const message = `\`${first.document.username}\` and ${who} (${where}) have ${value} in common.`;
  return warning({ message, fix: null }, first.origin);
}
