/** The approval policy as a table: every combination of who wrote, who approved, what it does, where it stands, and what is asked. */
import { describe, expect, test } from 'vitest';
import { judge } from '../../../src/core/approval/judging.ts';
import type { Done, Policy, RangeCommit, Rule } from '../../../src/core/approval/policy.ts';
import { DEEDS, type Deed } from '../../../src/model/step-item.ts';

const PEOPLE = ['Rita', 'Otto', 'Carla'];
const FILE = 'users/cbs/ajensen.yaml';
const ONE: readonly Deed[] = ['adds-block', 'closes', 'shortens'];

function policy(...rules: readonly Partial<Rule>[]): Policy {
  const complete = rules.map((rule) => ({ does: null, paths: null, people: 2, of: null, ...rule }));
  return { people: PEOPLE, rules: complete };
}

function commit(
  authors: readonly string[],
  approvers: readonly string[],
  more: Partial<RangeCommit> = {},
): RangeCommit {
  return { id: 'c1'.padEnd(40, '0'), paths: [FILE], authors, approvers, problem: null, ...more };
}

function item(does: Deed, effect: Done['effect'] = 'neither', paths: readonly string[] = [FILE]): Done {
  return { does, effect, gaining: [], paths, text: `somebody ${does}` };
}

function allows(asked: Policy, commits: readonly RangeCommit[], items: readonly Done[], changed = [FILE]): boolean {
  return judge(asked, { commits, changed }, items).approved;
}

/** Every subset. */
function subsets<T>(all: readonly T[]): readonly (readonly T[])[] {
  let some: readonly (readonly T[])[] = [[]];
  for (const one of all) some = [...some, ...some.map((set) => [...set, one])];
  return some;
}

/** What the policy says in one sentence, worked out the long way: so many people, the author among them, nobody twice. */
function expected(rule: Rule, authors: readonly string[], approvers: readonly string[]): boolean {
  const counts = (name: string) => PEOPLE.includes(name) && (rule.of === null || rule.of.includes(name));
  if (rule.people === 1) return [...authors, ...approvers].some(counts);
  const others = new Set(approvers.filter((name) => !authors.includes(name) && counts(name)));
  return others.size >= rule.people - 1;
}

describe('S3: every combination of author, approver, what is done and where', () => {
  const authorSets = subsets(PEOPLE).filter((set) => set.length > 0);
  const approverSets = subsets([...PEOPLE, 'Mallory']);
  const effects = ['gives', 'takes', 'neither'] as const;

  test('without rules of its own, taking access by a block or a closing needs one person, and all else two', () => {
    let combinations = 0;
    for (const does of DEEDS) {
      for (const effect of effects) {
        const people = ONE.includes(does) && effect !== 'gives' ? 1 : 2;
        for (const authors of authorSets) {
          for (const approvers of approverSets) {
            const rule = { does: null, paths: null, people, of: null };
            const is = allows(policy(), [commit(authors, approvers)], [item(does, effect)]);
            expect({ does, effect, authors, approvers, is }).toEqual({
              ...{ does, effect, authors, approvers },
              is: expected(rule, authors, approvers),
            });
            combinations += 1;
          }
        }
      }
    }
    expect(combinations).toBe(DEEDS.length * effects.length * authorSets.length * approverSets.length);
  });

  test('a rule says how many and who, for what it is for and where it is for', () => {
    for (const people of [1, 2, 3]) {
      for (const of of [null, ...subsets(PEOPLE).filter((set) => set.length >= Math.max(1, people - 1))]) {
        for (const does of [null, ['creates'], ['closes']] as const) {
          for (const paths of [null, ['users/'], [FILE], ['institutions/'], ['users/cbs']] as const) {
            const rule = { does, paths, people, of };
            const hits =
              (does?.some((one) => one === 'creates') ?? true) &&
              (paths === null || ['users/', FILE].includes(paths[0]));
            const asked = hits ? rule : { ...rule, people: 2, of: null };
            for (const authors of authorSets) {
              for (const approvers of approverSets) {
                const is = allows(policy(rule), [commit(authors, approvers)], [item('creates', 'gives')]);
                expect({ rule, authors, approvers, is }).toEqual({
                  ...{ rule, authors, approvers },
                  is: expected(asked, authors, approvers),
                });
              }
            }
          }
        }
      }
    }
  });

  test('a commit for which nobody on the list answers is refused, whatever it does and whoever approved it', () => {
    for (const does of DEEDS) {
      const nobody = commit([], PEOPLE, { problem: 'it is not signed.' });
      const verdict = judge(policy({ people: 1 }), { commits: [nobody], changed: [FILE] }, [item(does)]);
      const missing = [{ commit: nobody.id, text: 'Commit c100000000: it is not signed.', of: [] }];
      expect(verdict).toEqual({ approved: false, missing, answered: false });
    }
  });
});

