/** The audit chain for other programs: JSON Lines that prove themselves, and a table that is safe to open in a spreadsheet. */
import type { AuditEvent, ChangeEvent, StoredRow } from '../core/audit.ts';
import { canonicalJson } from '../core/change.ts';
import { printable } from './printable.ts';

/**
 * One row as canonical JSON. Without its `hash` it is letter for letter what was sealed: SHA-256 of that is the hash, so whoever has
 * the lines can prove the chain without Muster.
 */
export function jsonLine(row: StoredRow, previous: string): string {
  const { seq, at, kind, runId, person, hash } = row;
  return `${canonicalJson({ seq, at, kind, runId, person, hash, previous, event: eventOf(row) })}\n`;
}

/** Rows of the store hold what Muster wrote; the proof, not the export, says where one does not. */
function eventOf({ eventJson }: StoredRow): AuditEvent {
  return JSON.parse(eventJson) as AuditEvent;
}

/** Columns of the table, in their order. What one kind of row does not have stays empty. */
const COLUMNS = [
  'row',
  'at',
  'kind',
  'what',
  'outcome',
  'person',
  'name',
  'by',
  'reason',
  'origin',
  'before',
  'after',
  'lineAuthor',
  'revision',
  'author',
  'committer',
  'run',
  'trigger',
  'lane',
  'approved',
  'system',
  'server',
  'seal',
] as const;

type Column = (typeof COLUMNS)[number];
type Cells = Readonly<Partial<Record<Column, string>>>;

/** RFC 4180: the line with the names of the columns. */
export function csvHeader(): string {
  return csvLine(COLUMNS);
}

/** RFC 4180: one row. */
export function csvRow(row: StoredRow): string {
  const cells: Cells = {
    row: String(row.seq),
    at: new Date(row.at).toISOString(),
    kind: row.kind,
    person: row.person ?? '',
    run: row.runId ?? '',
    seal: row.hash,
    ...cellsOf(eventOf(row)),
  };
  return csvLine(COLUMNS.map((name) => cells[name] ?? ''));
}

function cellsOf(event: AuditEvent): Cells {
  switch (event.kind) {
    case 'change':
      return changeCells(event);
    case 'decision':
      return { what: event.verdict, by: event.by, reason: event.reason, after: event.subject };
    case 'order': {
      const { order, by, reason, block } = event;
      const about = block === null ? '' : `${block.scope} ${block.target}`;
      return { what: order, by, reason: reason ?? '', after: about };
    }
    case 'run': {
      const { result, revision, commit, trigger, laneOnly, counts } = event;
      const people = { author: commit?.author ?? '', committer: commit?.committer ?? '' };
      return {
        what: 'pass',
        outcome: result,
        revision: revision ?? '',
        ...people,
        trigger,
        lane: yes(laneOnly),
        after: canonicalJson(counts),
      };
    }
    case 'act':
      return {
        what: event.act,
        outcome: event.phase,
        by: event.by,
        reason: event.reason,
        after: canonicalJson(event.detail),
      };
  }
}

function lineAuthors({ line, furtherLines = [] }: ChangeEvent): string {
  const authors = [...(line === null ? [] : [line]), ...furtherLines].map(({ author }) => author);
  return [...new Set(authors)].join('; ');
}

function changeCells(event: ChangeEvent): Cells {
  const { cause, commit, operator, outcome } = event;
  const origin = cause.origin === null ? '' : `${cause.origin.file}:${cause.origin.line}`;
  const why =
    outcome.status === 'failed' ? `: ${outcome.error}` : outcome.status === 'skipped' ? `: ${outcome.because}` : '';
  return {
    what: event.change,
    outcome: `${outcome.status}${why}`,
    name: event.person.label,
    by: operator?.by ?? '',
    reason: operator === null ? cause.text : `${cause.text} (${operator.reason})`,
    origin,
    before: event.before === null ? '' : canonicalJson(event.before),
    after: canonicalJson(event.after),
    lineAuthor: lineAuthors(event),
    revision: event.revision,
    author: commit?.author ?? '',
    committer: commit?.committer ?? '',
    trigger: event.trigger,
    lane: yes(event.lane),
    approved: yes(event.approved),
    system: event.system,
    server: event.server,
  };
}

function yes(flag: boolean): string {
  return flag ? 'yes' : 'no';
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** What makes a spreadsheet take a cell for a formula, in the width of East Asian type as well (owasp.org, CSV injection). */
const FORMULA = /^[\s'"]*[=+\-@＝＋－＠|%]/;

/** Always quoted; what could be taken for a formula begins with an apostrophe, which spreadsheets show as text. */
function csvCell(text: string): string {
  const plain = printable(text);
  const safe = FORMULA.test(plain) ? `'${plain}` : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}
