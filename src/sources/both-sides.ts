/** Two snapshots loaded one after the other, so that only what differs is read twice, and a file that was cut off between them is told. */
import { compareText } from '../diagnostic.ts';
import type { Loaded } from '../model/loaded.ts';
import { decode } from './decode.ts';
import { type LoadOptions, loaderOf } from './loader.ts';
import { isRead } from './places.ts';
import type { Snapshot, Source, SourceFile } from './source.ts';

export interface BothSides {
  readonly before: Loaded;
  readonly after: Loaded;
  /** Every path at which something else stands, whether or not it is read, in code-unit order. */
  readonly changedPaths: readonly string[];
}

/**
 * What stood before is taken as the last good version of each file.
 * @param committed what `after` was last committed as, where `after` is a folder, which knows only the files that are read
 * @throws MusterError where either can't be read
 */
export async function loadBothSides(
  options: Pick<LoadOptions, 'blobs' | 'instance' | 'phoneCountries' | 'readingLimits'>,
  before: Source,
  after: Source,
  committed: Source | null = null,
): Promise<BothSides> {
  let now = before;
  let was: Snapshot | null = null;
  let snapshot: Snapshot | null = null;
  const source: Source = {
    where: after.where,
    async snapshot(signal) {
      snapshot = await now.snapshot(signal);
      return snapshot;
    },
    texts: (files) => now.texts(files),
    descends: (from, to) => now.descends(from, to),
    blame: (origin, revision) => now.blame(origin, revision),
  };
  const textOf = async (from: Source, file: SourceFile | undefined) => {
    if (file === undefined) return null;
    for await (const { bytes } of from.texts([file])) return decode(bytes).text;
    return null;
  };
  const blobs: LoadOptions['blobs'] = {
    get: (keys) => options.blobs.get(keys),
    put: (rows) => options.blobs.put(rows),
    text: (blob) =>
      textOf(
        now,
        snapshot?.files.find((file) => file.blob === blob),
      ),
  };
  const goodText = (path: string) =>
    textOf(
      before,
      was?.files.find((file) => file.path === path),
    );
  const load = loaderOf({ ...options, source, blobs, goodText, resident: true });
  const first = await load();
  was = snapshot;
  now = after;
  const second = await load();
  const changed = differing(was, snapshot);
  const changedPaths =
    committed === null
      ? changed
      : [...changed.filter(isRead), ...differing(was, await committed.snapshot()).filter((path) => !isRead(path))];
  return { before: first, after: second, changedPaths: changedPaths.sort(compareText) };
}

function differing(before: Snapshot | null, after: Snapshot | null): string[] {
  const was = standing(before);
  const is = standing(after);
  const changed = [...is].filter(([path, what]) => !isAlike(was.get(path), what)).map(([path]) => path);
  const gone = [...was.keys()].filter((path) => !is.has(path));
  return [...changed, ...gone];
}

type Standing = Pick<SourceFile, 'blob' | 'size'>;

/** What stands at each path; what can't be read is told apart by why. */
function standing(snapshot: Snapshot | null): ReadonlyMap<string, Standing> {
  const at = new Map<string, Standing>(snapshot?.files.map((file) => [file.path, file]));
  for (const { file, message } of snapshot?.rejected ?? []) at.set(file, { blob: message, size: 0 });
  return at;
}

/** Of what is too large to be read a folder knows the size only. */
function isAlike(was: Standing | undefined, is: Standing): boolean {
  if (was === undefined || was.size !== is.size) return false;
  return was.blob === is.blob || was.blob === '' || is.blob === '';
}
