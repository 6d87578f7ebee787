/** What reaches the people of an institution stays the very same list for as long as it is asked for, and is forgotten then. */
import { expect, test } from 'vitest';
import { surveyor } from '../../src/model/circumstances.ts';
import type { Model } from '../../src/model/model.ts';
import { ZONE } from '../support/model-builder.ts';

test('a name that nobody asks for any more is not kept, so that names that come and go take no room', () => {
  const survey = surveyor();
  // Each time the institutions are another map, as after a change of the repository.
  const reach = () => survey(emptyModel()).ofInstitution;
  const first = reach()('nowhere');
  expect(reach()('nowhere')).toBe(first);
  reach()('elsewhere');
  expect(reach()('nowhere')).not.toBe(first);
});

function emptyModel(): Model {
  return {
    timeZone: ZONE,
    institutions: new Map(),
    users: new Map(),
    blockedInstitutions: [],
    blockedUsers: [],
    mailBlocks: [],
    operatorBlocks: [],
    hostedServers: [],
    confirmedTasks: [],
  };
}
