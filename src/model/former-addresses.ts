/** Addresses and usernames of people who left or are kept from mail: nobody else is given one, for what is meant for them would reach somebody else. */
import { type Origin, place } from '../diagnostic.ts';
import { sameContent } from './content.ts';
import { type Block, type Day, fold, type Institution, type User } from './document.ts';
import type { Found } from './gather.ts';
import { lastResult, steadyPick } from './reuse.ts';
import type { Objection } from './settle.ts';

type Why = 'closed' | 'gone' | 'blocked';

const WHY_WORDS: Readonly<Record<Why, string>> = {
  closed: 'whose account is closed',
  gone: 'who is no longer declared',
  blocked: 'who is blocked, may not send mail, or whose time has ended',
};

interface Holder {
  readonly key: string;
  readonly why: Why;
  readonly origin: Origin;
}

/** By folded address, people in the order of their keys. */
export type FormerAddresses = ReadonlyMap<string, readonly Holder[]>;

/** The very one of before while it says the same, so that nobody is settled anew for it. */
export function formerAddresses(): (
  users: ReadonlyMap<string, Found<User>>,
  blocked: ReadonlySet<string>,
) => FormerAddresses {
  let last: FormerAddresses = new Map();
  return lastResult((users: ReadonlyMap<string, Found<User>>, blocked: ReadonlySet<string>) => {
    const now = gatherAddresses(users, blocked);
    if (!sameContent([...last], [...now])) last = now;
    return last;
  });
}

function gatherAddresses(users: ReadonlyMap<string, Found<User>>, blocked: ReadonlySet<string>): FormerAddresses {
  const former = new Map<string, Holder[]>();
  for (const found of users.values()) {
    const why = whyOf(found, blocked);
    if (why === null) continue;
    for (const { document, origin } of countingOf(found)) {
      const address = fold(document.email);
      const holders = former.get(address) ?? [];
      if (holders.at(-1)?.key !== found.key) former.set(address, [...holders, { key: found.key, why, origin }]);
    }
  }
  return former;
}

/** What may count: a closed entry that is opened again may be refused, and then stays as it last was. */
function countingOf(found: Pick<Found<User>, 'stated' | 'last'>) {
  const { stated, last } = found;
  const isClosed = ({ document }: { readonly document: User }) => document.state === 'closed';
  const reopens = last !== null && isClosed(last) && !stated.every(isClosed);
  return reopens && stated.length > 0 ? [...stated, last] : readingsOf(found);
}

/** What stands now, else what last stood. */
function readingsOf<D>({ stated, last }: Pick<Found<D>, 'stated' | 'last'>) {
  return stated.length > 0 ? stated : last === null ? [] : [last];
}

/** Null: neither gone nor kept from mail. */
function whyOf(found: Found<User>, blocked: ReadonlySet<string>): Why | null {
  if (countingOf(found).some(({ document }) => document.state === 'closed')) return 'closed';
  if (found.stated.length === 0 && found.broken.length === 0 && found.hidden === null) return 'gone';
  return blocked.has(found.key) ? 'blocked' : null;
}

/** Keys of people or institutions about which a block is in force on that day, or will be. */
export function blockedTargets(
  blocks: readonly ReadonlyMap<string, Pick<Found<Block>, 'stated' | 'last'>>[],
  today: Day,
): readonly string[] {
  const goesOn = ({ until, lifted }: Block) =>
    (lifted === null || lifted > today) && (until === null || until >= today);
  return blocks.flatMap((ofKind) =>
    [...ofKind.values()].flatMap((found) =>
      readingsOf(found).flatMap(({ document }) => (goesOn(document) ? [document.target] : [])),
    ),
  );
}

/** Keys of people whose last day with access is over. */
export function endedPeople(): (users: ReadonlyMap<string, Found<User>>, today: Day) => readonly string[] {
  const ended = steadyPick((found: Found<User>, today: Day) => {
    const isOver = ({ document }: { readonly document: User }) => document.ends !== null && document.ends < today;
    return countingOf(found).some(isOver);
  });
  return (users, today) => ended([...users.values()], today).map(({ key }) => key);
}

/** Keys of people who belong to one of these institutions, directly or through others that it is part of. */
export function peopleWithin(
  blocked: ReadonlySet<string>,
  users: ReadonlyMap<string, Found<User>>,
  institutions: ReadonlyMap<string, Found<Institution>>,
): readonly string[] {
  if (blocked.size === 0) return [];
  const isWithin = (key: string, seen: ReadonlySet<string>): boolean => {
    if (blocked.has(key)) return true;
    const above = readingsOf(institutions.get(key) ?? NOWHERE).flatMap(({ document }) => document.partOf ?? []);
    return above.some((one) => !seen.has(one) && isWithin(one, new Set([...seen, one])));
  };
  const known = new Map<string, boolean>();
  const answer = (key: string) => {
    const found = known.get(key) ?? isWithin(key, new Set([key]));
    known.set(key, found);
    return found;
  };
  return [...users.values()].flatMap((found) =>
    countingOf(found).some(({ document }) => answer(document.institution)) ? [found.key] : [],
  );
}

const NOWHERE = { stated: [], last: null };

/** What speaks against one document, beside the last good one. */
export type ReuseObjection = (document: User, last: User | null) => Objection | null;

export function reuseObjection(former: FormerAddresses): ReuseObjection {
  return (document, last) => addressObjection(former, document, last) ?? usernameObjection(document, last);
}

/** Whether somebody is about to get the address of another who may not have it any more; who has it already keeps it. */
function addressObjection(former: FormerAddresses, document: User, last: User | null): Objection | null {
  if (former.size === 0) return null;
  const address = fold(document.email);
  if (document.state === 'closed' || (last !== null && fold(last.email) === address)) return null;
  const holder = former.get(address)?.find(({ key }) => key !== fold(document.username));
  if (holder === undefined) return null;
  const whose = `\`${holder.key}\` (${place(holder.origin)}), ${WHY_WORDS[holder.why]}`;
  const message = `The e-mail address ${document.email} is that of ${whose}: what is meant for them would reach somebody else. Write another. If both are the same person, change that entry instead; if the address really is to change hands, give that entry another one first.`;
  return { message, fix: null, field: 'email' };
}

/** A closed entry that is opened again with another name and another address is meant for somebody else. */
function usernameObjection(document: User, last: User | null): Objection | null {
  if (last === null || last.state !== 'closed' || document.state === 'closed') return null;
  if (fold(last.email) === fold(document.email) || sameContent(last.name, document.name)) return null;
  const who = `${last.name.given} ${last.name.family}`;
  const message = `The username \`${last.username}\` was that of ${who}, whose account is closed, and is given to nobody else: it would bring their account and its rights. Choose another. If it is the same person, write the new name first, and open the entry after that.`;
  return { message, fix: null, field: 'username' };
}
