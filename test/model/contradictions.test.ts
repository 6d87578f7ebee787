/** Y7: everything that speaks for and against a person, in every combination: what takes always wins. */
import { describe, expect, test } from 'vitest';
import { compareText } from '../../src/diagnostic.ts';
import type { OperatorBlock } from '../../src/model/model.ts';
import { indexModel, type ReasonKind, standing } from '../../src/model/standing.ts';
import {
  block,
  institution,
  operatorBlock,
  repository,
  resolved,
  startsAt,
  TODAY,
  user,
  type Valid,
} from '../support/model-builder.ts';

interface Option {
  readonly name: string;
  readonly takes: ReasonKind | null;
  readonly fields?: { readonly state?: 'closed'; readonly starts?: string; readonly ends?: string };
  readonly entry?: Valid;
  readonly order?: OperatorBlock;
}

const NOTHING: Option = { name: 'nothing', takes: null };
const PAST = startsAt('2026-05-01');

function blockOptions(kind: Parameters<typeof block>[0], target: string, takes: ReasonKind): readonly Option[] {
  const entry = (fields: Parameters<typeof block>[2]) => block(kind, target, fields);
  return [
    NOTHING,
    { name: `${kind} in force`, takes, entry: entry({ from: '2026-06-15' }) },
    { name: `${kind} on its last day`, takes, entry: entry({ from: '2026-01-01', until: '2026-06-15' }) },
    { name: `${kind} to come`, takes: null, entry: entry({ from: '2026-06-16' }) },
    { name: `${kind} over`, takes: null, entry: entry({ from: '2026-01-01', until: '2026-06-14' }) },
    { name: `${kind} lifted today`, takes: null, entry: entry({ from: '2026-01-01', lifted: '2026-06-15' }) },
  ];
}

const DIMENSIONS: Readonly<Record<string, readonly Option[]>> = {
  state: [NOTHING, { name: 'closed', takes: 'closed', fields: { state: 'closed' } }],
  starts: [
    NOTHING,
    { name: 'starts today', takes: null, fields: { starts: '2026-06-15' } },
    { name: 'starts tomorrow', takes: 'not-started', fields: { starts: '2026-06-16' } },
  ],
  ends: [
    NOTHING,
    { name: 'ends today', takes: null, fields: { ends: '2026-06-15' } },
    { name: 'ended yesterday', takes: 'ended', fields: { ends: '2026-06-14' } },
  ],
  person: blockOptions('blocked-user', 'anna', 'person-blocked'),
  institution: blockOptions('blocked-institution', 'low', 'institution-blocked'),
  parent: blockOptions('blocked-institution', 'top', 'institution-blocked'),
  mail: blockOptions('mail-block', 'anna', 'mail-blocked'),
  operator: [
    NOTHING,
    { name: 'operator, person', takes: 'operator-blocked', order: operatorBlock('user', 'anna', PAST) },
    { name: 'operator, institution', takes: 'operator-blocked', order: operatorBlock('institution', 'top', PAST) },
    { name: 'operator, over', takes: null, order: operatorBlock('user', 'anna', PAST, TODAY) },
    { name: 'operator, for another', takes: null, order: operatorBlock('user', 'bo', PAST) },
  ],
};

/** What the standing must be, worked out from the table alone. */
function expected(options: readonly Option[]): string {
  const kinds = new Set(options.flatMap(({ takes }) => (takes === null ? [] : [takes])));
  const access = [...kinds].filter((kind) => kind !== 'mail-blocked');
  return JSON.stringify({
    login: access.toSorted(compareText),
    mail: [...kinds].toSorted(compareText),
    token: access.toSorted(compareText),
  });
}

function actual(options: readonly Option[]): string {
  const fields = Object.assign({ institution: 'low' }, ...options.map((option) => option.fields ?? {}));
  const entries = options.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  const list = (kind: Valid['kind']) => entries.filter((entry) => entry.kind === kind);
  const loaded = repository({
    'institutions/a.yaml': [institution('top'), institution('low', 'top')],
    'users/a.yaml': [user('anna', fields)],
    'blocked-users.yaml': list('blocked-user'),
    'blocked-institutions.yaml': list('blocked-institution'),
    'mail-blocks.yaml': list('mail-block'),
  });
  const operatorBlocks = options.flatMap(({ order }) => (order === undefined ? [] : [order]));
  const { mayLogIn, maySendMail, token } = standing(
    indexModel(resolved(loaded, { operatorBlocks }).model),
    'anna',
    TODAY,
  );
  for (const verdict of [mayLogIn, maySendMail, token]) {
    if (verdict.allowed !== (verdict.reasons.length === 0)) return 'allowed and reasons disagree';
  }
  const kinds = (verdict: typeof token) => [...new Set(verdict.reasons.map(({ kind }) => kind))].sort(compareText);
  return JSON.stringify({ login: kinds(mayLogIn), mail: kinds(maySendMail), token: kinds(token) });
}

/** Every way to choose one option from each. */
function combinations(dimensions: readonly (readonly Option[])[]): readonly (readonly Option[])[] {
  return dimensions.reduce<readonly (readonly Option[])[]>(
    (chosen, options) => chosen.flatMap((before) => options.map((option) => [...before, option])),
    [[]],
  );
}

const names = Object.keys(DIMENSIONS);
const pairs = names.flatMap((a, nth) => names.slice(nth + 1).map((b) => [a, b] as const));

describe('Y7: what takes wins over what gives', () => {
  test.each(pairs)('every %s with every %s', (a, b) => {
    const differing = combinations([DIMENSIONS[a] ?? [], DIMENSIONS[b] ?? []]).filter(
      (options) => actual(options) !== expected(options),
    );
    expect(differing.map((options) => options.map(({ name }) => name).join(' + '))).toEqual([]);
  });

  test('any block at all, with everything that speaks for the person', () => {
    const blocks = ['person', 'institution', 'parent', 'operator'].flatMap((name) => DIMENSIONS[name] ?? []);
    for (const option of blocks.filter(({ takes }) => takes !== null)) {
      expect(
        actual([
          option,
          { name: 'active, within days', takes: null, fields: { starts: '2026-01-01', ends: '2030-12-31' } },
        ]),
      ).not.toContain('"login":[]');
    }
  });

  test('all combinations of three dimensions that block', () => {
    const three = combinations([DIMENSIONS.person ?? [], DIMENSIONS.parent ?? [], DIMENSIONS.operator ?? []]);
    expect(three.filter((options) => actual(options) !== expected(options))).toEqual([]);
  });
});
