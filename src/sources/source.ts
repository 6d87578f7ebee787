/** The port to where the desired state lies: a pinned snapshot of files, their contents, and their history. */
import type { Diagnostic, Origin } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';
import type { Commit } from '../model/loaded.ts';

export interface SourceFile {
  /** Path from the top of the repository, with `/`, as it stands there. */
  readonly path: string;
  /** Git object id of the content, lower-case hex: `sha1("blob " + length + "\0" + content)`. */
  readonly blob: string;
  /** Bytes. */
  readonly size: number;
}

/** The repository at one moment; everything read afterwards is of this moment. */
export interface Snapshot {
  /** Commit id; for a folder `folder-` and a digest of paths and contents. */
  readonly revision: string;
  /** Committer time; null for a folder. */
  readonly committedAt: Instant | null;
  /** Absent for a folder. */
  readonly commit?: Commit;
  /** Regular files whose paths are fit to be read, in the order of their paths. */
  readonly files: readonly SourceFile[];
  /** Everything else, by name: links, submodules, twins, unfit paths. */
  readonly rejected: readonly Diagnostic[];
}

/** Who last changed a line. */
export interface Blame {
  readonly commit: string;
  readonly author: string;
  readonly email: string;
  /** Committer time of that commit: when it came to stand in the repository. */
  readonly at: Instant;
  /** First line of the commit message. */
  readonly summary: string;
}

export interface Source {
  /** The URL and branch, or the folder, for messages. */
  readonly where: string;
  /**
   * The newest state. Throws MusterError when it cannot be had, or when `signal` breaks off asking for it; then nothing of the
   * last one is in doubt.
   */
  snapshot(signal?: AbortSignal): Promise<Snapshot>;
  /** Contents of files of the last snapshot, in the order asked for, proven by their ids. Throws MusterError. */
  texts(files: readonly SourceFile[]): AsyncIterable<{ readonly file: SourceFile; readonly bytes: Uint8Array }>;
  /** Whether `to` descends from (or is) `from`; false also where `from` is not known here. A folder always does. */
  descends(from: string, to: string): Promise<boolean>;
  /** Who last changed this line as of a revision; null where no history tells. */
  blame(origin: Origin, revision: string): Promise<Blame | null>;
}
