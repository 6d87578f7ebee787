/** The name that is recorded with what an operator decides. */
import { expect, test } from 'vitest';
import { operatorName } from '../../src/cli/operator.ts';

const root = { uid: 0, effectiveUid: 0, username: 'root' };
const anna = { uid: 1000, effectiveUid: 1000, username: 'anna' };

test.each([
  ['the caller of sudo, for root', 'bo', root, 'bo'],
  ['the caller of sudo from a domain', 'EXAMPLE\\bo', root, 'EXAMPLE\\bo'],
  ['not what somebody else set for themselves', 'bo', anna, 'anna'],
  ['not what is no login name', 'bo, on behalf of\nanna', root, 'root'],
  ['not what is empty', '', root, 'root'],
  [
    'who called, where the rights are of another',
    'bo',
    { uid: 1000, effectiveUid: 998, username: 'muster' },
    'uid 1000',
  ],
  ['the number of a user without a name', undefined, { ...anna, username: '' }, 'uid 1000'],
])('the operator is %s', (_what, SUDO_USER, user, name) => {
  expect(operatorName({ SUDO_USER }, user)).toBe(name);
});
