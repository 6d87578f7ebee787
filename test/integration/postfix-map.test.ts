/** The map of Postfix: its keys and values, and what it makes of what others do to it. */
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BlockList, Edit } from '../../src/reconcilers/mail-blocks/port.ts';
import { postfixExaminer } from '../../src/reconcilers/mail-blocks/postfix/examiner.ts';
import { standsOn } from '../../src/reconcilers/mail-blocks/standing.ts';
import { blockListContract } from '../contracts/block-list.contract.ts';
import { missingForPostmap, type PostfixMapFixture, postfixMapAt, postfixMapIn } from '../support/postfix-map.ts';
import { refusal } from '../support/refusal.ts';
import { sorted } from '../support/story.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';

const ADDRESS = 'anna@example.org';
const ANNA = 'REJECT Sending mail is blocked for this account [muster:research-service:anna]';
const SEAL = '[muster:research-service]\tDUNNO';

describe.skipIf(missingForPostmap().length > 0)('a map of Postfix', () => {
  let home: TestDirectory;
  let map: PostfixMapFixture;
  let list: BlockList;
  beforeEach(async () => {
    home = await makeTestDirectory('postfix-map');
    map = await postfixMapAt(home.path);
    list = await map.adapter().connect();
  });
  afterEach(() => home.remove());

  let config: TestDirectory;
  beforeAll(async () => {
    config = await makeTestDirectory('postfix-config');
    await postfixMapAt(config.path);
  });
  afterAll(() => config.remove());
  blockListContract('the map of Postfix', {
    open: (path) => postfixMapIn(config.path, path).adapter(),
    many: 12,
  });

  const edit = (more: Partial<Edit> = {}): Edit => {
    return { key: 'anna', address: ADDRESS, listed: true, was: false, revision: 'r1', ...more };
  };
  const block = (more: Partial<Edit> = {}) => list.write(edit(more));
  const release = (more: Partial<Edit> = {}) => list.write(edit({ listed: false, was: true, ...more }));

  test('has a person under the login and under the address, with whose entry it is', async () => {
    await block();
    expect(await map.entries()).toEqual([SEAL, `anna\t${ANNA}`, `${ADDRESS}\t${ANNA}`].sort());
    await release();
    expect(await map.entries()).toEqual([SEAL]);
  });

  test('M5: takes away an address that was theirs once, also where the entry does not say it any more', async () => {
    await block({ address: 'anna@old.example.org' });
    expect(standsOn(await list.read(), edit(), true)).toBe(false);
    await block();
    expect((await map.entries()).join()).not.toContain('old');
    await block({ key: 'berit', address: 'berit@old.example.org' });
    await release({ key: 'berit', address: 'berit@example.org' });
    expect(await map.entries()).toEqual([SEAL, `anna\t${ANNA}`, `${ADDRESS}\t${ANNA}`].sort());
  });

  test('is no block while one of its keys is missing, and no release while one is left', async () => {
    await block();
    await map.take(ADDRESS);
    expect(standsOn(await list.read(), edit(), true)).toBe(false);
    expect(standsOn(await list.read(), edit(), false)).toBe(true);
    await block();
    expect(standsOn(await list.read(), edit(), true)).toBe(true);
  });

  test('keeps the entries of others, and those of another Muster', async () => {
    const others = ['spam.example\tREJECT', 'erik\tREJECT [muster:library:erik]', 'partner@example.net\tOK'];
    for (const line of others) await map.put(...(line.split('\t') as [string, string]));
    await block();
    await release();
    expect(await map.entries()).toEqual([SEAL, ...others].sort());
    const { listed, unread } = await list.read();
    expect(sorted([...listed, ...unread])).toEqual(sorted(['erik', 'spam.example', 'partner@example.net']));
  });

  test('takes a refusal by hand for one, and leaves it to the hand to end it', async () => {
    await map.put('anna', 'REJECT ask Inge');
    expect((await list.read()).listed).toContain('anna');
    const [ending] = await Promise.allSettled([release()]);
    expect(await map.entries()).toEqual(['anna\tREJECT ask Inge']);
    const next = expect.stringContaining('postmap -d anna');
    expect(ending).toMatchObject({ status: 'rejected', reason: { next } });
  });

  test('says so where an entry by hand lets through who is to be refused', async () => {
    await map.put('anna', 'OK');
    expect((await list.read()).listed).not.toContain('anna');
    expect(await refusal(block())).toMatchObject({ what: expect.stringContaining('was not made by Muster') });
    expect(await map.entries()).toEqual(['anna\tOK']);
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 100)],
    ['emptied', () => Buffer.alloc(0)],
    ['overwritten', () => Buffer.from('not a map\n'.repeat(2000))],
  ])('M6: a map that was %s is known as damaged, and made anew beside it with the next block', async (_, damage) => {
    await block();
    const file = `${map.settings.map}.lmdb`;
    const broken = damage(await readFile(file));
    await writeFile(file, broken);
    expect(await list.read()).toMatchObject({ listed: new Set(), completeness: 'damaged' });
    await block({ key: 'berit', address: null });
    expect((await list.read()).listed).toEqual(new Set(['berit']));
    expect(await readFile(`${file}.damaged`)).toEqual(broken);
    expect(sorted(await readdir(home.path))).toEqual(['blocked.lmdb', 'blocked.lmdb.damaged', 'config']);
  });

  test('is as it was where postmap can’t be started or fails, and says so', async () => {
    await block();
    const before = await map.entries();
    const path = join(home.path, 'failing');
    await writeFile(
      path,
      '#!/bin/sh\ncase "$*" in *" -s "*) exec /usr/sbin/postmap "$@";; esac\necho "postmap: fatal: no room" >&2\nexit 1\n',
    );
    await chmod(path, 0o755);
    Object.assign(map.settings, { postmap: path });
    list = await map.adapter().connect();
    expect(await refusal(block({ key: 'berit' }))).toMatchObject({ what: expect.stringContaining('no room') });
    Object.assign(map.settings, { postmap: join(home.path, 'nothing') });
    expect(await refusal(map.adapter().connect())).toMatchObject({ what: expect.stringContaining('ENOENT') });
    Object.assign(map.settings, { postmap: '/usr/sbin/postmap' });
    expect(await map.entries()).toEqual(before);
  });

  test('M6: is not believed where it does not read back', async () => {
    const path = join(home.path, 'lying');
    await writeFile(path, '#!/bin/sh\ncase "$*" in *" -s "*) exec /usr/sbin/postmap "$@";; esac\nexit 0\n');
    await chmod(path, 0o755);
    await block({ key: 'berit', address: null });
    Object.assign(map.settings, { postmap: path });
    list = await map.adapter().connect();
    expect(await refusal(block())).toMatchObject({ silence: 'unanswered' });
  });

  describe('an examination', () => {
    const said = async () => {
      const findings = await postfixExaminer(map.settings, { instance: 'research-service', clock: Date.now }).examine(
        0,
      );
      return findings.map(({ status, text }) => `${status}: ${text}`).join('\n');
    };

    test('says how the map stands, and whether Postfix may read it', async () => {
      expect(await said()).toContain('warn: There is no such map yet');
      await map.put('erik', 'REJECT');
      expect(await said()).toContain('warn: Muster did not make it. 1 person is refused by it.');
      await block();
      await map.put('spam.example@', 'REJECT');
      expect(await said()).toContain("ok: 2 people are refused by it, and what is not Muster's stays (1).");
      await chmod(`${map.settings.map}.lmdb`, 0o600);
      expect(await said()).toContain('warn: Postfix may not read it.');
      await writeFile(`${map.settings.map}.lmdb`, '');
      expect(await said()).toContain('warn: It is damaged.');
    });
  });
});
