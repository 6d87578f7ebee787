/** People who share an e-mail address or a phone number: allowed, but said, for one of them then gets the other's passcodes. */
import type { Diagnostic } from '../diagnostic.ts';
import type { Entry, User } from './document.ts';
import { byOrigin, placesIn } from './gather.ts';
import { warning } from './settle.ts';

/** One warning for each value, at the first person who has it, naming where the others stand. Closed and vanished people share nothing. */
export function sharedContacts(users: Iterable<Entry<User>>): readonly Diagnostic[] {
  const present = [...users].filter(
    ({ condition, document }) => condition !== 'vanished' && document.state === 'active',
  );
  return [
    ...shared(present, 'phone number', ({ phone }) => phone),
    ...shared(present, 'e-mail address', ({ email }) => email.toLowerCase()),
  ];
}

function shared(users: readonly Entry<User>[], what: string, of: (user: User) => string): readonly Diagnostic[] {
  const first = new Map<string, Entry<User>>();
  const several = new Map<string, Entry<User>[]>();
  for (const entry of users) {
    const value = of(entry.document);
    const before = first.get(value);
    const sharers = several.get(value);
    if (before === undefined) first.set(value, entry);
    else if (sharers === undefined) several.set(value, [before, entry]);
    else sharers.push(entry);
  }
  return [...several].flatMap(([value, sharers]) => {
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
