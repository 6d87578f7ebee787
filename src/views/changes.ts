/** Changes as people read them: grouped by what happens to the person, and by the reason where many share one. */
import type { Attributes, Change } from '../core/change.ts';
import { peopleIn } from '../core/plan.ts';
import { THINGS, type Thing, thingOf } from '../core/thing.ts';
import { type Block, type Item, item, line, type Phrase, type Section, section, whereFrom } from './page.ts';
import type { Tone } from './style.ts';
import { attributeName, attributeValue, attributeWord, count, isPersonName, people } from './words.ts';

export interface Wording {
  /** IANA name; every date is shown in it. */
  readonly timeZone: string;
  /** Names everybody, however long the list grows. */
  readonly all: boolean;
  /** `past` once things are done, `future` where they are only planned. */
  readonly tense: 'future' | 'past';
  /** Names in one list before the rest is only counted; absent: {@link SHOWN_MAX}. */
  readonly shownMax?: number;
  /** Completes `… and 12 more; …`; absent: the option of the command that shows them. */
  readonly elsewhere?: string;
  /** What names changes to one person, shown behind their name; absent: nothing does. */
  readonly markOf?: (changes: readonly Change[]) => string;
}

/** People with one and the same reason from which the reason is said once, with the names below it. */
const GROUP_FROM = 2;
/** Names below one reason or of one kind of change: a terminal's height, so that the summary stays in sight. */
const SHOWN_MAX = 20;

/** One thing that can happen to a person; a change belongs to the first kind that fits. */
interface Happening {
  readonly tone: Tone;
  readonly fits: (change: Change) => boolean;
  readonly title: string;
  /** Of one person, of several; planned, done. */
  readonly future: readonly [string, string];
  readonly past: readonly [string, string];
}

const has = (name: Change['classes'][number]) => (change: Change) => change.classes.includes(name);

const PHONE: Happening = {
  tone: 'warn',
  fits: has('phone'),
  title: 'Phone numbers',
  future: ['phone number changes', 'phone numbers change'],
  past: ['phone number changed', 'phone numbers changed'],
};

const DETAILS: Happening = {
  tone: 'plain',
  fits: () => true,
  title: 'Other details',
  future: ['person has details changed', 'people have details changed'],
  past: ['person had details changed', 'people had details changed'],
};

const happenings: readonly Happening[] = [
  ...THINGS.map(turned('takes', 'bad')),
  ...THINGS.flatMap(made('create', 'good')),
  ...THINGS.map(turned('gives', 'good')),
  PHONE,
  ...THINGS.flatMap(made('adopt', 'plain')),
  {
    tone: 'plain',
    fits: (change) => change.kind === 'disable',
    title: 'Accounts switched off that nobody could use anyway',
    future: ['unusable account is switched off', 'unusable accounts are switched off'],
    past: ['unusable account was switched off', 'unusable accounts were switched off'],
  },
  {
    tone: 'plain',
    fits: (change) => change.kind === 'enable',
    title: 'Accounts switched on that nobody can use yet',
    future: ['account is switched on without giving access', 'accounts are switched on without giving access'],
    past: ['account was switched on without giving access', 'accounts were switched on without giving access'],
  },
  DETAILS,
];

/** What people lose, or gain, by things of one kind. */
function turned(effect: 'takes' | 'gives', tone: Tone): (thing: Thing) => Happening {
  return (thing) => ({
    tone,
    fits: (change) => change.effect === effect && thingOf(change.address.kind) === thing,
    ...thing[effect],
  });
}

/** Things of one kind that come to be, or become Muster's. */
function made(kind: 'create' | 'adopt', tone: Tone): (thing: Thing) => readonly Happening[] {
  return (thing) => {
    if (thing.making === null) return [];
    const words = kind === 'create' ? thing.making.creates : thing.making.adopts;
    return [{ tone, fits: (change) => change.kind === kind && thingOf(change.address.kind) === thing, ...words }];
  };
}

/** `3 people lose access, 1 person gets an account`; null where nothing happens. */
export function summaryOf(changes: readonly Change[], tense: Wording['tense']): string | null {
  const groups = new Map(byHappening(changes).map(({ happening, changes: some }) => [happening, some]));
  // A new phone number is not all of a change in which other details change with it.
  const alsoOthers = (groups.get(PHONE) ?? []).filter(has('update'));
  const clauses = happenings.flatMap((happening) => {
    const some = groups.get(happening) ?? [];
    const n = peopleIn(happening === DETAILS ? [...some, ...alsoOthers] : some).size;
    return n === 0 ? [] : [count(n, happening[tense][0], happening[tense][1])];
  });
  return clauses.length === 0 ? null : clauses.join(', ');
}

/** One section for each thing that happens to people, in the order of how much it matters to them. */
export function changeSections(changes: readonly Change[], wording: Wording): readonly Section[] {
  return byHappening(changes).flatMap(({ happening, changes: some }) =>
    section(`${happening.title} (${people(peopleIn(some).size)})`, changeList(some, wording), happening.tone),
  );
}

