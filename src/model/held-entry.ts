/** Held entries: what counts only by its last good document, told to a person with the line that ends it. */
import type { Origin } from '../diagnostic.ts';
import type { Kind } from './document.ts';

/** An entry that counts only by its last good document, or that waits because it has none yet. */
export interface HeldEntry {
  readonly kind: Kind;
  readonly key: string;
  /** As people call it, `Anna Jensen (ajensen)`; absent: by its key. */
  readonly label?: string;
  readonly condition: 'held' | 'vanished';
  readonly origin: Origin;
  /** Why, in one sentence. */
  readonly text: string;
  /** The line to write; null: see the diagnostics of the file. */
  readonly fix: string | null;
}
