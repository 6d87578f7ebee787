/** The contract of every directory, held by the Active Directory adapter against a real Samba domain controller. */
import { describe, test } from 'vitest';
import { directoryContract } from '../contracts/directory.contract.ts';
import { activeDirectoryFixture } from '../support/active-directory-fixture.ts';
import { missingForSamba, startSamba } from '../support/samba.ts';

const missing = missingForSamba();

if (missing.length === 0) {
  directoryContract('Active Directory (Samba)', async () => activeDirectoryFixture(await startSamba()));
} else {
  describe('Active Directory (Samba), as any directory', () => {
    test.skip(`left out: this machine lacks ${missing.join(', ')}`, () => undefined);
  });
}