/** The same changes as one list, for a place that has said already what they have in common. */
export function changeList(changes: readonly Change[], wording: Wording): readonly Block[] {
  const groups = Map.groupBy(changes, (change) => JSON.stringify([change.cause.text, change.cause.origin]));
  const shared: (() => Item)[] = [];
  const single: (() => Item)[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    if (peopleIn(group).size < GROUP_FROM) single.push(() => ownItem(first, group, wording));
    else shared.push(() => sharedItem(first, group, wording));
  }
  return cappedOf([...shared, ...single], wording);
}

/** As many of them as are to be shown, and how many were left out and how to see them. */
export function capped<B extends Block>(blocks: readonly B[], room: Room): readonly Block[] {
  return cappedOf(
    blocks.map((block) => () => block),
    room,
  );
}

type Room = Pick<Wording, 'all' | 'shownMax' | 'elsewhere'>;

/** The same of blocks that are made only where they are shown. */
function cappedOf(
  makers: readonly (() => Block)[],
  { all, shownMax = SHOWN_MAX, elsewhere = '--all shows them' }: Room,
): readonly Block[] {
  const made = (some: typeof makers) => some.map((make) => make());
  // One line for one more would save nothing.
  if (all || makers.length <= shownMax + 1) return made(makers);
  const left = makers.length - shownMax;
  return [...made(makers.slice(0, shownMax)), line(`… and ${left} more; ${elsewhere}.`, 'faint')];
}

function happeningOf(change: Change): Happening {
  return happenings.find(({ fits }) => fits(change)) ?? DETAILS;
}

function byHappening(changes: readonly Change[]): { happening: Happening; changes: readonly Change[] }[] {
  const groups = Map.groupBy(changes, happeningOf);
  return happenings.flatMap((happening) => {
    const some = groups.get(happening);
    return some === undefined ? [] : [{ happening, changes: some }];
  });
}

function sharedItem(first: Change, group: readonly Change[], wording: Wording): Item {
  const reason = [
    `${people(peopleIn(group).size)}: ${first.cause.text}`,
    ...whereFrom(first.cause.origin, first.cause.furtherOrigins),
  ];
  const each = [...Map.groupBy(group, ({ person }) => person.key).values()];
  const common = commonDifferences(each, wording);
  const names = each.map((theirs) => () => {
    const name = [theirs[0]?.person.label ?? '', ...markOf(theirs, wording)];
    return item(name, common === null ? differences(theirs, wording) : []);
  });
  return item(reason, [...(common ?? []), ...cappedOf(names, wording)]);
}

/** What is the same for everybody, to be said once; null: it is not. */
function commonDifferences(
  [one = [], ...others]: readonly (readonly Change[])[],
  wording: Wording,
): readonly Block[] | null {
  const common = differences(one, wording);
  const text = JSON.stringify(common);
  return others.every((theirs) => JSON.stringify(differences(theirs, wording)) === text) ? common : null;
}

/** @param theirs changes to one person for one reason */
function ownItem({ person, cause }: Change, theirs: readonly Change[], wording: Wording): Item {
  const reason = line([`Why: ${cause.text}`, ...whereFrom(cause.origin, cause.furtherOrigins)], 'faint');
  return item([person.label, ...markOf(theirs, wording)], [...differences(theirs, wording), reason]);
}

function markOf(theirs: readonly Change[], { markOf: mark }: Wording): Phrase {
  return mark === undefined ? [] : [' ', { code: mark(theirs) }];
}

/** The same in two systems is said once. */
function differences(theirs: readonly Change[], wording: Wording): readonly Block[] {
  const all = theirs.flatMap((change) => differencesOf(change, wording));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function differencesOf(change: Change, { timeZone }: Wording): readonly Block[] {
  if (change.kind === 'create') return newValues(change.after.attributes, timeZone);
  return changedValues(change.before.attributes, change.after.attributes, timeZone);
}

/** Every attribute that changes, old and new in full: a phone number is where somebody's passcodes go. */
function changedValues(before: Attributes, after: Attributes, timeZone: string): readonly Block[] {
  const show = (name: string, value: string | null | undefined) => attributeValue(name, value ?? null, timeZone);
  return Object.keys(after)
    .filter((name) => (after[name] ?? null) !== (before[name] ?? null))
    .map((name) => line(`${attributeName(name)}: ${show(name, before[name])} → ${show(name, after[name])}`));
}

/** The values of a new account in one line, less the name, which stands above it already. */
function newValues(after: Attributes, timeZone: string): readonly Block[] {
  const values = Object.entries(after)
    .filter(([name, value]) => value !== null && value !== 'never' && !isPersonName(name))
    .map(([name, value]) => `${attributeWord(name)} ${attributeValue(name, value, timeZone)}`);
  return values.length === 0 ? [] : [line(values.join('; '))];
}
