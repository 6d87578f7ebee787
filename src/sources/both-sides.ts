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
    get: (kind, blobs) => options.blobs.get(kind, blobs),
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
  const beside = committed === null || committed === before ? [] : differing(was, await committed.snapshot());
  const changedPaths =
    committed === null ? changed : [...changed.filter(isRead), ...beside.filter((path) => !isRead(path))];
  return { before: first, after: second, changedPaths: [...new Set(changedPaths)].sort(compareText) };
}

/** Files come in the order of their paths on both sides, so one walk along both finds what differs. */
function differing(before: Snapshot | null, after: Snapshot | null): string[] {
  const [was, is] = [before?.files ?? [], after?.files ?? []];
  const changed: string[] = [];
  for (let old = 0, now = 0; old < was.length || now < is.length; ) {
    const [gone, here] = [was[old], is[now]];
    const order = gone === undefined ? 1 : here === undefined ? -1 : compareText(gone.path, here.path);
    if (order < 0 && gone !== undefined) changed.push(gone.path);
    if (order > 0 && here !== undefined) changed.push(here.path);
    if (order === 0 && gone !== undefined && here !== undefined && !isAlike(gone, here)) changed.push(here.path);
    if (order <= 0) old += 1;
    if (order >= 0) now += 1;
  }
  return [...changed, ...differingAmongRejected(before, after)];
}

/** What can't be read is told apart by why. */
function differingAmongRejected(before: Snapshot | null, after: Snapshot | null): readonly string[] {
  const whys = (snapshot: Snapshot | null) => new Map(snapshot?.rejected.map(({ file, message }) => [file, message]));
  const [was, is] = [whys(before), whys(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
}

/** Of what is too large to be read, or is not read, a folder does not know the content. */
function isAlike(was: SourceFile, is: SourceFile): boolean {
  return was.blob === is.blob || (was.size === is.size && (was.blob === '' || is.blob === ''));
}
