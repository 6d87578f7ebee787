/** What a step does to people by their own entries. */
import type { Entry, User } from './document.ts';
import { placeOfField } from './field-lines.ts';
import { ownRestrictions, personLabel, type Restriction, versionsOf } from './restrictions.ts';
import { beyond, leftBy } from './spans.ts';
import { mayGain } from './standing.ts';
import type { Deed, StepItem } from './step-item.ts';
import { filesOf, linesToWrite, type Placing, placing } from './step-placing.ts';
import { type AccessChange, isSameEntry, restrictionsOf, type Sides } from './step-sides.ts';

type Change = { readonly was: Entry<User> | undefined; readonly is: Entry<User> };

/** Everything that was said of people, and now is said otherwise. */
export function personItems(sides: Sides): readonly StepItem[] {
  const before = sides.before.model.users;
  const changes: Change[] = [];
  for (const is of sides.after.model.users.values()) {
    const was = before.get(is.key);
    if (was === undefined || !isSameEntry(was, is)) changes.push({ was, is });
  }
  const renamed = renamesAmong(changes);
  return changes.flatMap((change) => itemsOf(change, renamed, sides));
}

/** By the key of who vanished: who took the place. */
type Renames = ReadonlyMap<string, Entry<User>>;

/** Somebody vanished, and somebody new has the same address, or stands on the same line of the same file. */
function renamesAmong(changes: readonly Change[]): Renames {
  const gone = changes.filter(({ is }) => hasLeft(is) && is.document.state === 'active');
  const fresh = changes.filter(({ was, is }) => was === undefined && is.condition === 'declared');
  const byAddress = new Map(fresh.map(({ is }) => [is.document.email.toLowerCase(), is]));
  const byPlace = new Map(fresh.map(({ is }) => [placeKey(is), is]));
  const taken = new Set<string>();
  const renames = new Map<string, Entry<User>>();
  for (const { is } of gone) {
    const other = byAddress.get(is.document.email.toLowerCase()) ?? byPlace.get(placeKey(is));
    if (other === undefined || taken.has(other.key)) continue;
    taken.add(other.key);
    renames.set(is.key, other);
  }
  return renames;
}

function placeKey({ origin }: Entry<User>): string {
  return `${origin.file}:${origin.line}`;
}

function hasLeft({ condition }: Entry<User>): boolean {
  return condition === 'vanished';
}

function itemsOf({ was, is }: Change, renamed: Renames, sides: Sides): readonly StepItem[] {
  const access = sides.accessChange(is.key);
  const base = { ...baseOf(is), ...reachOf(is.key, access) };
  if (was === undefined) return [created(is, base, sides)];
  if (hasLeft(is)) return hasLeft(was) ? [] : [gone(was, is, renamed.get(is.key), base)];
  if (is.condition === 'held' && is.rivals.length === 0) return [];
  const back = !mayGain(was) && mayGain(is) ? [declaredAgain(was, is, base, sides)] : [];
  return [...back, ...fieldItems(was, is, base, sides)];
}

type Base = ReturnType<typeof baseOf> & ReturnType<typeof reachOf>;

function baseOf(is: Entry<User>) {
  return { kind: 'user' as const, key: is.key, person: is.key, institution: is.document.institution };
}

function reachOf(key: string, { gained, lost }: AccessChange) {
  return {
    gaining: gained.logIn.length + gained.mail.length > 0 ? [key] : NONE,
    losing: lost.logIn.length + lost.mail.length > 0 ? [key] : NONE,
    wouldGain: NONE,
  };
}

const NONE: readonly string[] = [];

function created(is: Entry<User>, base: Base, sides: Sides): StepItem {
  const { document } = is;
  const where = institutionName(document.institution, sides);
  const closed = document.state === 'closed' ? ', and closed' : '';
  const text = `${personLabel(document)} is new, at ${where}${closed}.`;
  const effect = base.gaining.length > 0 ? 'gives' : 'neither';
  return { ...base, ...placing(is), does: 'creates', effect, severity: 'info', losing: NONE, text, next: null };
}

function gone(was: Entry<User>, is: Entry<User>, other: Entry<User> | undefined, base: Base): StepItem {
  const { document } = is;
  const place = { ...placing(is), paths: filesOf(was, other) };
  const plain = { ...base, ...place, effect: 'neither' as const, gaining: NONE, losing: NONE };
  const who = personLabel(document);
  if (other !== undefined) {
    const text = `The username of ${who} was changed to ${other.document.username}. A username never changes: the account \`${document.username}\` would stay as it is, and a second one would be made.`;
    const next = `Write the old one again: "username: ${document.username}". If ${other.document.username} is somebody else, close ${document.username} first.`;
    return { ...plain, ...placing(other), paths: place.paths, does: 'renames', severity: 'error', text, next };
  }
  if (document.state === 'closed') {
    const text = `${who}, who is closed, is no longer declared.`;
    return { ...plain, does: 'removes-person', severity: 'info', text, next: null };
  }
  const text = `${who} is no longer declared and was not closed. Access stays as it was, and nobody looks after it any more.`;
  const next = linesToWrite('If they left, write this again, closed; once that counts, it may go.', document, 'closed');
  return { ...plain, does: 'removes-person', severity: 'error', text, next };
}

