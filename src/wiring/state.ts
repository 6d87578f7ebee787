/** What stands in the repository now, for a check of it alone; of a work tree of Git, only what changed since the last check is read. */
import type { Config } from '../config.ts';
import type { Repository } from '../core/ports.ts';
import { folderSource } from '../sources/folder.ts';
import { workTreeAt } from '../sources/git-revision.ts';
import { keptReading } from '../sources/kept-reading.ts';
import { load } from '../sources/loader.ts';
import { repositoryFrom, sourceOf } from './repository.ts';

/** Without a memory, so that no file counts as cut off. */
export async function stateOf(config: Config): Promise<Pick<Repository, 'load'>> {
  const { source, instance, phoneCountries } = config;
  const tree = source.kind === 'folder' ? await workTreeAt(source.folder) : null;
  if (source.kind !== 'folder' || tree === null) return repositoryFrom(sourceOf(config), config, null);
  const kept = await keptReading(tree.git);
  const rules = { instance, ...(phoneCountries === null ? {} : { phoneCountries }) };
  const goodText = () => Promise.resolve(null);
  return {
    async load() {
      const files = folderSource(source.folder, kept.seen);
      const loaded = await load({ ...rules, goodText, blobs: kept.blobs, source: files });
      await kept.save();
      return loaded;
    },
  };
}