describe('a range of several commits', () => {
  const lift = item('lifts-block', 'gives', ['blocked-users.yaml']);
  const block = item('adds-block', 'takes', ['blocked-institutions.yaml']);
  const at = (id: string, path: string, authors: readonly string[], approvers: readonly string[]) =>
    commit(authors, approvers, { id: id.padEnd(40, '0'), paths: [path] });
  const changed = ['blocked-users.yaml', 'blocked-institutions.yaml'];

  test('is judged commit by commit: what needs nobody else does not need it for standing beside what does', () => {
    const commits = [
      at('a', 'blocked-users.yaml', ['Rita'], ['Otto']),
      at('b', 'blocked-institutions.yaml', ['Rita'], []),
    ];
    expect(allows(policy(), commits, [lift, block], changed)).toBe(true);
  });

  test('has each commit approved by somebody else, also where two wrote and each approved the other', () => {
    const commits = [
      at('a', 'blocked-users.yaml', ['Rita'], ['Otto']),
      at('b', 'blocked-users.yaml', ['Otto'], ['Rita']),
    ];
    expect(allows(policy(), commits, [lift], ['blocked-users.yaml'])).toBe(true);
  });

  test('is not approved by an approval of an earlier commit to the same file', () => {
    const commits = [at('a', 'blocked-users.yaml', ['Rita'], ['Otto']), at('b', 'blocked-users.yaml', ['Rita'], [])];
    const verdict = judge(policy(), { commits, changed: ['blocked-users.yaml'] }, [lift]);
    expect(verdict).toEqual({
      approved: false,
      answered: true,
      missing: [
        {
          commit: 'b'.padEnd(40, '0'),
          text: 'Commit b000000000 by Rita needs the approval of 1 more of the people on the list, not by Rita: somebody lifts-block.',
          of: ['Otto', 'Carla'],
        },
      ],
    });
  });

  test('has everybody behind a file that changed without any commit having decided it, as by a merge', () => {
    const merge = at('m', 'unrelated.yaml', ['Otto'], []);
    const commits = [at('a', 'blocked-institutions.yaml', ['Rita'], ['Otto']), { ...merge, paths: [] }];
    expect(allows(policy(), commits, [lift], ['blocked-users.yaml'])).toBe(false);
    const approved = commits.map((one) => ({ ...one, approvers: ['Carla'] }));
    expect(allows(policy(), approved, [lift], ['blocked-users.yaml'])).toBe(true);
  });

  test('has everybody behind what comes from nobody knows where', () => {
    const commits = [at('a', 'x.yaml', ['Rita'], ['Otto']), at('b', 'y.yaml', ['Otto'], [])];
    expect(allows(policy(), commits, [{ ...lift, paths: [] }], ['x.yaml', 'y.yaml'])).toBe(false);
  });

  const changesPhone = item('changes-phone', 'neither', ['users/dlund.yaml']);

  test('S3: has behind everything whoever touched a file that is as it was in the end: what was written there may have been moved on', () => {
    const moved = (id: string, authors: readonly string[], approvers: readonly string[]) =>
      commit(authors, approvers, { id: id.padEnd(40, '0'), paths: ['users/dlund.yaml', 'users/x.yaml'] });
    const detour = (approvers: readonly string[]) => [
      moved('a', ['Rita'], ['Otto']),
      at('b', 'users/x.yaml', ['Rita'], approvers),
      moved('c', ['Rita'], ['Otto']),
    ];
    expect(allows(policy(), detour([]), [changesPhone], ['users/dlund.yaml'])).toBe(false);
    expect(allows(policy(), detour(['Otto']), [changesPhone], ['users/dlund.yaml'])).toBe(true);
  });

  test('S3: has behind everything whoever touched a file that another commit touched as well, also where that is of no item', () => {
    const closes = item('closes', 'takes', ['users/list.yaml']);
    const detour = (approvers: readonly string[]) => [
      at('a', 'users/dlund.yaml', ['Rita'], ['Otto']),
      at('b', 'users/list.yaml', ['Rita'], approvers),
      at('c', 'users/list.yaml', ['Rita'], ['Otto']),
      at('d', 'users/dlund.yaml', ['Rita'], ['Otto']),
    ];
    const ends = ['users/dlund.yaml', 'users/list.yaml'];
    expect(allows(policy(), detour([]), [changesPhone, closes], ends)).toBe(false);
    expect(allows(policy(), detour(['Otto']), [changesPhone, closes], ends)).toBe(true);
  });

  test('without any commit is refused', () => {
    expect(judge(policy(), { commits: [], changed: [] }, [])).toEqual({
      approved: false,
      answered: false,
      missing: [{ commit: null, text: 'No commit tells who brought it.', of: [] }],
    });
  });
});

