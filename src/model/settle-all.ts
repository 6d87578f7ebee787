/** Settling every identity of every kind, institutions first. */
import type { Diagnostic } from '../diagnostic.ts';
import { type AnyEntry, type Block, type Day, type Documents, KINDS, type Kind, type User } from './document.ts';
import { type FormerAddresses, formerAddresses, type ReuseObjection, reuseObjection } from './former-addresses.ts';
import type { Found } from './gather.ts';
import type { FoundAll } from './gather-all.ts';
import type { Loaded } from './loaded.ts';
import { eachAnew, eachResult, lastResult } from './reuse.ts';
import { blockRules, type InstitutionObjection, userRules } from './rules.ts';
import { confirmedTaskRules, serverRules } from './server-rules.ts';
import { holdingError, NONE, type Objection, type Rules, type Settled, settle } from './settle.ts';
import { settleInstitutions } from './settle-institutions.ts';
import { suggestFrom } from './suggestion.ts';
import type { BlockTime } from './vanished.ts';

export type BlockKind = 'blocked-institution' | 'blocked-user' | 'mail-block';

/** Identities of each kind in code-unit order; those that can't count in any way are left out. */
export type SettledAll = { readonly [K in Kind]: readonly Settled<Documents[K]>[] };

export type SettledBlocks = Pick<SettledAll, BlockKind>;

/** What work on hosted servers and tasks comes from. */
export type SettledWork = Pick<SettledAll, 'server' | 'confirmed-task'>;

export interface SettledPeople extends Pick<SettledAll, 'institution' | 'user'> {
  /** What is wrong across files with entries that have a mistake of their own, so that all problems come at once. */
  readonly besides: readonly Diagnostic[];
  /** Why nothing may refer to an institution. */
  readonly objectionTo: InstitutionObjection;
}

/**
 * Institutions and people, which no moment changes.
 * @param lasting whether it is asked again: a person about whom nothing is news is then not settled anew.
 */
export function peopleSettler(
  lasting: boolean,
): (loaded: Loaded, found: FoundAll, blocked: ReadonlySet<string>) => SettledPeople {
  const formerly = formerAddresses();
  const each = { keyOf: ({ key }: Found<User>) => key, factsOf, work: settleUser };
  const settleUsers = lasting ? eachResult(each) : eachAnew(each);
  const counting = lastResult((users: readonly (Settled<User> | null)[]) => users.filter((one) => one !== null));
  const surroundings = lastResult(
    (objectionTo: InstitutionObjection, former: FormerAddresses, countries: Loaded['phoneCountries']) => ({
      objectionTo,
      reusing: reuseObjection(former),
      countries,
    }),
  );
  let last: { readonly institutions: FoundAll['institution']; readonly objections: Objections } | null = null;
  return (loaded, found, blocked) => {
    const former = formerly(found.user, blocked);
    const { settled: institution, objectionTo } = settleInstitutions(found.institution);
    // As long as nobody has an objection, nobody can tell one look-up in the same institutions from another.
    const objections =
      last !== null && last.institutions === found.institution && !last.objections.raised()
        ? last.objections
        : objectionsOnce(objectionTo);
    last = { institutions: found.institution, objections };
    return {
      institution: [...institution.values()],
      user: counting(
        settleUsers([...found.user.values()], surroundings(objections.to, former, loaded.phoneCountries), TIMELESS),
      ),
      besides: loaded.trusted ? brokenReferences(loaded, objections.to) : NONE,
      objectionTo: objections.to,
    };
  };
}

interface Objections {
  readonly to: InstitutionObjection;
  /** Whether anybody has met one. */
  raised(): boolean;
}

/** Hundreds of thousands ask about a few institutions, all of which are settled by now. */
function objectionsOnce(objectionTo: InstitutionObjection): Objections {
  const known = { institution: new Map<string, Objection | null>(), partOf: new Map<string, Objection | null>() };
  let raised = false;
  return {
    raised: () => raised,
    to: (key, field) => {
      const before = known[field].get(key);
      if (before !== undefined) return before;
      const objection = objectionTo(key, field);
      known[field].set(key, objection);
      raised ||= objection !== null;
      return objection;
    },
  };
}

