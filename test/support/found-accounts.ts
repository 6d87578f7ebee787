/** Accounts as a directory of many years has them: names of every sort, and everything that keeps an account from being an entry. */

/** What an import makes of an account. */
export type Fate =
  // An entry, and taking it over changes nothing.
  | 'entry'
  | 'closed'
  // An entry, and taking it over would change the account.
  | 'aside'
  | 'left';

export interface FoundAccount {
  readonly username: string;
  /** Value of the CN. */
  readonly name: string;
  readonly disabled: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly fate: Fate;
}

export const UNIVERSITY = 'Northlake University';

/** A common domain's accountExpires at the end of a day in Copenhagen: 2031-01-01T00:00+01:00 and 2020-01-01T00:00+01:00. */
const NEXT_DECADE = ticks('2030-12-31T23:00:00Z');
const LAST_DECADE = ticks('2019-12-31T23:00:00Z');
const WITHIN_A_DAY = ticks('2030-06-15T10:30:00Z');
const LETTERS = 64;

interface Sort {
  readonly fate: Fate;
  readonly name?: (n: string) => string;
  readonly disabled?: true;
  readonly username?: (n: string) => string;
  /** Null: the account has none; # stands for the account's own number. */
  readonly attributes?: Readonly<Record<string, string | null>>;
}

/** One after the other, over and over. */
const SORTS: readonly Sort[] = [
  { fate: 'entry' },
  { fate: 'entry', attributes: names('Søren Åge', 'Ærøskøbing') },
  { fate: 'entry', name: (n) => `Jensen, Anna ${n}` },
  { fate: 'entry', name: (n) => ` "Quoted" \\ #${n}=x;<y>+ ` },
  { fate: 'entry', attributes: names('O’Malley-Ní', "D'Arcy. Jr.") },
  { fate: 'entry', attributes: names('G'.repeat(LETTERS), 'F'.repeat(LETTERS)) },
  { fate: 'entry', attributes: names('Same', 'Name') },
  { fate: 'entry', attributes: { accountExpires: NEXT_DECADE } },
  { fate: 'entry', username: (n) => `a.b-c_${n}` },
  { fate: 'closed', disabled: true },
  { fate: 'closed', disabled: true, attributes: { accountExpires: LAST_DECADE } },
  { fate: 'aside', attributes: { accountExpires: LAST_DECADE } },
  { fate: 'aside', attributes: { accountExpires: WITHIN_A_DAY } },
  { fate: 'aside', attributes: { givenName: ' Anna' } },
  { fate: 'aside', attributes: { displayName: 'Jensen, Anna (Physics)' } },
  { fate: 'left', attributes: { mail: null } },
  { fate: 'left', attributes: { mobile: null } },
  { fate: 'left', attributes: { mobile: '20 12 34 56' } },
  { fate: 'left', attributes: { company: null } },
  { fate: 'left', attributes: { company: 'Nobody knows Ltd.' } },
  { fate: 'left', attributes: names('Anna "Annie", née', 'Jensen') },
  { fate: 'left', attributes: { givenName: null, sn: null } },
  { fate: 'left', attributes: { adminCount: '1' } },
  { fate: 'left', attributes: { servicePrincipalName: 'HTTP/www#.example.org' } },
  { fate: 'left', attributes: { adminDescription: 'made by another tool' } },
  { fate: 'left', username: (n) => `way-too-long-a-username-${n}` },
];

export const SORTS_OF_ACCOUNTS = SORTS.length;

/** So many accounts, of all sorts in turn. */
export function foundAccounts(count: number): readonly FoundAccount[] {
  return Array.from({ length: count }, (_, index) => {
    const sort = SORTS[index % SORTS.length] ?? { fate: 'entry' };
    const n = String(index).padStart(5, '0');
    const username = sort.username?.(n) ?? `p${n}`;
    const { givenName = 'Anna', sn = 'Jensen', ...others } = sort.attributes ?? {};
    const values: Record<string, string | null> = {
      givenName,
      sn,
      displayName: `${(givenName ?? '').trim()} ${sn ?? ''}`.trim() || username,
      mail: `p${n}@northlake.example.org`,
      mobile: `+45 20 1${n.slice(0, 1)} ${n.slice(1, 3)} ${n.slice(3)}`,
      company: UNIVERSITY,
      ...others,
    };
    const attributes = Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, value.replace('#', n)]])),
    );
    return {
      username,
      name: sort.name?.(n) ?? username,
      disabled: sort.disabled === true,
      attributes,
      fate: sort.fate,
    };
  });
}

function names(given: string, family: string) {
  return { givenName: given, sn: family };
}

/** MS-ADA1: 100 ns intervals since 1601 UTC. */
function ticks(iso: string): string {
  return String((BigInt(Date.parse(iso)) + 11_644_473_600_000n) * 10_000n);
}
