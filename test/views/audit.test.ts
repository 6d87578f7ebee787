import { describe, expect, test } from 'vitest';
import { type AuditEvent, type AuditKind, EMPTY_CHAIN } from '../../src/core/audit.ts';
import { acceptedHistoryPage, auditPage, verifiedPage } from '../../src/views/audit.ts';
import { csvHeader, csvRow } from '../../src/views/audit-export.ts';
import { pageAsMarkdown } from '../../src/views/markdown.ts';
import type { Page } from '../../src/views/page.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { NOON } from '../contracts/store-samples.ts';
import { chainOf, PHONE_CHANGE, SAMPLE_EVENTS } from '../support/audit-samples.ts';
import { expectGolden } from './golden-file.ts';
import { options } from './sample-report.ts';

const { timeZone } = options;
const text = (page: Page) => pageAsText(page, plainStyle);

/** As the store reads them. */
function rowsOf(events: readonly AuditEvent[]) {
  return chainOf(events).map(({ eventJson, kind, ...row }) => ({
    ...row,
    kind: kind as AuditKind,
    event: JSON.parse(eventJson) as AuditEvent,
  }));
}

describe('audit show', () => {
  test('tells of each row who, what, to whom, why, and on whose word', () => {
    expectGolden(text(auditPage(rowsOf(SAMPLE_EVENTS), { timeZone, more: true })), 'audit.txt');
  });

  test('reads the same as Markdown', () => {
    expectGolden(pageAsMarkdown(auditPage(rowsOf(SAMPLE_EVENTS), { timeZone, more: false })), 'audit.md');
  });

  test('writes out what could deceive the eye', () => {
    const label = 'Anna \u202eneben\u202c (ajensen)';
    const event = { ...PHONE_CHANGE, person: { ...PHONE_CHANGE.person, label } };
    expect(text(auditPage(rowsOf([event]), { timeZone, more: false }))).toContain('Anna \\u{202e}neben\\u{202c}');
  });
});

describe('audit verify', () => {
  const head = { seq: 12, hash: 'ab'.repeat(32) };
  const kept = { ...head, seq: 11, at: NOON, place: '/mnt/elsewhere/head.json' };

  test('says that the chain is whole, and what would not be noticed', () => {
    const alone = verifiedPage({ format: 1, head, fault: null, kept: null, missing: null }, timeZone);
    expectGolden(
      text(verifiedPage({ format: 1, head, fault: null, kept, missing: null }, timeZone)) + text(alone),
      'audit-whole.txt',
    );
  });

  test('names the first bad row, what stands, and what to do', () => {
    const fault = { seq: 13, what: 'it is missing; the next one there is row 15.' };
    const first = { seq: 1, what: 'it is not what was sealed: it, or the order of rows, was changed.' };
    const damaged = text(verifiedPage({ format: 1, head, fault, kept, missing: null }, timeZone));
    const whole = text(verifiedPage({ format: 1, head: EMPTY_CHAIN, fault: first, kept, missing: null }, timeZone));
    expectGolden(damaged + whole, 'audit-damaged.txt');
  });

  test('says after an acceptance what to look at next', () => {
    const because = 'the database is older than what it did: its audit chain ends with row 80.';
    expectGolden(text(acceptedHistoryPage({ because, seq: 81 })), 'audit-accepted.txt');
  });
});

describe('the table', () => {
  /** Cells of one line as a spreadsheet reads them (RFC 4180). */
  function cells(line: string): readonly string[] {
    return [...line.matchAll(/"((?:[^"]|"")*)"(?:,|\r\n)/g)].map(([, cell = '']) => cell.replaceAll('""', '"'));
  }

  test('has as many cells in every row as columns have names', () => {
    const names = cells(csvHeader());
    for (const row of chainOf(SAMPLE_EVENTS)) expect(cells(csvRow(row))).toHaveLength(names.length);
  });

  test('shows what could be a formula as text, keeps quotes and commas, and has no line break in a cell', () => {
    const hostile = ['=1+1', '+45', '-2', '@sum', ' =1', '\t=1', '"=1', '＝1', '|x', 'a "b", c', 'one\r\ntwo'];
    for (const reason of hostile) {
      const [row] = chainOf([{ kind: 'order', order: 'pause', by: reason, reason, block: null }]);
      if (row === undefined) throw new RangeError('no row');
      const line = csvRow(row);
      expect(line.slice(0, -2)).not.toMatch(/[\r\n]/);
      const read = cells(line);
      expect(read[7]).toBe(read[8]);
      expect(read[8]).not.toMatch(/^[\s"]*[=+\-@＝|]/);
      expect(read[8]).toContain(reason.trim().split('\r')[0] ?? '');
    }
  });
});
