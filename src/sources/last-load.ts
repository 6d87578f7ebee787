/** What a resident process keeps of its last loading, so that what did not change is not made again. */
import type { Loaded, LoadedFile } from '../model/loaded.ts';
import type { Snapshot } from './source.ts';

/** A file as its content says. */
export interface KnownFile {
  readonly file: LoadedFile;
  /** Its last line has no newline: whether it was cut off depends on its last good version, too. */
  readonly openEnd: boolean;
}

export interface LastLoad {
  readonly snapshot: Snapshot;
  readonly loaded: Loaded;
  /** Nothing in `loaded` depends on anything but the snapshot. */
  readonly steady: boolean;
  /** By path. */
  readonly files: ReadonlyMap<string, KnownFile>;
}

/** Whether two snapshots say the same. A folder's revision is of the files that can be read, so what was rejected is compared as well. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  if (a === b) return true;
  return a.revision === b.revision && JSON.stringify(a.rejected) === JSON.stringify(b.rejected);
}
