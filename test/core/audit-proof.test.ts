import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { EMPTY_CHAIN, nextRow, type StoredRow, seal } from '../../src/core/audit.ts';
import { compareKept, type Fault, proveRows } from '../../src/core/audit-proof.ts';
import { canonicalJson } from '../../src/core/change.ts';
import { jsonLine } from '../../src/views/audit-export.ts';
import { NOON } from '../contracts/store-samples.ts';
import { chainOf, SAMPLE_EVENTS } from '../support/audit-samples.ts';

const CHAIN = chainOf(SAMPLE_EVENTS);
const LAST = CHAIN.length;
const sealAt = (rows: readonly StoredRow[], seq: number) => rows.find((row) => row.seq === seq)?.hash ?? null;

/** As `audit verify` judges it: the rows first, then what was kept elsewhere after the last of them. */
function faultIn(rows: readonly StoredRow[]): Fault | null {
  const { head, fault } = proveRows(EMPTY_CHAIN, rows);
  const kept = { seq: LAST, hash: sealAt(CHAIN, LAST) ?? '', at: NOON };
  return fault ?? compareKept(head, kept, sealAt(rows, LAST));
}

/** Rows in the order of their numbers, as the store gives them. */
const numbered = (rows: readonly StoredRow[]) => rows.map((row, place) => ({ ...row, seq: place + 1 }));

describe('the proof of the chain', () => {
  test('finds nothing wrong with what was sealed, whole or in portions', () => {
    expect(faultIn(CHAIN)).toBeNull();
    const half = proveRows(EMPTY_CHAIN, CHAIN.slice(0, 5));
    expect(half).toEqual({ head: { seq: 5, hash: sealAt(CHAIN, 5) }, fault: null });
    expect(proveRows(half.head, CHAIN.slice(5)).head.seq).toBe(LAST);
  });

  test('K4: names the row in which any one byte of its event was changed', () => {
    let tried = 0;
    for (const [place, row] of CHAIN.entries()) {
      const bytes = Buffer.from(row.eventJson);
      for (let at = 0; at < bytes.length; at += 1) {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ 1;
        const changed = CHAIN.with(place, { ...row, eventJson: other.toString('latin1') });
        if (faultIn(changed)?.seq !== row.seq) expect({ row: row.seq, at }).toBe('named');
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(1_000 * 4);
  });

  test('K4: names the row in which any column was changed', () => {
    for (const [place, row] of CHAIN.entries()) {
      const flipped = row.hash.startsWith('0') ? `1${row.hash.slice(1)}` : `0${row.hash.slice(1)}`;
      const forged: readonly Partial<StoredRow>[] = [
        { at: row.at + 1 },
        { kind: row.kind === 'run' ? 'act' : 'run' },
        { runId: row.runId === null ? 'run-1' : null },
        { person: row.person === null ? 'ajensen' : null },
        { hash: flipped },
      ];
      for (const change of forged) {
        expect({ change, fault: faultIn(CHAIN.with(place, { ...row, ...change })) }).toMatchObject({
          fault: { seq: row.seq },
        });
      }
    }
  });

  test('K4: names the row that was taken out, also where those after it were numbered anew', () => {
    for (const { seq } of CHAIN) {
      const rest = CHAIN.filter((row) => row.seq !== seq);
      expect(faultIn(rest)?.seq).toBe(seq);
      expect(faultIn(numbered(rest))?.seq).toBe(seq);
    }
  });

  test('K4: names the first of two rows that changed places', () => {
    for (let first = 0; first < LAST; first += 1) {
      for (let second = first + 1; second < LAST; second += 1) {
        const [a, b] = [CHAIN[first], CHAIN[second]];
        if (a === undefined || b === undefined) throw new RangeError('no such row');
        expect(faultIn(numbered(CHAIN.with(first, b).with(second, a)))?.seq).toBe(first + 1);
      }
    }
  });

  test('K4: names a row that was put in between, and the one after it where its seal is right', () => {
    for (let place = 0; place < LAST; place += 1) {
      const copied = numbered(CHAIN.toSpliced(place, 0, CHAIN[(place + 3) % LAST] as StoredRow));
      expect(faultIn(copied)?.seq).toBe(place + 1);
      const before = CHAIN[place - 1] ?? EMPTY_CHAIN;
      const sealed = nextRow(before, { ...SAMPLE_EVENTS[7], by: 'nobody' } as never, NOON);
      expect(faultIn(numbered(CHAIN.toSpliced(place, 0, sealed)))?.seq).toBe(place + 2);
    }
  });

  test('K4: names the first of the rows that were cut off at the end', () => {
    for (let left = 0; left < LAST; left += 1) expect(faultIn(CHAIN.slice(0, left))?.seq).toBe(left + 1);
  });

  test('K4: names the row whose seal was kept where the whole chain was made anew', () => {
    const forged = chainOf(SAMPLE_EVENTS.map((event) => ('by' in event ? { ...event, by: 'nobody' } : event)));
    expect(proveRows(EMPTY_CHAIN, forged).fault).toBeNull();
    expect(faultIn(forged)?.seq).toBe(LAST);
  });

  test('K4: takes no other text for the same event, and nothing moved between the text and its columns', () => {
    const [row] = CHAIN;
    if (row === undefined) throw new RangeError('no such row');
    for (const eventJson of [` ${row.eventJson}`, `${row.eventJson},"kind":"run"`, '{"b":1,"a":2}']) {
      const forged = { ...row, eventJson };
      expect(proveRows(EMPTY_CHAIN, [{ ...forged, hash: seal(forged, EMPTY_CHAIN.hash) }]).fault?.seq).toBe(1);
    }
  });
});

test('a line of the export proves itself: without its hash it is what was sealed', () => {
  let previous = EMPTY_CHAIN.hash;
  for (const row of CHAIN) {
    const { hash, ...sealed } = JSON.parse(jsonLine(row, previous));
    expect(createHash('sha256').update(canonicalJson(sealed)).digest('hex')).toBe(hash);
    previous = row.hash;
  }
});
