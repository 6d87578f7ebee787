import { describe } from 'vitest';
import { catastropheTests } from '../support/catastrophe-tests.ts';
import { HISTORY } from './catastrophe-table-history.ts';

describe('catastrophes of the Git server', () => {
  catastropheTests(HISTORY, 'git');
});
