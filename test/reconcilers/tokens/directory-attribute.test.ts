/** Tokens that are an attribute of accounts: the contract, over a directory in a file. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { embedded } from '../../../src/reconcilers/directory/embedded/adapter.ts';
import { tokenListContract } from '../../contracts/token-list.contract.ts';
import { type AttributeDirectory, attributeGround, markOf } from '../../support/attribute-ground.ts';
import { handDirectory, OU } from '../../support/hand-directory.ts';
import { refusal } from '../../support/refusal.ts';
import { makeTestDirectory } from '../../support/test-directory.ts';

/** As `AttributeDirectory` has it, in a folder of its own. */
async function directoryWith(people: readonly string[]) {
  const home = await makeTestDirectory('attribute');
  const hand = await handDirectory(join(home.path, 'directory.json'));
  for (const username of people) await hand.add(username, { adminDescription: markOf(username) });
  const named = async (guid: string) => {
    const found = [...(await hand.all())].find(([, stored]) => stored.guid === guid);
    if (found === undefined) throw new Error(`there is no account ${guid}`);
    return found[0];
  };
  const directory: AttributeDirectory = {
    adapter: (site) => embedded({ file: hand.file }, site),
    unit: OU.researchers,
    guidOf: async (username) => (await hand.account(username)).guid,
    set: async (guid, attribute, value) => hand.set(await named(guid), { [attribute]: value }),
    remove: async (guid) => void (await hand.remove(await named(guid))),
    lastWrite: () => hand.writes(),
  };
  return { hand, ground: attributeGround(directory, home.remove) };
}

tokenListContract('an attribute of accounts', {
  several: false,
  marks: false,
  keepsNumber: false,
  start: async (people) => (await directoryWith(people)).ground,
});

describe('the number of an account that is not Muster’s', () => {
  test.each([
    ['without a mark', null],
    ['with the mark of another instance', 'muster:library:anna:a'],
    ['with the mark of another person', markOf('berit')],
  ])('is nobody’s token: %s', async (_how, adminDescription) => {
    const { hand, ground } = await directoryWith(['berit']);
    await hand.add('anna', { adminDescription, mobile: '+4520123456' });
    const list = await ground.open().connect();
    expect((await list.read(new Set())).tokens.map(({ key }) => key)).toEqual([null]);
    expect(await list.find({ handles: [], keys: ['anna'] })).toEqual([]);
    expect(await list.create({ key: 'anna', username: 'anna', phone: '+4520123456', attempt: 'a' })).toBeNull();
    await ground.close();
  });

  test('D15: is not written where the account is protected', async () => {
    const { hand, ground } = await directoryWith(['anna']);
    await hand.set('anna', { adminCount: '1', mobile: '+4520123456' });
    const list = await ground.open().connect();
    const [token] = await list.find({ handles: [], keys: ['anna'] });
    if (token === undefined) throw new Error('no token');
    expect(token.protectedBecause).not.toBeNull();
    expect(await refusal(list.switch(token, { on: false }))).toMatchObject({ remedy: 'person' });
    await ground.close();
  });
});
