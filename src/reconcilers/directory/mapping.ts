/** Mapping: which directory attribute carries which part of a person's document, in canonical form. */
import { compareText } from '../../diagnostic.ts';
import { MusterError } from '../../errors.ts';
import { fold, type Institution, type User } from '../../model/document.ts';
import { canonicalPhone } from '../../model/phone.ts';

/** Attribute that ends access by itself, whatever happens to Muster (MS-ADA1). */
export const ACCOUNT_EXPIRES = 'accountExpires';

/** LDAP attribute name to template, as in `{ company: "{institution.name}" }`. */
export type Templates = Readonly<Record<string, string>>;

/** Carried by every account: the name as people read it, and where mail reaches them. */
const ALWAYS: Templates = {
  displayName: '{name.given} {name.family}',
  givenName: '{name.given}',
  sn: '{name.family}',
  mail: '{email}',
};

export interface Mapping {
  /** LDAP names, sorted: what is read, compared and written. */
  readonly attributes: readonly string[];
  /** Attributes that hold the phone number and nothing else. */
  readonly phones: ReadonlySet<string>;
  /** The template of a mapped attribute, as configured; empty for another. */
  templateOf(attribute: string): string;
  /** Placeholders of an attribute's template: the fields that its value comes from. */
  fieldsOf(attribute: string): readonly string[];
  /** The field whose value alone is the attribute's; null: it is made of several, or of other text as well. */
  fieldHolding(attribute: string): string | null;
  /** Wanted values of one person; an empty text means absent. */
  valuesOf(user: User, institution: Institution): Readonly<Record<string, string | null>>;
  /** A stored value in the form in which it is compared: E.164 for phones, NFC (UAX #15) for the rest. */
  canonical(attribute: string, stored: string | null): string | null;
}

/** @throws MusterError `person` naming a template with an unknown placeholder. */
export function mappingOf(configured: Templates): Mapping {
  const templates: Templates = { ...ALWAYS, ...configured };
  for (const [attribute, template] of Object.entries(templates)) refuseUnknown(attribute, template);
  const attributes = Object.keys(templates).sort(compareText);
  const compiled = attributes.map((attribute) => [attribute, piecesOf(templates[attribute] ?? '')] as const);
  const phones = new Set(attributes.filter((attribute) => templates[attribute] === '{phone}'));
  return {
    attributes,
    phones,
    templateOf: (attribute) => templates[attribute] ?? '',
    fieldsOf: (attribute) => placeholdersIn(templates[attribute] ?? ''),
    fieldHolding: (attribute) => /^\{([^{}]*)\}$/.exec(templates[attribute] ?? '')?.[1] ?? null,
    valuesOf: (user, institution) => {
      const values: Record<string, string | null> = {};
      for (const [attribute, pieces] of compiled) values[attribute] = filled(pieces, user, institution);
      return values;
    },
    canonical: (attribute, stored) => {
      if (stored === null) return null;
      return phones.has(attribute) ? canonicalPhone(stored) : stored.normalize('NFC');
    },
  };
}

/** A stretch of plain text, or what stands in the place of a placeholder. */
type Piece = (user: User, institution: Institution) => string;

const PIECES: Readonly<Record<string, Piece>> = {
  username: ({ username }) => username,
  'name.given': ({ name }) => name.given,
  'name.family': ({ name }) => name.family,
  email: ({ email }) => email,
  phone: ({ phone }) => phone,
  'institution.id': (_, { id }) => id,
  'institution.name': (_, { name }) => name,
};

/** What a template may speak of. */
export const PLACEHOLDERS: readonly string[] = Object.keys(PIECES);

/** Taken apart once, for there are hundreds of thousands of people. */
function piecesOf(template: string): readonly Piece[] {
  return template.split(/(\{[^{}]*\})/u).flatMap((text): Piece[] => {
    if (text === '') return [];
    if (!text.startsWith('{') || !text.endsWith('}')) return [() => text];
    return [PIECES[text.slice(1, -1)] ?? (() => '')];
  });
}

function filled(pieces: readonly Piece[], user: User, institution: Institution): string | null {
  let text = '';
  for (const piece of pieces) text += piece(user, institution);
  const value = text.normalize('NFC').trim();
  return value === '' ? null : value;
}

function placeholdersIn(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
}

function refuseUnknown(attribute: string, template: string): void {
  const unknown = placeholdersIn(template).filter((name) => !PLACEHOLDERS.includes(name));
  if (unknown.length === 0) return;
  throw new MusterError({
    remedy: 'person',
    where: `configuration, directory attribute "${attribute}"`,
    what: `{${unknown[0]}} is not known.`,
    next: `Use one of ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}.`,
  });
}

/** What a person's account holds, for one that is made up: nobody's name, a number that is nobody's to guess a person from. */
export function sampleValues(mapping: Mapping): Readonly<Record<string, string | null>> {
  const user: User = {
    username: 'probe',
    name: { given: 'Probe', family: 'Muster' },
    email: 'probe@example.org',
    phone: '+4520123456',
    institution: 'probe',
    state: 'closed',
    starts: null,
    ends: null,
  };
  return mapping.valuesOf(user, { id: 'probe', name: 'Probe', contacts: [], partOf: null });
}

export interface CreateRule {
  /** Id of an institution; absent: everyone else. */
  readonly institution?: string | undefined;
  readonly ou: string;
}

/** The unit in which an institution's people get their accounts: the first rule that names it, else the first that names none. */
export function unitFor(institution: string, rules: readonly CreateRule[]): string | null {
  const named = rules.find((rule) => rule.institution !== undefined && fold(rule.institution) === fold(institution));
  return (named ?? rules.find((rule) => rule.institution === undefined))?.ou ?? null;
}
