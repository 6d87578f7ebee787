/** What a step does to people by their own entries. */
import type { Entry, User } from './document.ts';
import { placeOfField } from './field-lines.ts';
import { ownRestrictions, personLabel } from './restrictions.ts';
import { leftBy, type Spans } from './spans.ts';
import { mayGain } from './standing.ts';
import type { Deed, StepItem } from './step-item.ts';
import { effectBetween, filesOf, linesToWrite, placing } from './step-placing.ts';
import { type AccessChange, isSameEntry, restrictionsOf, type Sides } from './step-sides.ts';

interface Change {
  /** Undefined: nobody knew of them. */
  readonly was: Entry<User> | undefined;
  readonly is: Entry<User>;
}

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

/** Somebody vanished, and somebody new has the same address, or the same name on the same line of the same file. */
function renamesAmong(changes: readonly Change[]): Renames {
  const gone = changes.filter(({ was, is }) => was !== undefined && hasLeft(is) && is.document.state === 'active');
  const fresh = changes.filter(({ was }) => was === undefined).map(({ is }) => is);
  const byAddress = new Map(fresh.map((is) => [is.document.email.toLowerCase(), is]));
  const byPlace = new Map(fresh.map((is) => [placeKey(is), is]));
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

function placeKey({ origin, document: { name } }: Entry<User>): string {
  return JSON.stringify([origin.file, origin.line, name.given, name.family]);
}

function hasLeft({ condition }: Entry<User>): boolean {
  return condition === 'vanished';
}

function itemsOf({ was, is }: Change, renamed: Renames, sides: Sides): readonly StepItem[] {
  const base = baseOf(is, sides.accessChange(is.key));
  // With a mistake nothing new of it counts, and the mistake is told; of several that contradict each other the stricter does.
  if (is.condition === 'held') return base.losing.length === 0 || was === undefined ? [] : [stricter(was, is, base)];
  if (was === undefined) return [created(is, base, sides)];
  if (hasLeft(is)) return hasLeft(was) ? [] : [gone(was, is, renamed.get(is.key), base)];
  const back = mayGain(was) ? [] : [declaredAgain(was, is, base, sides)];
  return [...back, ...fieldItems(was, is, base, sides)];
}

type Base = ReturnType<typeof baseOf>;

function baseOf({ key, document }: Entry<User>, { gained, lost }: AccessChange) {
  return {
    kind: 'user' as const,
    key,
    person: key,
    institution: document.institution,
    severity: 'info' as const,
    gaining: gained.logIn.length + gained.mail.length > 0 ? [key] : NONE,
    losing: lost.logIn.length + lost.mail.length > 0 ? [key] : NONE,
    wouldGain: NONE,
    next: null,
  };
}

const NONE: readonly string[] = [];

function created(is: Entry<User>, base: Base, sides: Sides): StepItem {
  const { document } = is;
  const seen = sides.wasBroken('user', is.key) ? 'is new, or could not be read before' : 'is new';
  const begins = document.starts === null ? '' : `, with access from ${document.starts}`;
  const how = document.state === 'closed' ? ', and closed' : begins;
  const text = `${personLabel(document)} ${seen}, at ${sides.institutionName(document.institution)}${how}.`;
  const effect = base.gaining.length > 0 ? 'gives' : 'neither';
  return { ...base, ...placing(is), does: 'creates', effect, losing: NONE, text };
}

function gone(was: Entry<User>, is: Entry<User>, other: Entry<User> | undefined, base: Base): StepItem {
  const { document } = is;
  const who = personLabel(document);
  const quiet = { ...base, ...placing(is), effect: 'neither' as const, gaining: NONE, losing: NONE };
  if (other !== undefined) {
    const now = other.document.username;
    const text = `The username of ${who} was changed to ${now}. A username never changes: the account ${document.username} would stay as it is, and ${now} would be another one.`;
    const next = `Write "username: ${document.username}" again. If ${now} is somebody else, keep the entry of ${document.username}, and close it.`;
    return { ...quiet, ...placing(other), paths: filesOf(was, other), does: 'renames', severity: 'error', text, next };
  }
  if (document.state === 'closed') {
    return { ...quiet, does: 'removes-person', text: `${who}, who is closed, is no longer declared.` };
  }
  const text = `${who} is no longer declared and was not closed. Access stays as it was, and nothing new is given.`;
  const next = linesToWrite('If they left, write this again, closed; once that counts, it may go.', document, 'closed');
  return { ...quiet, does: 'removes-person', severity: 'error', text, next };
}

/** Who could only lose can gain again, whether or not the entry says anything else. */
function declaredAgain(was: Entry<User>, is: Entry<User>, base: Base, sides: Sides): StepItem {
  // Mail alone may be what they get, where the log-on stays shut.
  const open = base.gaining.length > 0 || leftBy(restrictionsOf(sides.after, is), sides.at).length > 0;
  const text = `${personLabel(is.document)} ${hasLeft(was) ? 'is declared again' : 'is declared without a mistake again'}.`;
  const place = { ...placing(is), paths: filesOf(was, is), losing: NONE };
  return { ...base, ...place, does: 'creates', effect: open ? 'gives' : 'neither', text };
}

function stricter(was: Entry<User>, is: Entry<User>, base: Base): StepItem {
  const text = `${personLabel(is.document)} stands in more than one place; until only one is left, the stricter counts.`;
  const place = { ...placing(is), paths: filesOf(was, is) };
  return { ...base, ...place, does: 'changes-other', effect: 'takes', severity: 'warning', gaining: NONE, text };
}

/** One item for each field that says something else. */
function fieldItems(was: Entry<User>, is: Entry<User>, base: Base, sides: Sides): readonly StepItem[] {
  const [old, now] = [was.document, is.document];
  const who = personLabel(now);
  const item = (does: Deed, field: keyof User, effect: StepItem['effect'], text: string, looked = false): StepItem => ({
    ...base,
    ...placeIn(is, field),
    paths: filesOf(was, is),
    does,
    effect,
    severity: looked ? 'warning' : 'info',
    gaining: effect === 'gives' ? base.gaining : NONE,
    losing: effect === 'takes' ? base.losing : NONE,
    text,
  });
  const value = (field: 'phone' | 'email') => `changes from ${old[field]} to ${now[field]}`;
  const items: (StepItem | null)[] = [
    stateItem(was, is, sides, item),
    moveItem(was, is, sides, item),
    ...(['starts', 'ends'] as const).map((field) => dayItem(field, was, is, sides, item)),
    old.phone === now.phone
      ? null
      : item('changes-phone', 'phone', 'neither', `${who}: the phone number ${value('phone')}.`),
    old.email === now.email
      ? null
      : item('changes-other', 'email', 'neither', `${who}: the e-mail address ${value('email')}.`),
    old.name.given === now.name.given && old.name.family === now.name.family
      ? null
      : item('changes-other', 'name', 'neither', `${personLabel(old)} is called ${now.name.given} ${now.name.family}.`),
  ];
  return items.filter((one) => one !== null);
}

type ItemOf = (does: Deed, field: keyof User, effect: StepItem['effect'], text: string, looked?: boolean) => StepItem;

function stateItem(was: Entry<User>, is: Entry<User>, sides: Sides, item: ItemOf): StepItem | null {
  if (was.document.state === is.document.state) return null;
  const who = personLabel(is.document);
  const effect = marginal(was, is, 'state', sides);
  if (is.document.state === 'closed') return item('closes', 'state', effect, `${who} is closed.`);
  return item('reopens', 'state', effect, `${who}, who was closed, is active again.`, true);
}

/** The days between which somebody has access. */
function dayItem(
  field: 'starts' | 'ends',
  was: Entry<User>,
  is: Entry<User>,
  sides: Sides,
  item: ItemOf,
): StepItem | null {
  const [old, now] = [was.document[field], is.document[field]];
  if (old === now) return null;
  const effect = marginal(was, is, field, sides);
  const who = personLabel(is.document);
  const text = `${who}: \`${field}\` changes from ${old ?? 'none'} to ${now ?? 'none'}`;
  if (effect === 'neither') return item('changes-other', field, effect, `${text}.`);
  if (effect === 'takes') return item('shortens', field, effect, `${text}, so access is shorter.`);
  const { calendar } = sides.after.surroundings;
  const hadEnded = field === 'ends' && old !== null && calendar.startAfter(old) <= sides.at;
  const so = hadEnded ? 'so access that has ended is given back' : 'so access is longer';
  const extended = item('extends', field, effect, `${text}, ${so}.`, hadEnded);
  return field === 'starts' || hadEnded ? extended : { ...extended, longer: true };
}

function moveItem(was: Entry<User>, is: Entry<User>, sides: Sides, item: ItemOf): StepItem | null {
  const [old, now] = [was.document.institution, is.document.institution];
  if (old === now) return null;
  const above = (key: string): Spans => leftBy(sides.after.surroundings.ofInstitution(key), sides.at);
  const effect = effectBetween(above(old), above(now));
  const so = { gives: ', and out of a block', takes: ', and under a block', neither: '' }[effect];
  const [from, to] = [sides.institutionName(old), sides.institutionName(now)];
  const text = `${personLabel(is.document)} moves from ${from} to ${to}${so}.`;
  return item('moves-institution', 'institution', effect, text, true);
}

/** What one field alone gives or takes, all others of the entry being as they are now. */
function marginal(was: Entry<User>, is: Entry<User>, field: keyof User, { at, after }: Sides): StepItem['effect'] {
  const own = (document: User) =>
    leftBy(ownRestrictions({ document, placed: is, knownSince: null }, after.surroundings.calendar), at);
  return effectBetween(own({ ...is.document, [field]: was.document[field] }), own(is.document));
}

function placeIn(entry: Entry<User>, field: string): { readonly file: string; readonly line: number } {
  const { file, line } = placeOfField(entry, field);
  return { file, line };
}
