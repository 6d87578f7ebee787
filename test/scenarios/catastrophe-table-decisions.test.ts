import { describe } from 'vitest';
import { catastropheTests } from '../support/catastrophe-tests.ts';
import { DECISIONS } from './catastrophe-table-approvals.ts';
import { LIMIT_ROWS } from './catastrophe-table-limits.ts';

describe('P1, P2, P4, P5, P6 and P9: catastrophes at the limits and around decisions', () => {
  catastropheTests([...LIMIT_ROWS, ...DECISIONS]);
});
