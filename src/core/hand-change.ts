/** Values that somebody changed by hand, as a plan, a report and the journal speak of them. */
import type { Origin } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';

/** When and where an attribute was last changed, as the system itself remembers it. */
export interface LastChange {
  readonly at: Instant;
  /** Name of the server on which it was; null: not known any more. */
  readonly server: string | null;
}

/** A value that somebody changed in the system while the repository did not change. */
export interface HandChange {
  readonly attribute: string;
  /** Absent: the system does not tell, or was not asked. */
  readonly changed?: LastChange;
}

/** What a notice about such a value says besides its text. */
export interface Drift extends HandChange {
  /** Of the thing. */
  readonly handle: string;
  readonly found: string | null;
  /** What to write in the repository to keep what was found; absent: no single line holds it. */
  readonly edit?: RepositoryEdit;
}

/** Lines that take the place of what stands there. */
export interface RepositoryEdit {
  readonly origin: Origin;
  readonly lines: string;
}
