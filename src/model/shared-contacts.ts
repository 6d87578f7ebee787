/** People who share an e-mail address or a phone number: allowed, but said, for one of them then gets the other's passcodes. */
import { type Diagnostic, place } from '../diagnostic.ts';
import type { Entry, User } from './document.ts';
import { byOrigin } from './gather.ts';
import { warning } from './settle.ts';

/** One warning for each person concerned, naming the first of the others. Closed and vanished people share nothing. */
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
    const ordered = sharers.sort((a, b) => byOrigin(a.origin, b.origin));
    return ordered.map((entry) => sharing(entry, ordered, `the ${what} ${value}`));
  });
}

function sharing(entry: Entry<User>, all: readonly Entry<User>[], value: string): Diagnostic {
  const other = all.find((one) => one !== entry) ?? entry;
  const more = all.length > 2 ? ` and ${all.length - 2} more` : '';
  const name = `\`${other.document.username}\`${more}`;
  const message = `\`${entry.document.username}\` and ${name} have ${value} in common (${place(other.origin)}).`;
  return warning({ message, fix: null }, entry.origin);
}
