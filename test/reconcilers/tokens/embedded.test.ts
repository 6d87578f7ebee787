/** Embedded tokens: the contract, and what they make of what people do to their file. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { embeddedTokens } from '../../../src/reconcilers/tokens/embedded/adapter.ts';
import { tokenListContract } from '../../contracts/token-list.contract.ts';
import { refusal } from '../../support/refusal.ts';
import { makeTestDirectory } from '../../support/test-directory.ts';
import { embeddedTokenGround } from '../../support/token-ground.ts';

tokenListContract('embedded tokens', {
  several: true,
  marks: true,
  keepsNumber: true,
  start: async (people) => {
    const home = await makeTestDirectory('tokens');
    const ground = await embeddedTokenGround(join(home.path, 'tokens.json'), people);
    return { ...ground, close: home.remove };
  },
});

describe('their file', () => {
  test('is not guessed at where it is damaged', async () => {
    const home = await makeTestDirectory('tokens');
    const file = join(home.path, 'tokens.json');
    const list = await embeddedTokens({ file }, Date.now).connect();
    await list.create({ key: 'anna', username: 'anna', phone: '+4520123456', attempt: 'a' });
    const text = await readFile(file, 'utf8');
    for (let end = 0; end < text.trimEnd().length; end += 7) {
      await writeFile(file, text.slice(0, end));
      expect(await refusal(list.read(new Set()))).toMatchObject({ remedy: 'person' });
    }
    await home.remove();
  });
});
