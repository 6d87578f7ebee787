/** A mirror that was damaged on this machine: nothing false is read from it, and it is fetched anew. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ANNA, inWorld, MUSTER, troubleFrom, type World } from './git-world.ts';
import { all, MUSTER_YAML } from './loading.ts';
import { file, folder, userYaml } from './real-git.ts';

const BO = file('bo.yaml', userYaml('bo'));
const RIGHT = [{ bytes: Buffer.from(MUSTER_YAML) }, { bytes: Buffer.from(userYaml('ajensen')) }];

describe('S10: a damaged mirror is fetched anew', () => {
  test('S10: whichever byte of its pack is wrong, the contents are right', async () => {
    await inWorld(async (world) => {
      const { origin, source } = world;
      origin.commit([MUSTER, folder('users', ANNA)]);
      const { files } = await source.snapshot();
      const whole = readFileSync(packOf(world));
      let renewed = 0;
      for (let position = 12; position < whole.length - 20; position += 23) {
        const before = statSync(mirrorOf(world)).ino;
        const damaged = Buffer.from(whole);
        damaged[position] = (damaged[position] ?? 0) ^ 0x10;
        writeFileSync(packOf(world), damaged);
        expect(await all(source.texts(files))).toMatchObject(RIGHT);
        renewed += statSync(mirrorOf(world)).ino === before ? 0 : 1;
        writeFileSync(packOf(world), whole);
      }
      expect(renewed).toBeGreaterThan(0);
    });
  });

  const damages: readonly (readonly [what: string, harm: (world: World) => void])[] = [
    ['its pack is gone', (world) => rmSync(packOf(world))],
    ['its pack was cut off', (world) => truncateSync(packOf(world), 60)],
    ['the index of its pack is empty', (world) => truncateSync(packOf(world).replace(/pack$/, 'idx'), 0)],
    ['its branch is an empty file', (world) => writeFileSync(join(mirrorOf(world), 'refs/muster/source'), '')],
    [
      'its branch names nothing',
      (world) => writeFileSync(join(mirrorOf(world), 'refs/muster/source'), `${'a'.repeat(40)}\n`),
    ],
    ['its HEAD is garbage', (world) => writeFileSync(join(mirrorOf(world), 'HEAD'), '\0\0\0')],
    [
      'all of its objects are gone',
      (world) => rmSync(join(mirrorOf(world), 'objects'), { recursive: true, force: true }),
    ],
  ];

  test.each(damages)(
    'S10: %s, and the next pass reads the newest commit as if nothing had been',
    async (_what, harm) => {
      await inWorld(async (world) => {
        const { origin, source } = world;
        origin.commit([MUSTER, folder('users', ANNA)]);
        await source.snapshot();
        harm(world);
        const { files } = await source.snapshot();
        expect(await all(source.texts(files))).toMatchObject(RIGHT);

        harm(world);
        origin.commit([MUSTER, folder('users', ANNA, BO)]);
        expect((await source.snapshot()).files.map(({ path }) => path)).toEqual([
          'muster.yaml',
          'users/ajensen.yaml',
          'users/bo.yaml',
        ]);
        expect(renewals(world)).toEqual([]);
      });
    },
  );

  test('S10: what a dead process left of its renewal is removed, and that of a living one stays', async () => {
    await inWorld(async (world) => {
      const { origin, source } = world;
      origin.commit([MUSTER, folder('users', ANNA)]);
      await source.snapshot();
      const dead = spawnSync('true').pid;
      for (const pid of [dead, process.ppid]) mkdirSync(`${mirrorOf(world)}.new-${pid}`);
      truncateSync(packOf(world), 60);
      expect(await all(source.texts((await source.snapshot()).files))).toMatchObject(RIGHT);
      expect(renewals(world)).toEqual([`mirror.new-${process.ppid}`]);
    });
  });

  test('S10: while the server is away as well, there is trouble, and what is left of the mirror stays', async () => {
    await inWorld(async (world) => {
      const { origin, source } = world;
      origin.commit([MUSTER, folder('users', ANNA)]);
      const { files } = await source.snapshot();
      truncateSync(packOf(world), 60);
      renameSync(origin.folder, `${origin.folder}-away`);
      await expect(all(source.texts(files))).rejects.toThrow(/Git failed|missing or damaged/);
      expect((await troubleFrom(source)).remedy).toBe('person');
      expect(statSync(packOf(world)).size).toBe(60);

      renameSync(`${origin.folder}-away`, origin.folder);
      expect(await all(source.texts((await source.snapshot()).files))).toMatchObject(RIGHT);
    });
  });
});

function mirrorOf({ folder: parent }: World): string {
  return join(parent, 'mirror');
}

/** Folders of renewals beside the mirror. */
function renewals({ folder: parent }: World): readonly string[] {
  return readdirSync(parent).filter((name) => name.startsWith('mirror.new'));
}

/** The mirror's one pack, made writable. */
function packOf(world: World): string {
  const packs = join(mirrorOf(world), 'objects', 'pack');
  const path = join(packs, readdirSync(packs).find((name) => name.endsWith('.pack')) ?? '');
  chmodSync(path, 0o600);
  chmodSync(path.replace(/pack$/, 'idx'), 0o600);
  return path;
}
