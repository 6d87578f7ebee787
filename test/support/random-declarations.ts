/** Random repositories for properties: what each revision declares, as files, and who may log in by what was declared so far. */
import fc from 'fast-check';
import type { Files } from './desired-state.ts';

export const NAMES = ['anna', 'berit', 'carl', 'dora', 'emil'] as const;
export const INSTITUTIONS = ['cbs', 'dtu'] as const;
export type Name = (typeof NAMES)[number];

/** Days around the middle of June 2026: one that has gone by, one that has not come; `none`. */
const DAYS = ['2026-05-01', '2026-08-01', 'none'] as const;

export interface Declared {
  readonly given: string;
  readonly phone: string;
  readonly institution: (typeof INSTITUTIONS)[number];
  readonly state: 'active' | 'closed';
  readonly starts: (typeof DAYS)[number];
  readonly ends: (typeof DAYS)[number];
}

export type BlockState = 'blocked' | 'lifted';

/** One revision; what is missing in a map is not written down in it. */
export interface Revision {
  readonly people: ReadonlyMap<Name, Declared>;
  readonly blockedUsers: ReadonlyMap<Name, BlockState>;
  readonly blockedInstitutions: ReadonlyMap<string, BlockState>;
}

const declared: fc.Arbitrary<Declared> = fc
  .record({
    given: fc.constantFrom('Anna', 'Ida'),
    phone: fc.constantFrom('+45 26 11 11 11', '+45 26 22 22 22'),
    institution: fc.constantFrom(...INSTITUTIONS),
    state: fc.constantFrom('active' as const, 'active' as const, 'active' as const, 'closed' as const),
    starts: fc.constantFrom('none' as const, 'none' as const, ...DAYS),
    ends: fc.constantFrom('none' as const, 'none' as const, ...DAYS),
  })
  // An end before the beginning is a mistake, which only holds the entry.
  .map((one) => (one.starts === '2026-08-01' && one.ends === '2026-05-01' ? { ...one, ends: 'none' } : one));

function someOf<K extends string, V>(keys: readonly K[], value: fc.Arbitrary<V>): fc.Arbitrary<ReadonlyMap<K, V>> {
  return fc
    .tuple(...keys.map((key) => fc.option(value.map((one) => [key, one] as const))))
    .map((entries) => new Map(entries.filter((entry) => entry !== null)));
}

const blockState = fc.constantFrom<BlockState>('blocked', 'blocked', 'lifted');

export const anyRevision: fc.Arbitrary<Revision> = fc.record({
  people: someOf(NAMES, declared),
  blockedUsers: someOf(NAMES.slice(0, 3), blockState),
  blockedInstitutions: someOf(INSTITUTIONS, blockState),
});

/** Files of the revision; those that an earlier one had and this has not are empty lists. */
export function filesOf({ people, blockedUsers, blockedInstitutions }: Revision): Files {
  const institutions = INSTITUTIONS.map(
    (id) => `- id: ${id}\n  name: ${id.toUpperCase()}\n  contacts: [it@${id}.example.net]\n`,
  );
  return {
    'institutions/all.yaml': institutions.join(''),
    'users/all.yaml': listOf([...people].map(([name, one]) => personText(name, one))),
    'blocked-users.yaml': listOf([...blockedUsers].map(([target, state]) => blockText('user', target, state))),
    'blocked-institutions.yaml': listOf(
      [...blockedInstitutions].map(([target, state]) => blockText('institution', target, state)),
    ),
  };
}

function listOf(entries: readonly string[]): string {
  return entries.length === 0 ? '[]\n' : entries.join('');
}

function personText(name: Name, { given, phone, institution, state, starts, ends }: Declared): string {
  return `- username: ${name}
  name: { given: ${given}, family: Jensen }
  email: ${name}@example.org
  phone: ${phone}
  institution: ${institution}
  state: ${state}
  starts: ${starts}
  ends: ${ends}
`;
}

function blockText(kind: 'user' | 'institution', target: string, state: BlockState): string {
  const lifted = state === 'lifted' ? '  lifted: 2026-06-02\n' : '';
  return `- ${kind}: ${target}\n  reason: A test\n  from: 2026-06-01\n${lifted}`;
}

/** Everything that was ever declared: nothing that left a file is forgotten, and what was lifted stays so. */
export class Remembered {
  readonly people = new Map<Name, Declared>();
  readonly blockedUsers = new Map<string, BlockState>();
  readonly blockedInstitutions = new Map<string, BlockState>();
  #now: Revision | null = null;

  take(revision: Revision): void {
    for (const [name, one] of revision.people) this.people.set(name, one);
    // A block of somebody whom nobody knows yet is a mistake, and counts for nothing.
    const known = [...revision.blockedUsers].filter(([target]) => this.people.has(target));
    takeBlocks(this.blockedUsers, new Map(known));
    takeBlocks(this.blockedInstitutions, revision.blockedInstitutions);
    this.#now = revision;
  }

  /** Whether they may log in by the last good documents. */
  mayLogIn(name: Name): boolean {
    const one = this.people.get(name);
    if (one === undefined || one.state === 'closed') return false;
    if (one.starts === '2026-08-01' || one.ends === '2026-05-01') return false;
    return this.blockedUsers.get(name) !== 'blocked' && this.blockedInstitutions.get(one.institution) !== 'blocked';
  }

  isDeclared(name: Name): boolean {
    return this.#now?.people.has(name) ?? false;
  }
}

function takeBlocks(known: Map<string, BlockState>, now: ReadonlyMap<string, BlockState>): void {
  for (const [target, state] of now) if (known.get(target) !== 'lifted') known.set(target, state);
}
