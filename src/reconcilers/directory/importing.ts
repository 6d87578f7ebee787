/** An account as an entry of the repository, by the mapping read backwards; what keeps it from being one, where it can't be. */
import type { Candidate, ImportGround, LeftWhy, Obstacle, Remark } from '../../core/importing.ts';
import { clockTime, dayAfter, dayOf, readDay, startOfNextDay } from '../../model/day.ts';
import { type Day, fold, type Institution, type User } from '../../model/document.ts';
import { readPhone } from '../../model/phone.ts';
import type { Reading } from '../../model/reading.ts';
import { readEmail, readPersonName, readUsername } from '../../model/text.ts';
import { shown } from '../../model/wording.ts';
import { foldDn, isBelow } from './distinguished-name.ts';
import { type Inverse, inverseOf, type Part } from './inverse.ts';
import type { CreateRule, Mapping } from './mapping.ts';
import { readMark } from './mark.ts';
import type { Account } from './port.ts';

/** Read with every account on top of what is mapped: only an account that a service logs on with has one (MS-ADA3, servicePrincipalName). */
export const SERVICE_NAME = 'servicePrincipalName';

export interface ImportRules {
  readonly instance: string;
  readonly mapping: Mapping;
  readonly markAttribute: string;
  readonly create: readonly CreateRule[];
}

/** Judges one account after the other; pure. */
export function importer(rules: ImportRules, ground: ImportGround): (account: Account) => Candidate {
  const places = placesOf(rules, ground);
  const inverse = inverseOf(rules.mapping);
  return (account) => {
    const whose = { username: account.username, location: account.dn };
    if (readMark(account.mark)?.instance === rules.instance) return { kind: 'ours', ...whose };
    const unfit = unfitness(account, rules, inverse);
    if (unfit !== null) return { kind: 'left', ...whose, obstacles: [unfit] };
    const form = new AccountForm(account, inverse);
    const username = form.take('username', 'username', account.username, readUsername);
    const given = form.field('name.given', 'name', 'given name', readPersonName);
    const family = form.field('name.family', 'name', 'family name', readPersonName);
    const email = form.field('email', 'email', 'e-mail address', readEmail);
    const phone = form.field('phone', 'phone', 'mobile phone number', readPhone);
    const institution = form.place(places(account));
    const end = form.end(ground.timeZone);
    const { obstacles } = form;
    if (username === null || given === null || family === null || email === null || phone === null)
      return { kind: 'left', ...whose, obstacles };
    if (institution === null || end === null) return { kind: 'left', ...whose, obstacles };
    const state = account.enabled ? 'active' : 'closed';
    const name = { given, family };
    const user: User = {
      username,
      name,
      email,
      phone,
      institution: institution.id,
      state,
      starts: null,
      ends: end.ends,
    };
    const remarks = [
      ...stateRemarks(account, user, ground.today),
      ...end.remarks,
      ...valueRemarks(account, user, institution, rules.mapping),
    ];
    return { kind: 'person', ...whose, user, remarks };
  };
}

/** Accounts that no entry is for, whatever else they hold. */
function unfitness(account: Account, { markAttribute }: ImportRules, inverse: Inverse): Obstacle | null {
  if (account.protectedBecause !== null) {
    const text = `The account is protected: ${account.protectedBecause}.`;
    return {
      why: 'protected',
      text,
      next: 'There is nothing to do, Muster never touches it. An administrator needs an account of their own for everyday work.',
    };
  }
  if (account.mark !== null) {
    return {
      why: 'mark',
      text: `Its ${markAttribute} holds \`${shown(account.mark)}\`, which is somebody else's and is never overwritten.`,
      next: 'Clear it in the directory if nobody needs it, or choose another "markAttribute" in the configuration.',
    };
  }
  const service = account.raw[SERVICE_NAME] ?? null;
  const nameless = (['name.given', 'name.family'] as const).every(
    (part) => inverse.partOf(part, account.attributes) === null,
  );
  if (service === null && !nameless) return null;
  return {
    why: 'service',
    text:
      service === null
        ? 'It has neither a given nor a family name, so it seems to be no person.'
        : `A service logs on with it (${shown(service)}).`,
    next: 'If it is no person, leave it out of Muster and name it in "protected" of the configuration. If it is one, write the entry by hand.',
  };
}

interface End {
  readonly ends: Day | null;
  readonly remarks: readonly Remark[];
}

/** Asks an account for each part of an entry, and collects what is in the way. */
class AccountForm {
  readonly obstacles: Obstacle[] = [];
  readonly #account: Account;
  readonly #inverse: Inverse;

  constructor(account: Account, inverse: Inverse) {
    this.#account = account;
    this.#inverse = inverse;
  }

