/** What the sources hand to the model: typed entries and problems, file by file, at one revision. */
import type { Diagnostic } from '../diagnostic.ts';
import type { Documents, Instant, Kind } from './document.ts';
import type { FieldLines } from './field-lines.ts';
import type { Country } from './phone.ts';

/** One entry that stands by itself: typed, not yet checked against the other files. */
export type TypedEntry = {
  readonly [K in Kind]: {
    readonly kind: K;
    readonly key: string;
    readonly document: Documents[K];
    readonly line: number;
    /** Optional fields set to `none` by the author: left out on purpose, so their absence is a statement. */
    readonly none: readonly string[];
    readonly fields?: FieldLines | undefined;
  };
}[Kind];

/** An entry that a problem holds; `key` is null where not even its identity could be read. */
export interface BrokenEntry {
  readonly kind: Kind;
  readonly key: string | null;
  readonly line: number;
  /** Id of the institution that a person's entry names all the same. */
  readonly refersTo?: string;
}

export interface LoadedFile {
  readonly path: string;
  /** Git object id of the content. */
  readonly blob: string;
  readonly kind: Kind;
  readonly entries: readonly TypedEntry[];
  readonly broken: readonly BrokenEntry[];
  /** Syntax error, limit, or cut-off end: nothing in the file counts, all it held keeps its last good document. */
  readonly unreadable: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** Names the content, as one version of the reader reads it, where it says one entry and nothing else; absent: it says more, or less. */
  readonly soleContent?: string;
}

/** Whom a revision names, as `Name <address>`. */
export interface Commit {
  readonly author: string;
  readonly committer: string;
  /** Names of the people who brought and who approved it, where the policy asks for them; absent: it does not. */
  readonly signedBy?: readonly string[];
  readonly approvedBy?: readonly string[];
}

export interface Loaded {
  /** Commit id, or for a folder a digest of its content. */
  readonly revision: string;
  /** Committer time of that commit; null for a folder. */
  readonly committedAt: Instant | null;
  /** Absent for a folder. */
  readonly commit?: Commit;
  readonly files: readonly LoadedFile[];
  /** Rejected paths, `muster.yaml`, and whatever belongs to no file of entries. */
  readonly diagnostics: readonly Diagnostic[];
  /** False: `muster.yaml` is missing or not ours, so nothing that stands here counts and everything is held. */
  readonly trusted: boolean;
  /** Countries in which a phone number may be, as the configuration of this installation says; absent: in all. */
  readonly phoneCountries?: ReadonlySet<Country>;
}
