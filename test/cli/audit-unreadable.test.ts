/** Rows of the audit chain in which fields are missing: every command and view shows the rest, and says which can't be read. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EMPTY_CHAIN, nextRow, type StoredRow } from '../../src/core/audit.ts';
import { openStatusStore } from '../../src/store/status-store.ts';
import { unreadableWords } from '../../src/views/audit.ts';
import { NOON } from '../contracts/store-samples.ts';
import { withRaw } from '../store/raw-database.ts';
import { forgedRow, LEFT_OUT } from '../support/audit-damage.ts';
import { SAMPLE_EVENTS } from '../support/audit-samples.ts';
import { makeSite, type SiteFolder } from './site-folder.ts';

/** More than a page shows. */
const MANY = Array.from({ length: 5 }, () => SAMPLE_EVENTS).flat();
const SPOILT = LEFT_OUT.filter(({ spoils }) => spoils);

let site: SiteFolder;
/** Numbers of the rows that nobody can read. */
let bad: readonly number[];
let lines: number;

/** Good rows, then one after the other every row that says too little, then the good ones again. */
function append(path: string): { readonly bad: readonly number[]; readonly rows: number } {
  return withRaw(path, (raw) => {
    const last = raw.prepare('select seq, hash from audit order by seq desc limit 1').get() as typeof EMPTY_CHAIN;
    const insert = raw.prepare('insert into audit values (:seq, :at, :kind, :runId, :person, :hash, :eventJson)');
    let head = last;
    const put = (row: StoredRow) => {
      insert.run(row);
      head = row;
    };
    for (const event of MANY) put(nextRow(head, event, NOON));
    const spoilt = SPOILT.map(({ event }) => {
      put(forgedRow(head, event));
      return head.seq;
    });
    for (const event of MANY) put(nextRow(head, event, NOON));
    return { bad: spoilt, rows: head.seq };
  });
}

beforeAll(async () => {
  site = await makeSite();
  await site.muster('sync');
  const { bad: spoilt, rows } = append(join(site.folder, 'muster.db'));
  bad = spoilt;
  lines = rows - spoilt.length;
}, 60_000);
afterAll(() => site.remove());

describe('rows in which a field is missing', () => {
  test('K4: are shown as such, among all the others', async () => {
    const { code, out } = await site.muster('audit', 'show', '--all');
    expect(code).toBe(0);
    expect(bad.length).toBeGreaterThan(200);
    expect(bad.filter((seq) => !out.includes(unreadableWords(seq)))).toEqual([]);
    expect(out.match(/^ {2}row \d+$/gm)).toHaveLength(lines);
    expect((await site.muster('audit', 'show')).out).toContain('Older rows are left out');
  }, 60_000);

  test.each([
    ['jsonl', 0],
    ['csv', 1],
  ])(
    'K4: are left out of an export as %s, which says so and ends with 1',
    async (form, headers) => {
      const { code, out, err } = await site.muster('audit', 'export', '--as', form);
      expect(code).toBe(1);
      expect(err.trimEnd().split('\n')).toEqual(bad.map(unreadableWords));
      expect(out.trimEnd().split(/\r?\n/)).toHaveLength(lines + headers);
    },
    60_000,
  );

  test('K4: are no row that Muster writes: the proof names the first of them', async () => {
    const { code, out } = await site.muster('audit', 'verify');
    expect(code).toBe(1);
    expect(out).toContain(`row ${bad[0]} is the first bad one`);
    expect(out).toContain('its seal is right, but Muster writes no such row: ');
  }, 60_000);

  test.each([
    ['why', ['why', 'ajensen']],
    ['held', ['held']],
    ['plan', ['plan']],
    ['sync', ['sync']],
  ])(
    'K4: are in the way of no other command: %s',
    async (_name, command) => {
      expect(await site.muster(...command)).toMatchObject({ code: 0, err: '' });
    },
    60_000,
  );
});

test('K4: rows that can’t be read take no place among those that a page shows', async () => {
  const { out } = await site.muster('--format', 'json', 'audit', 'show', '--user', 'ajensen');
  const { rows, more, unreadable } = JSON.parse(out);
  expect(rows).toHaveLength(50);
  expect(more).toBe(true);
  expect(unreadable.length).toBeGreaterThan(50);
}, 30_000);

test('K4: a page of what happened lately says which rows can’t be read, in their order', async () => {
  const memory = openStatusStore(join(site.folder, 'muster.db'));
  try {
    const happenings = await memory.past.happenings(100);
    const unread = happenings.filter(({ what }) => what.endsWith("can't be read"));
    expect(unread.length).toBeGreaterThan(100);
    expect(happenings).toHaveLength(100 + unread.length);
    expect(happenings.map(({ seq }) => seq)).toEqual(happenings.map(({ seq }) => seq).toSorted((a, b) => b - a));
    expect(unread[0]).toMatchObject({
      what: expect.stringMatching(/^row \d+ of the audit chain can't be read$/),
      why: 'it was changed by hand; run "muster audit verify"',
    });
    const { runs } = await memory.past.counts(NOON);
    expect(runs.length).toBeGreaterThan(10);
  } finally {
    await memory.close();
  }
}, 30_000);
