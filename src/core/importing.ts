/** Import: the accounts that exist become entries of the repository; what cannot be said there is told, and nothing is guessed. */
import type { Day, Institution, User } from '../model/document.ts';
import { fold } from '../model/document.ts';

/** Why an account got no entry; the order is that in which people are told. */
export const LEFT_WHYS = [
  'institution',
  'email',
  'phone',
  'name',
  'username',
  'ends',
  'shared-address',
  'in-the-way',
  'refused',
  'mark',
  'service',
  'protected',
] as const;
export type LeftWhy = (typeof LEFT_WHYS)[number];

/** What keeps an account from being said as an entry. */
export interface Obstacle {
  readonly why: LeftWhy;
  /** One sentence. */
  readonly text: string;
  /** What to do, one sentence or more. */
  readonly next: string;
}

/** What the directory holds and the entry does not say. */
export interface Remark {
  /** The field that it is about; null: the entry as a whole. */
  readonly field: 'state' | 'ends' | null;
  readonly text: string;
  /** Whether Muster would change the account for it, once it is taken over. */
  readonly changes: boolean;
}

interface Whose {
  /** sAMAccountName, as the directory has it. */
  readonly username: string;
  /** Where the account lies. */
  readonly location: string;
}

/** One account, as far as it can be said. */
export type Candidate =
  | (Whose & { readonly kind: 'person'; readonly user: User; readonly remarks: readonly Remark[] })
  | (Whose & { readonly kind: 'left'; readonly obstacles: readonly Obstacle[] })
  // Taken over or made by Muster: the repository says how it should be, and not the account.
  | (Whose & { readonly kind: 'ours' });

export type Person = Extract<Candidate, { kind: 'person' }>;
export type LeftOut = Extract<Candidate, { kind: 'left' }>;

/** What the candidates are judged by. */
export interface ImportGround {
  readonly institutions: ReadonlyMap<string, Institution>;
  /** Key of the institution of everybody, as ordered; null: the account says it. */
  readonly institution: string | null;
  readonly timeZone: string;
  readonly today: Day;
}

/** Somebody who is declared already. */
export interface DeclaredPerson {
  readonly file: string;
  readonly line: number;
  /** Null: their entry has a mistake. */
  readonly user: User | null;
}

/** A field that the account says otherwise than the entry. */
export interface FieldDifference {
  readonly field: 'name.given' | 'name.family' | 'email' | 'phone' | 'institution' | 'state' | 'ends';
  readonly declared: string | null;
  readonly found: string | null;
}

export interface DifferingPerson extends Whose {
  readonly file: string;
  readonly line: number;
  readonly differences: readonly FieldDifference[];
}

/** People sorted by what is to be done about them. */
export interface Sorted {
  readonly fresh: readonly Person[];
  /** Declared, and the account says otherwise. */
  readonly differing: readonly DifferingPerson[];
  /** Declared, and the account says the same, or is Muster's. */
  readonly known: number;
  readonly left: readonly LeftOut[];
}

/** Who is new, who is known, who can't be declared. `candidates` in the order of their usernames. */
export function sortCandidates(
  candidates: readonly Candidate[],
  declared: ReadonlyMap<string, DeclaredPerson>,
  today: Day,
): Sorted {
  const fresh: Person[] = [];
  const differing: DifferingPerson[] = [];
  const left: LeftOut[] = [];
  let known = 0;
  for (const candidate of candidates) {
    const before = declared.get(fold(candidate.username));
    if (candidate.kind === 'ours') known += 1;
    else if (before === undefined) {
      if (candidate.kind === 'left') left.push(candidate);
      else fresh.push(candidate);
      // Where an account can't be said, somebody wrote the entry by hand: that counts.
    } else if (candidate.kind === 'left') known += 1;
    else {
      const differences = before.user === null ? [] : differencesBetween(before.user, candidate.user);
      if (differences.length === 0) known += 1;
      else differing.push({ ...whoseOf(candidate), file: before.file, line: before.line, differences });
    }
  }
  const apart = withoutSharedAddresses(fresh, declared, today);
  return { fresh: apart.fresh, differing, known, left: [...left, ...apart.left].sort(byUsername) };
}

/** The address of somebody who left may be nobody else's (see former addresses): of two accounts, the one in use gets its entry. */
function withoutSharedAddresses(
  people: readonly Person[],
  declared: ReadonlyMap<string, DeclaredPerson>,
  today: Day,
): Pick<Sorted, 'fresh' | 'left'> {
  const users = new Map<string, string[]>();
  const everybody = [...people.map(({ user }) => user), ...[...declared.values()].flatMap(({ user }) => user ?? [])];
  for (const user of everybody) {
    const address = fold(user.email);
    if (isPresent(user, today)) users.set(address, [...(users.get(address) ?? []), user.username]);
  }
  const left: LeftOut[] = [];
  const fresh = people.filter((person) => {
    const { user } = person;
    const [other] = isPresent(user, today) ? [] : (users.get(fold(user.email)) ?? []);
    if (other === undefined) return true;
    left.push({ ...whoseOf(person), kind: 'left', obstacles: [sharedAddress(user, other)] });
    return false;
  });
  return { fresh, left };
}

function isPresent({ state, ends }: User, today: Day): boolean {
  return state === 'active' && (ends === null || ends >= today);
}

function sharedAddress({ email }: User, other: string): Obstacle {
  return {
    why: 'shared-address',
    text: `The account is no longer in use, and ${other} has the same e-mail address, ${email}.`,
    next: 'Delete the account, or give it another address, in the directory; or leave it as it is, outside of Muster.',
  };
}

function whoseOf({ username, location }: Whose): Whose {
  return { username, location };
}

export function byUsername(a: Whose, b: Whose): number {
  const [one, other] = [fold(a.username), fold(b.username)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function differencesBetween(declared: User, found: User): readonly FieldDifference[] {
  const pairs: readonly (readonly [FieldDifference['field'], string | null, string | null])[] = [
    ['name.given', declared.name.given, found.name.given],
    ['name.family', declared.name.family, found.name.family],
    ['email', declared.email, found.email],
    ['phone', declared.phone, found.phone],
    ['institution', declared.institution, found.institution],
    ['state', declared.state, found.state],
    ['ends', declared.ends, found.ends],
  ];
  return pairs.flatMap(([field, ours, theirs]) => (ours === theirs ? [] : [{ field, declared: ours, found: theirs }]));
}
