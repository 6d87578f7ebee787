/** A disk that is full while Git fetches, for real: a small file system in memory, filled to the brim. */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitSource } from '../../src/sources/git.ts';
import { ANNA, MUSTER, troubleFrom } from '../sources/git-world.ts';
import { all, inFolder, MUSTER_YAML } from '../sources/loading.ts';
import { file, folder, newRepository, userYaml } from '../sources/real-git.ts';
import { missingForSmallDisk, onSmallDisk } from '../support/small-disk.ts';

const DISK_KILOBYTES = 2_048;
/** Free when the fetch begins: enough to prepare the mirror, too little for the pack. */
const LEFT_KILOBYTES = 300;

describe.skipIf(missingForSmallDisk().length > 0)('S10: the disk fills up during a fetch', () => {
  test('S10: what to do is said, the former state can still be read, and with room again the newest is', async () => {
    await inFolder(async (parent) => {
      await onSmallDisk(DISK_KILOBYTES, async (disk) => {
        const origin = newRepository(parent);
        const source = gitSource({ url: origin.folder, branch: 'main' }, { mirror: join(disk, 'mirror') });
        origin.commit([MUSTER, folder('users', ANNA)]);
        const former = (await source.snapshot()).files;

        // What does not compress, in files that each may be read.
        const bulky = Array.from({ length: 8 }, (_, at) =>
          file(`notes-${at}.txt`, randomBytes(100_000).toString('base64')),
        );
        origin.commit([MUSTER, folder('users', ANNA, file('bo.yaml', userYaml('bo'))), ...bulky]);
        const ballast = join(disk, 'ballast');
        fill(ballast);
        const trouble = await troubleFrom(source);
        expect(trouble.remedy).toBe('person');
        expect(trouble.what).toBe('The disk is full.');
        expect(trouble.next).toBe('Make room on the disk that holds the mirror folder.');
        expect(await all(source.texts(former))).toMatchObject([
          { bytes: Buffer.from(MUSTER_YAML) },
          { bytes: Buffer.from(userYaml('ajensen')) },
        ]);

        rmSync(ballast);
        const paths = (await source.snapshot()).files.map(({ path }) => path);
        expect(paths).toContain('users/bo.yaml');
      });
    });
  });
});

/** Leaves a little room: a disk that is quite full already fails before the fetch. */
function fill(ballast: string): void {
  writeFileSync(ballast, Buffer.alloc((DISK_KILOBYTES - LEFT_KILOBYTES) * 1024));
}
