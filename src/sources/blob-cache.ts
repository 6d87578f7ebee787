/** The port through which the loader remembers the typed form and the text of file contents between passes. */

/** One content, as one kind of document, read by one version of the reader. */
export interface CacheKey {
  /** Git object id of the content: lower-case hex. */
  readonly blob: string;
  /** Kind of document and version of the reader, as in `user@1`: opaque to the store. */
  readonly kind: string;
}

export interface CacheRow extends CacheKey {
  /** Compact JSON, opaque to the store. */
  readonly typed: string;
  /** The content as text: what the cut-off check compares with. */
  readonly text: string;
}

/** A cache: losing it costs time, never truth. */
export interface BlobCache {
  /** Typed forms of contents of one kind, by blob; unknown ones are left out. Asked in batches of up to some thousands. */
  get(kind: string, blobs: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Adds rows in one transaction; a row that is there already stays or is replaced, both are right. */
  put(rows: readonly CacheRow[]): Promise<void>;
  /** The text of a content that was put under any kind; null: not known. */
  text(blob: string): Promise<string | null>;
}

/** One text for a key. */
export function cacheKey(key: CacheKey): string {
  return `${key.kind} ${key.blob}`;
}
