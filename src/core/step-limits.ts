/** Limits that a step would trip: counted without any system, over the people of the repository. */
import { compareText } from '../diagnostic.ts';
import { personLabel } from '../model/restrictions.ts';
import { indexModel, standing, type Verdict } from '../model/standing.ts';
import type { StepItem } from '../model/step-item.ts';
import type { Sides } from '../model/step-sides.ts';
import { BLOCKS, isExplicit } from './access.ts';
import { type Countable, overBlockLimit, overClassLimit } from './budget.ts';
import type { ChangeClass } from './change.ts';
import type { Limits } from './limits.ts';

/** A class of changes of which the step brings more than passes without asking. */
export interface TrippedLimit {
  readonly class: ChangeClass;
  /** With the figures. */
  readonly because: string;
  /** People whom it is about. */
  readonly people: number;
}

type Counted = Countable & { readonly class: ChangeClass };

/**
 * An estimate: what other steps used up within 24 hours, who has no account yet, and what was changed by hand, only the systems know.
 * @param institutionNames whether the name of an institution is written into its people's accounts
 */
export function limitsTripped(
  sides: Sides,
  items: readonly StepItem[],
  limits: Limits,
  institutionNames: boolean,
): readonly TrippedLimit[] {
  const counted = countedIn(sides, items, institutionNames);
  const ofClass = (rule: ChangeClass) => counted.filter((one) => one.class === rule);
  const declared = [...sides.before.model.users.values()].filter(({ document }) => document.state === 'active').length;
  const nothing = { used: [], earlier: [] };
  const plain = (['disable', 'update', 'phone', 'create', 'enable'] as const).flatMap((rule) => {
    const some = ofClass(rule);
    const shares = [{ changes: some, ours: declared, called: 'people with an open account' }];
    const because = some.length === 0 ? null : overClassLimit(rule, some, limits[rule], limits.always, shares, nothing);
    return because === null ? [] : [tripped(rule, because, some)];
  });
  const blocks = (['block', 'lift'] as const).flatMap((rule) =>
    overBlockLimit(rule, ofClass(rule), limits[rule], nothing).map(({ because, changes }) =>
      tripped(rule, because, changes),
    ),
  );
  return [...blocks, ...plain];
}

function tripped(rule: ChangeClass, because: string, changes: readonly Countable[]): TrippedLimit {
  return { class: rule, because, people: new Set(changes.map(({ person }) => person.key)).size };
}

function countedIn(sides: Sides, items: readonly StepItem[], institutionNames: boolean): readonly Counted[] {
  const { before, after, at } = sides;
  const fresh = new Set([...after.model.users.keys()].filter((key) => !before.model.users.has(key)));
  const touched = new Set([...fresh, ...items.flatMap(({ gaining, losing }) => [...gaining, ...losing])]);
  const [was, is] = [indexModel(before.model), indexModel(after.model)];
  const verdictIn = (index: typeof was, key: string) =>
    index.model.users.has(key) ? standing(index, key, at).mayLogIn : null;
  const counted: Counted[] = [];
  for (const key of [...touched].sort(compareText)) {
    const rule = classOf(verdictIn(was, key), verdictIn(is, key));
    const entry = after.model.users.get(key);
    if (rule === null || entry === undefined) continue;
    const person = { key, label: personLabel(entry.document) };
    counted.push({ class: rule.class, person, cause: { institutions: rule.institutions } });
  }
  return [...counted, ...valuesIn(sides, items, fresh, institutionNames)];
}

/** What becomes of an account by dates and reasons of now alone; null: it stays open, or shut. */
function classOf(
  was: Verdict | null,
  is: Verdict | null,
): { readonly class: ChangeClass; readonly institutions: readonly string[] } | null {
  if ((was?.allowed ?? false) === (is?.allowed ?? false) || is === null) return null;
  if (was === null) return { class: 'create', institutions: [] };
  const { reasons } = is.allowed ? was : is;
  const institutions = reasons.flatMap(({ institution }) => institution ?? []);
  if (!is.allowed) return { class: reasons.some(isExplicit) ? 'block' : 'disable', institutions };
  return { class: reasons.some(({ kind }) => BLOCKS.has(kind)) ? 'lift' : 'enable', institutions };
}

/** Values that would be written into accounts that are there already. */
function valuesIn(
  sides: Sides,
  items: readonly StepItem[],
  fresh: ReadonlySet<string>,
  institutionNames: boolean,
): readonly Counted[] {
  const { users, institutions } = sides.after.model;
  const counted = new Map<string, Counted>();
  const add = (rule: ChangeClass, key: string) => {
    const entry = users.get(key);
    if (entry === undefined || fresh.has(key) || entry.document.state === 'closed') return;
    const person = { key, label: personLabel(entry.document) };
    counted.set(`${rule} ${key}`, { class: rule, person, cause: { institutions: [] } });
  };
  for (const { does, kind, key, person } of items) {
    if (does === 'changes-phone' && person !== null) add('phone', person);
    else if (kind === 'user' && person !== null && (does === 'changes-other' || does === 'moves-institution'))
      add('update', person);
    else if (institutionNames && kind === 'institution') {
      const [old, now] = [sides.before.model.institutions.get(key), institutions.get(key)];
      if (old === undefined || now === undefined || old.document.name === now.document.name) continue;
      for (const user of users.values()) if (user.document.institution === key) add('update', user.key);
    }
  }
  return [...counted.values()];
}
