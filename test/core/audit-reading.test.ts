/** Rows of the audit chain with parts of their event gone: named by the proof, and in the way of no reader. */
import { describe, expect, test } from 'vitest';
import { EMPTY_CHAIN, type StoredRow } from '../../src/core/audit.ts';
import { proveRows } from '../../src/core/audit-proof.ts';
import { readRow } from '../../src/core/audit-reading.ts';
import { happeningOf } from '../../src/core/happening.ts';
import { peopleEvents } from '../../src/notify/people-events.ts';
import { auditPage } from '../../src/views/audit.ts';
import { csvRow, jsonLine } from '../../src/views/audit-export.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { forgedRow, IN_OTHER_FORMS, LEFT_OUT } from '../support/audit-damage.ts';
import { chainOf, SAMPLE_EVENTS } from '../support/audit-samples.ts';

const CHAIN = chainOf(SAMPLE_EVENTS);
const AUTHENTICATORS = new Map([['directory', new Set(['mobile'])]]);

/** What every reader makes of a row that can be read. */
function shown(stored: StoredRow): readonly string[] {
  const row = readRow(stored);
  if (row === null) return [];
  return [
    pageAsText(auditPage([row], { timeZone: 'Europe/Copenhagen', more: false }), plainStyle),
    csvRow(stored),
    jsonLine(stored, EMPTY_CHAIN.hash),
    JSON.stringify(happeningOf(row)),
    JSON.stringify(peopleEvents([row], AUTHENTICATORS)),
  ];
}

/** Words that a text shows where a field was asked for that is not there. */
const HOLES = /undefined|NaN|\[object|Invalid Date/;

test('every row that Muster writes can be read', () => {
  for (const row of CHAIN) expect(readRow(row)).toMatchObject({ seq: row.seq, event: JSON.parse(row.eventJson) });
});

describe('a row with a field left out', () => {
  test('the table has every kind of event, and its fields within fields', () => {
    const names = LEFT_OUT.map(({ name }) => name);
    expect(new Set(names.map((name) => name.split(' ')[0]))).toEqual(new Set(SAMPLE_EVENTS.map(({ kind }) => kind)));
    for (const part of ['change 0: person.label', 'change 0: outcome.status', 'order 6: block.target'])
      expect(names).toContain(`${part} left out`);
    expect(names.length).toBeGreaterThan(200);
  });

  test('K4: is named by the proof, and read by nobody, exactly where it says less than it must', () => {
    const judged = LEFT_OUT.map(({ name, event }) => {
      const row = forgedRow(EMPTY_CHAIN, event);
      const what = proveRows(EMPTY_CHAIN, [row]).fault?.what ?? '';
      return { name, named: what.includes('Muster writes no such row'), read: readRow(row) !== null };
    });
    expect(judged).toEqual(LEFT_OUT.map(({ name, spoils }) => ({ name, named: spoils, read: !spoils })));
  });

  test('K4: the proof says which', () => {
    const damage = LEFT_OUT.find(({ name }) => name === 'change 0: person.label left out');
    const row = forgedRow(EMPTY_CHAIN, damage?.event ?? (SAMPLE_EVENTS[0] as never));
    expect(proveRows(EMPTY_CHAIN, [row]).fault?.what).toBe(
      'its seal is right, but Muster writes no such row: "person.label" is missing, or not what stands there otherwise.',
    );
  });
});

test('K4: no field that is left out or in another form breaks a reader', () => {
  const broken = [...LEFT_OUT, ...IN_OTHER_FORMS].flatMap(({ name, event }) => {
    try {
      const holes = shown(forgedRow(EMPTY_CHAIN, event)).filter((text) => HOLES.test(text));
      return holes.map((text) => `${name}: ${text}`);
    } catch (error) {
      return [`${name}: ${String(error)}`];
    }
  });
  expect(IN_OTHER_FORMS.length).toBeGreaterThan(2_000);
  expect(broken).toEqual([]);
});

test.each([
  ['of a kind that there is not', { kind: 'wish' }],
  ['of the kind of something that every object has', { kind: 'toString' }],
  ['whose text is no JSON', { eventJson: '{cut' }],
  ['whose text is null', { eventJson: 'null' }],
  ['of a moment that is none', { at: 9e15 }],
])('K4: a row %s can’t be read', (_what, more) => {
  const [row] = CHAIN;
  expect(row).toBeDefined();
  if (row !== undefined) expect(readRow({ ...row, ...more })).toBeNull();
});
