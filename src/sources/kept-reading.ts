/** Everything that checks keep of a repository for the next one, all of it in its Git directory. */
import type { BlobCache } from './blob-cache.ts';
import { readCache } from './read-cache.ts';
import { type SeenFiles, seenFiles } from './seen-files.ts';

export interface KeptReading {
  readonly blobs: BlobCache;
  /** Of the work tree, where there is one. */
  readonly seen: SeenFiles;
  /** Where it can't be written, everything is read again next time. */
  save(): Promise<void>;
}

/** @param git the Git directory, absolute. Whoever may write there may write the repository. */
export async function keptReading(git: string): Promise<KeptReading> {
  const cache = readCache(git);
  const seen = await seenFiles(git);
  return {
    blobs: cache.blobs,
    seen,
    async save() {
      await cache.save();
      await seen.save();
    },
  };
}
