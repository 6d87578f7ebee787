import { describe, expect, test } from 'vitest';
import { catastropheTests } from '../support/catastrophe-tests.ts';
import { DECISIONS } from './catastrophe-table-approvals.ts';
import { BLOCKS } from './catastrophe-table-blocks.ts';
import { CLOCKS } from './catastrophe-table-clocks.ts';
import { READINGS } from './catastrophe-table-directory.ts';
import { EDITS } from './catastrophe-table-edits.ts';
import { HANDS } from './catastrophe-table-hands.ts';
import { HISTORY } from './catastrophe-table-history.ts';
import { LIMIT_ROWS } from './catastrophe-table-limits.ts';
import { REPOSITORY } from './catastrophe-table-repository.ts';
import { STORE } from './catastrophe-table-store.ts';

const TABLES = [REPOSITORY, BLOCKS, EDITS, READINGS, HANDS, CLOCKS, STORE, LIMIT_ROWS, DECISIONS, HISTORY];

describe('S4, P1, P4, T4, Y1, Y4, Y5, Y6, Y7, Y8 and Y10: catastrophes of the repository', () => {
  catastropheTests([...REPOSITORY, ...BLOCKS, ...EDITS]);
});

test('there are at least two hundred catastrophes, and each is another', () => {
  const titles = TABLES.flatMap((table) => table.map(({ title }) => title));
  expect(titles.length).toBeGreaterThanOrEqual(200);
  expect(new Set(titles).size).toBe(titles.length);
});