describe('what no item speaks of', () => {
  test('needs two people, or what the rules of its path say', () => {
    const alone = commit(['Rita'], [], { paths: ['README.md'] });
    expect(allows(policy(), [alone], [], ['README.md'])).toBe(false);
    expect(allows(policy({ paths: ['README.md'], people: 1 }), [alone], [], ['README.md'])).toBe(true);
    expect(allows(policy({ paths: ['README.md'], people: 1 }), [alone], [], ['muster.yaml'])).toBe(false);
  });
});

test('a block or a closing by which somebody gets access all the same needs two', () => {
  const odd = { ...item('closes', 'takes'), gaining: ['bmadsen'] };
  expect(allows(policy(), [commit(['Rita'], [])], [odd])).toBe(false);
  expect(allows(policy(), [commit(['Rita'], ['Otto'])], [odd])).toBe(true);
});

describe('several rules for one item', () => {
  test('must all allow it', () => {
    const rules = [
      { does: ['creates'] as const, people: 1 },
      { paths: ['users/cbs/'], people: 2, of: ['Carla'] },
    ];
    expect(allows(policy(...rules), [commit(['Rita'], [])], [item('creates', 'gives')])).toBe(false);
    expect(allows(policy(...rules), [commit(['Rita'], ['Otto'])], [item('creates', 'gives')])).toBe(false);
    expect(allows(policy(...rules), [commit(['Rita'], ['Carla'])], [item('creates', 'gives')])).toBe(true);
  });
});

test('who answers for an approved revision is everybody who wrote and everybody who approved, each once', () => {
  const commits = [commit(['Rita'], ['Otto']), commit(['Otto', 'Rita'], ['Carla'], { id: 'd'.repeat(40) })];
  expect(judge(policy(), { commits, changed: [FILE] }, [item('creates')])).toEqual({
    approved: true,
    signedBy: ['Otto', 'Rita'],
    approvedBy: ['Carla', 'Otto'],
  });
});

test('whoever wrote a commit and says that they approve it has not approved it', () => {
  const commits = [commit(['Rita'], ['Rita', 'Otto']), commit(['Rita'], ['Rita'], { id: 'd'.repeat(40) })];
  expect(judge(policy({ people: 1 }), { commits, changed: [FILE] }, [item('creates')])).toMatchObject({
    signedBy: ['Rita'],
    approvedBy: ['Otto'],
  });
});

test('it names who could still answer: whom the rule asks for, and neither who wrote nor who approved', () => {
  const commits = [commit(['Rita'], ['Otto'])];
  const verdict = judge(policy({ people: 3, of: ['Rita', 'Otto', 'Carla'] }), { commits, changed: [FILE] }, [
    item('creates'),
  ]);
  expect(verdict.approved ? [] : verdict.missing.map(({ of }) => of)).toEqual([['Carla']]);
});