/** Settling people asks for no moment. */
const TIMELESS = 0;

/** `objection` is of the institution of one document, `reused` of its address; where there are several, every one is looked up. */
type UserFacts = readonly [
  found: Found<User>,
  objection: Objection | null,
  objectionTo: InstitutionObjection | null,
  reused: Objection | null,
  reusing: ReuseObjection | null,
  countries: Loaded['phoneCountries'],
];

interface UserSurroundings {
  readonly objectionTo: InstitutionObjection;
  readonly reusing: ReuseObjection;
  readonly countries: Loaded['phoneCountries'];
}

function factsOf(found: Found<User>, { objectionTo, reusing, countries }: UserSurroundings): UserFacts {
  const [one, another] = found.stated;
  if (one === undefined) return [found, null, null, null, null, countries];
  if (another !== undefined) return [found, null, objectionTo, null, reusing, countries];
  const reused = reusing(one.document, found.last?.document ?? null);
  return [found, objectionTo(one.document.institution, 'institution'), null, reused, null, countries];
}

function settleUser([found, objection, objectionTo, reused, reusing, countries]: UserFacts): Settled<User> | null {
  return settle(found, userRules(objectionTo ?? (() => objection), reusing ?? (() => reused), countries));
}

/** Blocks, some of which are judged by the moment. */
export function settleBlocks(found: FoundAll, time: BlockTime): SettledBlocks {
  const blocks = (kind: BlockKind) => {
    const targetField = targetFieldOf(kind);
    const targets: ReadonlyMap<string, unknown> = targetField === 'user' ? found.user : found.institution;
    const isKnown = (target: string) => targets.has(target);
    const rules = blockRules({ kind, targetField, isKnown, suggest: suggestFrom(targets), ...time });
    return settleEach<Block>(found[kind], rules);
  };
  return {
    'blocked-institution': blocks('blocked-institution'),
    'blocked-user': blocks('blocked-user'),
    'mail-block': blocks('mail-block'),
  };
}

/** Hosted servers and confirmed tasks: nothing in them is done before its day. */
export function settleWork(found: FoundAll, objectionTo: InstitutionObjection, today: Day): SettledWork {
  return {
    server: settleEach(found.server, serverRules(objectionTo, today)),
    'confirmed-task': settleEach(found['confirmed-task'], confirmedTaskRules(today)),
  };
}

function brokenReferences(loaded: Loaded, objectionTo: InstitutionObjection): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { path, broken } of loaded.files) {
    for (const { refersTo, line } of broken) {
      const objection = refersTo === undefined ? null : objectionTo(refersTo, 'institution');
      // What it leads to is said with the mistake beside it.
      if (objection !== null) found.push({ ...holdingError(objection, { file: path, line }), consequence: null });
    }
  }
  return found;
}

export function targetFieldOf(kind: BlockKind): 'user' | 'institution' {
  return kind === 'blocked-institution' ? 'institution' : 'user';
}

/** Those that `pick` takes, with their kind, as the memory knows them. */
export function pickEntries<K extends Kind>(
  settled: Pick<SettledAll, K>,
  pick: (one: Settled<Documents[K]>) => boolean,
): readonly AnyEntry[] {
  const picked: AnyEntry[] = [];
  for (const kind of KINDS) {
    if (!isAmong(kind, settled)) continue;
    // Kind and document of one list belong together by its type, which the compiler can't follow through a type parameter.
    for (const one of settled[kind]) if (pick(one)) picked.push({ kind, ...one.entry } as unknown as AnyEntry);
  }
  return picked;
}

function isAmong<K extends Kind>(kind: Kind, settled: Pick<SettledAll, K>): kind is K {
  return Object.hasOwn(settled, kind);
}

function settleEach<D>(findings: ReadonlyMap<string, Found<D>>, rules: Rules<D>): readonly Settled<D>[] {
  const settled: Settled<D>[] = [];
  for (const found of findings.values()) {
    const one = settle(found, rules);
    if (one !== null) settled.push(one);
  }
  return settled;
}
