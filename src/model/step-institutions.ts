/** What a step does to institutions, and to the order in which they are part of one another. */
import { surveyor } from './circumstances.ts';
import type { Entry, Institution } from './document.ts';
import { placeOfField } from './field-lines.ts';
import { beyond, leftBy, within } from './spans.ts';
import type { StepItem } from './step-item.ts';
import { filesOf, placing } from './step-placing.ts';
import { isSameEntry, type Sides } from './step-sides.ts';

export function institutionItems(sides: Sides): readonly StepItem[] {
  const before = sides.before.model.institutions;
  const moved = movedBy(sides);
  return [...sides.after.model.institutions.values()].flatMap((is) => {
    const was = before.get(is.key);
    // With a mistake nothing new of it counts, and the mistake is told.
    if (is.condition === 'held' || (was !== undefined && isSameEntry(was, is))) return [];
    return itemsOf(was, is, sides, moved);
  });
}

/** Whom the order of institutions alone puts under a block, or out of one. */
type Moved = (institution: string) => Pick<StepItem, 'gaining' | 'losing'>;

function itemsOf(
  was: Entry<Institution> | undefined,
  is: Entry<Institution>,
  sides: Sides,
  moved: Moved,
): readonly StepItem[] {
  const { id, name, contacts, partOf } = is.document;
  const called = `${name} (\`${id}\`)`;
  const item = (field: string, text: string, more: Partial<StepItem> = {}): StepItem => {
    const { file, line } = placeOfField(is, field);
    return {
      ...{ does: 'changes-institution', kind: 'institution', key: is.key, person: null, institution: is.key },
      ...{ effect: 'neither', severity: 'info', gaining: [], losing: [], wouldGain: [], next: null },
      ...{ file, line, paths: filesOf(was, is), text },
      ...more,
    };
  };
  if (was === undefined) {
    const above = partOf === null ? '' : `, part of ${sides.institutionName(partOf)}`;
    return [item('', `The institution ${called} is new${above}.`, placing(is))];
  }
  if (is.condition === 'vanished') return was.condition === 'vanished' ? [] : [gone(is, called, sides, item)];
  const old = was.document;
  const back = was.condition === 'vanished' ? [item('', `The institution ${called} is declared again.`)] : [];
  const names = old.name === name ? [] : [item('name', `${old.name} (\`${id}\`) is called ${name}.`)];
  const written = old.contacts.join(', ') === contacts.join(', ') ? [] : [contactsItem(contacts, called, item)];
  return [...back, ...names, ...written, ...(old.partOf === partOf ? [] : [orderItem(old, is, sides, moved, item)])];
}

type ItemOf = (field: string, text: string, more?: Partial<StepItem>) => StepItem;

function contactsItem(contacts: Institution['contacts'], called: string, item: ItemOf): StepItem {
  return item('contacts', `The contacts of ${called} are ${contacts.join(', ')}.`);
}

/** Missed only where somebody still belongs to it. */
function gone(is: Entry<Institution>, called: string, { resolution }: Sides, item: ItemOf): StepItem {
  const held = resolution.heldEntries.find(({ kind, key }) => kind === 'institution' && key === is.key);
  if (held === undefined) return item('', `The institution ${called} is no longer declared, and nobody needs it.`);
  const next = held.fix === null ? null : `Write it again, until nobody belongs to it any more:\n${held.fix}`;
  return item('', held.text, { severity: 'error', next });
}

function orderItem(old: Institution, is: Entry<Institution>, sides: Sides, moved: Moved, item: ItemOf): StepItem {
  const { name, partOf } = is.document;
  const above = (key: string | null) => (key === null ? 'no other institution' : sides.institutionName(key));
  const { gaining, losing } = moved(is.key);
  const clauses = [
    ...(losing.length > 0 ? [`${inWords(losing.length)} under a block by it`] : []),
    ...(gaining.length > 0 ? [`${inWords(gaining.length)} out of a block by it`] : []),
  ];
  const reach = clauses.length === 0 ? 'Nobody comes under a block or out of one by it.' : `${clauses.join(', ')}.`;
  const text = `${name} is part of ${above(partOf)} now; it was part of ${above(old.partOf)}. ${reach}`;
  const effect = gaining.length > 0 ? 'gives' : losing.length > 0 ? 'takes' : 'neither';
  return item('partOf', text, { severity: 'warning', effect, gaining, losing });
}

function inWords(n: number): string {
  return n === 1 ? '1 person comes' : `${n} people come`;
}

/** The same blocks under the order of before and under that of now. */
function movedBy(sides: Sides): Moved {
  let formerly: ((institution: string) => ReturnType<typeof leftBy>) | null = null;
  return (institution) => {
    formerly ??= underFormerOrder(sides);
    const gaining: string[] = [];
    const losing: string[] = [];
    for (const key of sides.peopleUnder(institution)) {
      const entry = sides.after.model.users.get(key);
      if (entry === undefined) continue;
      const [was, is] = [formerly(entry.document.institution), leftNow(sides, entry.document.institution)];
      const { gained, lost } = sides.accessChange(key);
      if (within(gained.logIn, beyond(is, was)).length > 0) gaining.push(key);
      if (within(lost.logIn, beyond(was, is)).length > 0) losing.push(key);
    }
    return { gaining, losing };
  };
}

function leftNow({ after, at }: Sides, institution: string) {
  return leftBy(after.surroundings.ofInstitution(institution), at);
}

function underFormerOrder({ before, after, at }: Sides) {
  const institutions = new Map([...after.model.institutions, ...before.model.institutions]);
  const { ofInstitution } = surveyor()({ ...after.model, institutions });
  return (institution: string) => leftBy(ofInstitution(institution), at);
}
