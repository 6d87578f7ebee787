/** The forecast: who gains and loses access by dates alone, and what the limits say to it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forecast } from '../../src/core/forecast.ts';
import type { Forecast } from '../../src/core/outlook.ts';
import type { LedgerRow } from '../../src/core/ports.ts';
import type { OperatorBlock } from '../../src/model/model.ts';
import { indexModel, standing } from '../../src/model/standing.ts';
import { LIMITS } from '../support/gate-builder.ts';
import {
  block,
  institution,
  operatorBlock,
  repository,
  resolved,
  startsAt,
  user,
  type Valid,
} from '../support/model-builder.ts';

const NOW = startsAt('2026-12-20') + 3_600_000;
const DAY_MS = 24 * 3_600_000;

function modelOf(entries: readonly Valid[], operatorBlocks: readonly OperatorBlock[] = []) {
  const of = (kind: Valid['kind']) => entries.filter((one) => one.kind === kind);
  const files = {
    'institutions/all.yaml': of('institution'),
    'users/all.yaml': of('user'),
    'blocked-institutions.yaml': of('blocked-institution'),
    'blocked-users.yaml': of('blocked-user'),
  };
  return resolved(repository(files), { at: NOW, operatorBlocks }).model;
}

function row(key: string, more: Partial<LedgerRow> = {}): LedgerRow {
  const state = { enabled: true, attributes: {} };
  return { system: 'directory', key, handle: `guid of ${key}`, state, disabledFor: null, goneAt: null, ...more };
}

function shutOut(key: string, kind: string): LedgerRow {
  const cause = { kind, text: kind, origin: null, institutions: [] };
  return row(key, { state: { enabled: false, attributes: {} }, disabledFor: cause });
}

function look(entries: readonly Valid[], rows: readonly LedgerRow[] = [], orders: readonly OperatorBlock[] = []) {
  return forecast({ model: modelOf(entries, orders), at: NOW, days: 14, limits: LIMITS, rows });
}

/** `2026-12-25 -anna block`, `2027-01-01 +bo create+due`. */
function story({ days }: Forecast): readonly string[] {
  return days.flatMap(({ day, coming }) =>
    coming.map(({ gains, person, classes }) => `${day} ${gains ? '+' : '-'}${person.key} ${classes.join('+')}`),
  );
}

const CBS = institution('cbs');

describe('who is in it', () => {
  test('a last day takes effect on the day after it, a first day on its own', () => {
    const shown = look([CBS, user('anna', { ends: '2026-12-24' }), user('bo', { starts: '2027-01-01' })]);
    expect(story(shown)).toEqual(['2026-12-25 -anna due', '2027-01-01 +bo create+due']);
    const [first] = shown.days;
    expect(first?.at).toBe(startsAt('2026-12-25'));
    expect(first?.coming[0]?.why).toBe('the last day with access was 2026-12-24');
    expect(first?.coming[0]?.origin).toEqual({ file: 'users/all.yaml', line: 1 });
  });

  test('a block that begins, one that ends, and one of a whole institution', () => {
    const shown = look(
      [
        CBS,
        institution('dtu'),
        user('anna'),
        user('bo'),
        user('carl', { institution: 'dtu' }),
        block('blocked-user', 'anna', { from: '2026-12-22' }),
        block('blocked-user', 'bo', { from: '2026-12-01', until: '2026-12-22' }),
        block('blocked-institution', 'dtu', { from: '2026-12-24' }),
      ],
      [row('anna'), shutOut('bo', 'person-blocked'), row('carl')],
    );
    expect(story(shown)).toEqual(['2026-12-22 -anna block', '2026-12-23 +bo due', '2026-12-24 -carl block']);
    expect(shown.days[2]?.coming[0]?.cause.institutions).toEqual(['dtu']);
  });

  test("an operator's block that ends gives access back", () => {
    const order = operatorBlock('user', 'anna', NOW - DAY_MS, NOW + DAY_MS);
    expect(story(look([CBS, user('anna')], [shutOut('anna', 'operator-blocked')], [order]))).toEqual([
      '2026-12-21 +anna due',
    ]);
  });

  test('nobody whom the date changes nothing for', () => {
    const gone = row('gone', { goneAt: NOW });
    const byHand = row('hand', { state: { enabled: false, attributes: {} } });
    const shown = look(
      [
        CBS,
        user('closed', { state: 'closed', ends: '2026-12-24' }),
        user('past', { ends: '2026-12-01' }),
        user('far', { ends: '2027-06-30' }),
        user('hand', { ends: '2026-12-24' }),
        user('gone'),
      ],
      [byHand, gone],
    );
    expect(shown.days).toEqual([]);
  });

  test('a stay of some days comes and goes', () => {
    expect(story(look([CBS, user('anna', { starts: '2026-12-22', ends: '2026-12-23' })]))).toEqual([
      '2026-12-22 +anna create+due',
      '2026-12-24 -anna due',
    ]);
  });
});

