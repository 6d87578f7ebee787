/** Markdown for a forge: what people wrote is inert in every kind of block, and in every text that is put on a merge request. */
import { describe, expect, test } from 'vitest';
import type { HeldStanding } from '../../src/core/approval/held.ts';
import { tellingMarkdown } from '../../src/views/held-revision.ts';
import { pageAsMarkdown } from '../../src/views/markdown.ts';
import { cell, item, line, type Page, section, snippet } from '../../src/views/page.ts';
import { remarkMarkdown } from '../../src/views/remarks.ts';
import { outcomeMarkdown } from '../../src/views/review-outcome.ts';
import { expectInert, HOSTILE } from '../support/hostile-markdown.ts';

const AT = Date.UTC(2026, 2, 1, 13, 5);

function everyBlock(text: string): Page {
  const table = { kind: 'table', name: text, head: [text, 'b'], rows: [[cell(text), cell(text)]] } as const;
  const inside = [line(text), item(text, [line(['a ', { code: text }, text]), snippet(text)]), table];
  return { title: text, blocks: [...inside, ...section(text, inside)] };
}

/** As GitHub parts a row: at each stroke before which no backslash stands that nothing escapes (GFM 0.29, 4.10). */
function cellsOf(row: string): readonly string[] {
  return row.replace(/\\./g, '..').split('|').slice(1, -1);
}

describe('text that people wrote', () => {
  test.each(HOSTILE)('%j is inert in every kind of block', (hostile) => {
    expectInert(
      pageAsMarkdown(everyBlock(hostile))
        .replaceAll('| --- | --- |', '')
        .replace(/(?<= )\|(?= )|^\||\|$/gm, ''),
    );
  });

  test.each([...HOSTILE, 'a@\\\\|@admin', 'a@\\|@admin', 'a@|@admin', 'a\\|b', '|', '\\|'])(
    '%j begins no cell of its own in a table',
    (hostile) => {
      const rows = pageAsMarkdown(everyBlock(hostile))
        .split('\n')
        .filter((row) => row.startsWith('|'));
      expect(rows).toHaveLength(6);
      expect(rows.map((row) => cellsOf(row).length)).toEqual([2, 2, 2, 2, 2, 2]);
    },
  );

  test.each(HOSTILE)('%j is inert in what is said of a merge, of its approval, and on a line', (hostile) => {
    const person = { key: hostile, label: hostile };
    const address = { system: 'directory', kind: 'account', key: hostile };
    const deviation = {
      person,
      address,
      how: 'unshown',
      because: hostile,
      origin: { file: hostile, line: 1 },
    } as const;
    const counts = { shown: 1, done: 0, waiting: 0, deviations: [deviation], held: [address] };
    expectInert(
      outcomeMarkdown({ name: hostile, head: 'a'.repeat(40), revision: 'b'.repeat(40), at: AT, ...counts }, 'UTC'),
    );
    const commit = 'c'.repeat(40);
    const lack = { commit, text: hostile, of: [hostile, hostile] };
    const held = { from: commit, to: commit, commits: [commit], lacks: [lack], next: hostile };
    const standing: HeldStanding = { held, since: AT, letIn: null };
    expectInert(tellingMarkdown(standing, { number: 7, how: 'lacking', lacks: [lack] }, 'UTC'));
    const by = { signedBy: [hostile], approvedBy: [hostile] };
    expectInert(tellingMarkdown(standing, { number: 7, how: 'let-in', ...by }, 'UTC'));
    expectInert(remarkMarkdown({ message: hostile, fix: hostile }));
  });
});
