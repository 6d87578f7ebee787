import { describe } from 'vitest';
import { catastropheTests } from '../support/catastrophe-tests.ts';
import { CLOCKS } from './catastrophe-table-clocks.ts';
import { READINGS } from './catastrophe-table-directory.ts';
import { HANDS } from './catastrophe-table-hands.ts';
import { STORE } from './catastrophe-table-store.ts';

describe('D1, D6, D7, D15, D16, D17, T1, P4, P7, P8, Y9 and B1: catastrophes of the directory, of clocks and of the database', () => {
  catastropheTests([...READINGS, ...HANDS, ...CLOCKS, ...STORE]);
});
