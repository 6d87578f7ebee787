import { describe } from 'vitest';
import { catastropheTests } from '../support/catastrophe-tests.ts';
import { HISTORY } from './catastrophe-table-history.ts';

describe('S1, S2 and S4: catastrophes of the Git server', () => {
  catastropheTests(HISTORY, 'git');
});
