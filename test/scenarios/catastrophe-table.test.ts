import { describe, expect, test } from 'vitest';
import { catastropheTests } from '../support/catastrophe-tests.ts';
import { BLOCKS } from './catastrophe-table-blocks.ts';
import { HANDS, READINGS } from './catastrophe-table-directory.ts';
import { EDITS } from './catastrophe-table-edits.ts';
import { REPOSITORY } from './catastrophe-table-repository.ts';

const TABLE = [...REPOSITORY, ...BLOCKS, ...EDITS, ...READINGS, ...HANDS];

describe('a catastrophe', () => {
  catastropheTests(TABLE);
});

test('every catastrophe of the table is another', () => {
  expect(new Set(TABLE.map(({ title }) => title)).size).toBe(TABLE.length);
});
