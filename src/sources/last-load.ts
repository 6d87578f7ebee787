/** What a resident process keeps of its last loading, so that what did not change is not made again. */
import type { Loaded, LoadedFile } from '../model/loaded.ts';
import { MUSTER_FILE } from '../model/muster-file.ts';
import { placeOf } from './paths.ts';
import { kindAt } from './places.ts';
import type { KindFile } from './reading.ts';
import type { Snapshot, SourceFile } from './source.ts';

/** More files changed at once than this, and loading everything is about as quick. */
const CHANGED_MAX = 2_000;

/** A file as its content says. */
export interface KnownFile {
  readonly file: LoadedFile;
  /** Its last line has no newline: whether it was cut off depends on its last good version, too. */
  readonly openEnd: boolean;
}

export interface LastLoad {
  readonly snapshot: Snapshot;
  readonly loaded: Loaded;
  /** Paths of files that may come to something else although the snapshot is the same; all others depend on it alone. */
  readonly unsettled: ReadonlySet<string>;
  /** By path; each may be of another content than the one that stands there by now. */
  readonly files: Map<string, KnownFile>;
}

/** Whether two snapshots say the same. A folder's revision is of the files that can be read, so what was rejected is compared as well. */
export function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return a === b || (a.revision === b.revision && sameRejected(a, b));
}

function sameRejected(a: Snapshot, b: Snapshot): boolean {
  return a.rejected === b.rejected || JSON.stringify(a.rejected) === JSON.stringify(b.rejected);
}

/**
 * Files of entries that are not what the last loading loaded, or were not settled by it. Null where more than that differs:
 * a path that came or went, what is rejected, `muster.yaml`, or more than a few files.
 */
export function filesToLoadAgain({ snapshot, unsettled }: LastLoad, now: Snapshot): readonly KindFile[] | null {
  if (now.files.length !== snapshot.files.length || !sameRejected(snapshot, now)) return null;
  const again: KindFile[] = [];
  for (let place = 0; place < now.files.length; place += 1) {
    const before = snapshot.files[place];
    const file = now.files[place];
    if (file === undefined || before === undefined) return null;
    if (isSame(before, file) && (unsettled.size === 0 || !unsettled.has(file.path))) continue;
    if (file.path !== before.path || file.path === MUSTER_FILE || again.length === CHANGED_MAX) return null;
    const kind = kindAt(file.path);
    if (kind !== null) again.push({ ...file, kind });
  }
  return again;
}

function isSame(a: SourceFile, b: SourceFile): boolean {
  return a === b || (a.path === b.path && a.blob === b.blob && a.size === b.size);
}

/** Where the one file of this path stands among files in the order of their paths; null: nowhere, or there are several. */
export function placeOfFile(path: string, files: readonly LoadedFile[]): number | null {
  const place = placeOf(path, files);
  // What is rejected is told by a printable name, which may be that of another file.
  return place === null || files[place + 1]?.path === path ? null : place;
}
