/** Settling every identity of every kind, institutions first. */
import type { Diagnostic } from '../diagnostic.ts';
import type { AnyEntry, Block, Documents, Kind } from './document.ts';
import { type Findings, gather, hiddenIn } from './gather.ts';
import type { Loaded } from './loaded.ts';
import { blockRules, type InstitutionObjection, userRules } from './rules.ts';
import { holdingError, type Rules, type Settled, settle } from './settle.ts';
import { settleInstitutions } from './settle-institutions.ts';
import { suggestFrom } from './suggestion.ts';
import type { BlockTime } from './vanished.ts';

export type BlockKind = 'blocked-institution' | 'blocked-user' | 'mail-block';

export type SettledAll = { readonly [K in Kind]: ReadonlyMap<string, Settled<Documents[K]>> };

export interface Settlement {
  /** Identities of each kind in code-unit order; those that can't count in any way are left out. */
  readonly settled: SettledAll;
  /** What is wrong across files with entries that have a mistake of their own, so that all problems come at once. */
  readonly besides: readonly Diagnostic[];
}

export function settleAll(loaded: Loaded, remembered: readonly AnyEntry[], time: BlockTime): Settlement {
  const hidden = hiddenIn(loaded);
  const find = <K extends Kind>(kind: K): Findings<K> => gather(kind, loaded, hidden, remembered);
  const institutions = find('institution');
  const users = find('user');
  const { settled: institution, objectionTo } = settleInstitutions(institutions);
  const blocks = (kind: BlockKind) => {
    const targetField = targetFieldOf(kind);
    const targets: ReadonlyMap<string, unknown> = targetField === 'user' ? users : institutions;
    const isKnown = (target: string) => targets.has(target);
    const suggest = suggestFrom([...targets.keys()]);
    return settleEach<Block>(find(kind), blockRules({ kind, targetField, isKnown, suggest, ...time }));
  };
  const settled = {
    institution,
    user: settleEach(users, userRules(objectionTo)),
    'blocked-institution': blocks('blocked-institution'),
    'blocked-user': blocks('blocked-user'),
    'mail-block': blocks('mail-block'),
  };
  return { settled, besides: hidden.everything ? [] : brokenReferences(loaded, objectionTo) };
}

function brokenReferences(loaded: Loaded, objectionTo: InstitutionObjection): readonly Diagnostic[] {
  return loaded.files.flatMap(({ path, broken }) =>
    broken.flatMap(({ refersTo, line }): Diagnostic[] => {
      const objection = refersTo === undefined ? null : objectionTo(refersTo, 'institution');
      // What it leads to is said with the mistake beside it.
      return objection === null ? [] : [{ ...holdingError(objection, { file: path, line }), consequence: null }];
    }),
  );
}

export function targetFieldOf(kind: BlockKind): 'user' | 'institution' {
  return kind === 'blocked-institution' ? 'institution' : 'user';
}

/** Those that `pick` takes, with their kind, as the memory knows them. */
export function pickEntries(settled: SettledAll, pick: (one: Settled<unknown>) => boolean): readonly AnyEntry[] {
  const picked = <K extends Kind>(kind: K) => [...settled[kind].values()].filter(pick).map(({ entry }) => entry);
  return [
    ...picked('institution').map((entry): AnyEntry => ({ kind: 'institution', ...entry })),
    ...picked('user').map((entry): AnyEntry => ({ kind: 'user', ...entry })),
    ...picked('blocked-institution').map((entry): AnyEntry => ({ kind: 'blocked-institution', ...entry })),
    ...picked('blocked-user').map((entry): AnyEntry => ({ kind: 'blocked-user', ...entry })),
    ...picked('mail-block').map((entry): AnyEntry => ({ kind: 'mail-block', ...entry })),
  ];
}

function settleEach<D>(
  findings: ReadonlyMap<string, Parameters<typeof settle<D>>[0]>,
  rules: Rules<D>,
): ReadonlyMap<string, Settled<D>> {
  const settled = new Map<string, Settled<D>>();
  for (const [key, found] of findings) {
    const one = settle(found, rules);
    if (one !== null) settled.set(key, one);
  }
  return settled;
}
