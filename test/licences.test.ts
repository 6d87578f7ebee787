/** The licences that go along with the libraries built into the program. */
import { expect, test } from 'vitest';
import { licencesOf } from '../script/licences.ts';

test('a package that has one licence for its code and another for its data goes along with both', async () => {
  const text = await licencesOf(['libphonenumber-js']);
  expect(text).toMatch(/^libphonenumber-js$/m);
  expect(text).toContain('MIT License');
  expect(text).toContain('Apache License');
});
