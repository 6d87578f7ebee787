/** A real origin, a mirror of it, and what the loader makes of them: the ground of the tests on Git sources. */
import { join } from 'node:path';
import { MusterError } from '../../src/errors.ts';
import type { Loaded } from '../../src/model/loaded.ts';
import { gitSource } from '../../src/sources/git.ts';
import { load } from '../../src/sources/loader.ts';
import type { Source } from '../../src/sources/source.ts';
import { INSTANCE, inFolder, MUSTER_YAML, memoryCache } from './loading.ts';
import { file, newRepository, type Repository, userYaml } from './real-git.ts';

export const MUSTER = file('muster.yaml', MUSTER_YAML);
export const ANNA = file('ajensen.yaml', userYaml('ajensen'));

export interface World {
  readonly folder: string;
  readonly origin: Repository;
  readonly source: Source;
}

export async function inWorld(use: (world: World) => Promise<void>): Promise<void> {
  await inFolder(async (parent) => {
    const origin = newRepository(parent);
    const source = gitSource({ url: origin.folder, branch: 'main' }, { mirror: join(parent, 'mirror') });
    await use({ folder: parent, origin, source });
  });
}

export async function read(source: Source): Promise<Loaded> {
  return await load({ source, blobs: memoryCache(), goodText: () => Promise.resolve(null), instance: INSTANCE });
}

export async function troubleFrom(source: Source): Promise<MusterError> {
  return await source.snapshot().then(
    () => {
      throw new Error('no trouble');
    },
    (error: unknown) => {
      if (error instanceof MusterError) return error;
      throw error;
    },
  );
}