describe('what the limits say', () => {
  const people = Array.from({ length: 20 }, (_, nth) => `p${String(nth).padStart(2, '0')}`);

  function leaving(count: number): Forecast {
    const entries = people.map((name, nth) => user(name, nth < count ? { ends: '2026-12-31' } : {}));
    return look(
      [CBS, ...entries],
      people.map((name) => row(name)),
    );
  }

  test('a day within them is over none', () => {
    expect(leaving(5).days[0]?.over).toEqual([]);
  });

  test('a day over one names the class and the figures, as the gate will', () => {
    expect(leaving(6).days[0]?.over).toEqual([
      { class: 'due', because: '6 people of 20 accounts; the limit of "due" is 20 %.' },
    ]);
  });
});

describe('over random worlds', () => {
  const DAYS = ['2026-12-19', '2026-12-20', '2026-12-21', '2026-12-24', '2027-01-02', '2027-01-03', '2027-01-20'];
  const anyDay = fc.option(fc.constantFrom(...DAYS), { freq: 2 });
  const anyUser = fc
    .record({
      name: fc.constantFrom('anna', 'bo', 'carl', 'dora'),
      institution: fc.constantFrom('cbs', 'dtu'),
      starts: anyDay,
      ends: anyDay,
    })
    .map(({ name, ...fields }) => user(name, fields));
  const anyBlock = fc
    .record({ target: fc.constantFrom('anna', 'bo', 'cbs', 'dtu'), from: fc.constantFrom(...DAYS), until: anyDay })
    .map(({ target, from, until }) => {
      const kind = target === 'cbs' || target === 'dtu' ? 'blocked-institution' : 'blocked-user';
      return block(kind, target, { from, ...(until === null ? {} : { until }) });
    });
  const unique = { selector: ({ kind, key }: Valid) => `${kind} ${key}` };
  const world = fc
    .tuple(fc.uniqueArray(anyUser, unique), fc.uniqueArray(anyBlock, { ...unique, maxLength: 4 }))
    .map(([users, blocks]) => [CBS, institution('dtu', 'cbs'), ...users, ...blocks]);

  test('it names exactly those whose standing differs between one day and the next', () => {
    fc.assert(
      fc.property(world, (entries) => {
        const model = modelOf(entries);
        const index = indexModel(model);
        const expected: string[] = [];
        for (let hour = 0; hour < 14 * 24; hour += 1) {
          const [before, after] = [NOW + hour * 3_600_000, NOW + (hour + 1) * 3_600_000];
          for (const key of [...model.users.keys()].sort()) {
            const could = standing(index, key, before).mayLogIn.allowed;
            const can = standing(index, key, after).mayLogIn.allowed;
            if (could !== can) expected.push(`${can ? '+' : '-'}${key}`);
          }
        }
        const { days } = forecast({ model, at: NOW, days: 14, limits: LIMITS, rows: [] });
        const named = days.flatMap(({ coming }) => coming.map((one) => `${one.gains ? '+' : '-'}${one.person.key}`));
        expect(named).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