  field(part: Part, why: LeftWhy, called: string, rule: (text: string) => Reading<string>): string | null {
    const attributes = this.#inverse.attributesFor(part);
    const said = this.#inverse.partOf(part, this.#account.attributes);
    if (said !== null) return this.take(why, called, said, rule);
    const where =
      attributes.length === 0
        ? 'no attribute of the configuration carries one alone'
        : `${attributes.join(', ')} is empty`;
    return this.#refuse(
      why,
      `There is no ${called}: ${where}.`,
      `Fill it in in the directory and import again, or write the entry by hand.`,
    );
  }

  take(why: LeftWhy, called: string, text: string, rule: (text: string) => Reading<string>): string | null {
    const reading = rule(text.normalize('NFC').trim());
    if (reading.ok) return reading.value;
    const next =
      why === 'username'
        ? 'Rename the account in the directory, or leave it outside of Muster.'
        : 'Correct it in the directory and import again, or write the entry by hand.';
    return this.#refuse(why, `Its ${called} can't be written: ${reading.message}`, next);
  }

  place(found: Institution | Obstacle): Institution | null {
    if ('id' in found) return found;
    this.obstacles.push(found);
    return null;
  }

  /** The last whole day before the account expires. */
  end(timeZone: string): End | null {
    const { accountExpires } = this.#account;
    if (accountExpires === 'never') return { ends: null, remarks: [] };
    const at = Date.parse(accountExpires);
    const last = dayOf(at - 1, timeZone);
    const whole = startOfNextDay(last, timeZone) === at;
    const ends = readDay(whole ? last : dayAfter(last, -1));
    if (!ends.ok) {
      this.#refuse(
        'ends',
        `It expires on ${accountExpires}, which can't be written: ${ends.message}`,
        'Correct accountExpires in the directory and import again.',
      );
      return null;
    }
    if (whole) return { ends: ends.value, remarks: [] };
    const text = `The account expires ${clockTime(at, timeZone)}, within a day; the last whole day stands here`;
    return { ends: ends.value, remarks: [{ field: 'ends', text, changes: true }] };
  }

  #refuse(why: LeftWhy, text: string, next: string): null {
    this.obstacles.push({ why, text, next });
    return null;
  }
}

/** Nobody wrote down why an account is disabled: what the entry says may only take. */
function stateRemarks({ enabled }: Account, { ends }: User, today: Day): readonly Remark[] {
  const over = ends !== null && ends < today;
  if (!enabled) {
    const text =
      'The account was disabled when it was imported, nobody knows why. Who is only away is active, and gets it back with "muster enable"';
    return [{ field: 'state', text, changes: false }];
  }
  return over
    ? [{ field: 'ends', text: 'The account has expired, and is still enabled; Muster would disable it', changes: true }]
    : [];
}

function valueRemarks(
  { attributes }: Account,
  user: User,
  institution: Institution,
  mapping: Mapping,
): readonly Remark[] {
  const wanted = mapping.valuesOf(user, institution);
  return mapping.attributes.flatMap((attribute): readonly Remark[] => {
    const found = mapping.canonical(attribute, attributes[attribute] ?? null);
    const value = wanted[attribute] ?? null;
    if (found === value) return [];
    const would = value === null ? 'clear it' : `write ${quoted(value)}`;
    const holds = found === null ? 'is empty' : `is ${quoted(found)}`;
    return [{ field: null, text: `${attribute} ${holds} in the directory; Muster would ${would}`, changes: true }];
  });
}

function quoted(text: string): string {
  return `"${shown(text)}"`;
}

/** Where people belong: as ordered, else as the account's attributes say, else by the unit in which an institution's people are made. */
function placesOf(
  { mapping, create }: ImportRules,
  ground: ImportGround,
): (account: Account) => Institution | Obstacle {
  const ordered = ground.institution === null ? undefined : ground.institutions.get(ground.institution);
  const inverse = inverseOf(mapping);
  const byName = Map.groupBy(ground.institutions.values(), ({ name }) => fold(name));
  const units = create.flatMap(({ institution, ou }) =>
    institution === undefined ? [] : [{ unit: foldDn(ou), institution: fold(institution) }],
  );
  return (account) => {
    if (ordered !== undefined) return ordered;
    const id = inverse.partOf('institution.id', account.attributes);
    const name = inverse.partOf('institution.name', account.attributes);
    const [one, other] = [...named(id), ...(name === null ? [] : (byName.get(fold(name)) ?? []))];
    if (one !== undefined && (other === undefined || other.id === one.id)) return one;
    if (one !== undefined && other !== undefined) return ambiguous(name ?? id ?? '', one, other);
    return byUnit(account) ?? unknown(id ?? name, inverse);
  };

  function named(id: string | null): readonly Institution[] {
    const found = id === null ? undefined : ground.institutions.get(fold(id));
    return found === undefined ? [] : [found];
  }

  function byUnit({ dn }: Account): Institution | null {
    const around = units.filter(({ unit }) => isBelow(foldDn(dn), unit)).sort((a, b) => b.unit.length - a.unit.length);
    const [nearest] = around;
    const same = new Set(around.flatMap(({ unit, institution }) => (unit === nearest?.unit ? [institution] : [])));
    return nearest === undefined || same.size !== 1 ? null : (ground.institutions.get(nearest.institution) ?? null);
  }
}

function ambiguous(said: string, one: Institution, other: Institution): Obstacle {
  return {
    why: 'institution',
    text: `"${shown(said)}" may be the institution ${one.id} or ${other.id}.`,
    next: 'Give them different names, or import each unit by itself with --institution.',
  };
}

function unknown(said: string | null, inverse: Inverse): Obstacle {
  const attributes = [...inverse.attributesFor('institution.name'), ...inverse.attributesFor('institution.id')];
  if (said === null) {
    const where =
      attributes.length === 0 ? 'no attribute of the configuration says it' : `${attributes.join(', ')} is empty`;
    const next = 'Fill it in in the directory, or import the unit by itself with --ou and --institution.';
    return { why: 'institution', text: `Nobody can tell the institution: ${where}.`, next };
  }
  return {
    why: 'institution',
    text: `No institution of the repository is called "${shown(said)}".`,
    next: 'Write its file below institutions/ with just this name, or import its unit by itself with --ou and --institution.',
  };
}