function declaredAgain(was: Entry<User>, is: Entry<User>, base: Base, sides: Sides): StepItem {
  const { document } = is;
  const why = hasLeft(was) ? 'is declared again' : 'counts again without doubt';
  const open = leftBy(restrictionsOf(sides.after, is), sides.at).length > 0;
  const text = `${personLabel(document)} ${why}.`;
  const effect = open ? 'gives' : 'neither';
  return {
    ...base,
    ...placing(is),
    paths: filesOf(was, is),
    does: 'creates',
    effect,
    severity: 'info',
    text,
    next: null,
  };
}

/** One item for each field that says something else. */
function fieldItems(was: Entry<User>, is: Entry<User>, base: Base, sides: Sides): readonly StepItem[] {
  const [old, now] = [was.document, is.document];
  const who = personLabel(now);
  const items: StepItem[] = [];
  const add = (does: Deed, field: keyof User, text: string, more: Partial<StepItem> = {}) => {
    const place: Placing = { ...placingOfField(is, field), paths: filesOf(was, is) };
    items.push({
      ...base,
      ...place,
      does,
      ...marginal(was, is, field, sides),
      severity: 'info',
      text,
      next: null,
      ...more,
    });
  };
  if (old.state !== now.state) {
    if (now.state === 'closed') add('closes', 'state', `${who} is closed.`);
    else add('reopens', 'state', `${who}, who was closed, is active again.`, { severity: 'warning' });
  }
  if (old.institution !== now.institution) {
    const [from, to] = [institutionName(old.institution, sides), institutionName(now.institution, sides)];
    const text = `${who} moves from ${from} to ${to}.`;
    add('moves-institution', 'institution', text, { ...byMove(was, is, sides), severity: 'warning' });
  }
  for (const field of ['starts', 'ends'] as const) {
    if (old[field] === now[field]) continue;
    const { effect } = marginal(was, is, field, sides);
    const does = effect === 'gives' ? 'extends' : effect === 'takes' ? 'shortens' : 'changes-other';
    add(does, field, `${who}: \`${field}\` changes from ${old[field] ?? 'none'} to ${now[field] ?? 'none'}.`);
  }
  if (old.phone !== now.phone)
    add('changes-phone', 'phone', `${who}: the phone number changes from ${old.phone} to ${now.phone}.`);
  if (old.email !== now.email)
    add('changes-other', 'email', `${who}: the e-mail address changes from ${old.email} to ${now.email}.`);
  if (old.name.given !== now.name.given || old.name.family !== now.name.family)
    add('changes-other', 'name', `${personLabel(old)} is called ${now.name.given} ${now.name.family} now.`);
  if (is.rivals.length > 0) {
    const text = `${who} stands in more than one place; the stricter counts.`;
    items.push({
      ...base,
      ...placing(is),
      paths: filesOf(was, is),
      does: 'changes-other',
      effect: base.losing.length > 0 ? 'takes' : 'neither',
      severity: 'info',
      text,
      next: null,
    });
  }
  return items;
}

/** What one field alone gives or takes, all others being as they are now. */
function marginal(
  was: Entry<User>,
  is: Entry<User>,
  field: keyof User,
  { at, after }: Sides,
): Pick<StepItem, 'effect'> {
  const calendar = after.surroundings.calendar;
  const own = (document: User) =>
    leftBy(
      versionsOf({ ...is, document, rivals: [] }).flatMap((version) => ownRestrictions(version, calendar)),
      at,
    );
  const [before, now] = [own({ ...is.document, [field]: was.document[field] }), own(is.document)];
  return { effect: effectBetween(before, now) };
}

function byMove(was: Entry<User>, is: Entry<User>, { at, after }: Sides): Pick<StepItem, 'effect'> {
  const above = (key: string): readonly Restriction[] => after.surroundings.ofInstitution(key);
  return {
    effect: effectBetween(leftBy(above(was.document.institution), at), leftBy(above(is.document.institution), at)),
  };
}

function effectBetween(before: ReturnType<typeof leftBy>, now: ReturnType<typeof leftBy>): StepItem['effect'] {
  if (beyond(now, before).length > 0) return 'gives';
  return beyond(before, now).length > 0 ? 'takes' : 'neither';
}

function placingOfField(entry: Entry<User>, field: string): Omit<Placing, 'paths'> {
  const { file, line } = placeOfField(entry, field);
  return { file, line };
}

export function institutionName(key: string, { before, after }: Sides): string {
  return (after.model.institutions.get(key) ?? before.model.institutions.get(key))?.document.name ?? key;
}
