/** The address of somebody who left, declared for somebody new, in a whole pass. */
import { expect, test } from 'vitest';
import { place } from '../../src/diagnostic.ts';
import { makeCompany } from '../support/company.ts';
import { person } from '../support/desired-state.ts';

test('M5: gets them no account, at the line of the address, also once the closed entry left the files', async () => {
  const scene = await makeCompany();
  try {
    const heir = person('niels', { given: 'Niels', email: 'anna@example.org' });
    await scene.declare(person('anna', { state: 'closed' }));
    await scene.settle();
    await scene.declare(heir);
    for (const gone of [{}, { 'users/cbs/anna.yaml': null }]) {
      await scene.declare(gone);
      const { diagnostics, plan } = await scene.sync();
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      expect(errors.map(place)).toEqual(['users/cbs/niels.yaml:3']);
      expect(errors[0]?.message).toContain('is that of `anna` (users/cbs/anna.yaml:1), whose account is closed');
      expect(plan.changes).toEqual([]);
    }
    await scene.declare(person('niels', { given: 'Niels' }));
    expect((await scene.sync()).plan.changes.map(({ kind, person: { key } }) => [kind, key])).toEqual([
      ['create', 'niels'],
    ]);
  } finally {
    await scene.close();
  }
});
