/** The last full reading, kept by a process that lasts, with everything that must still be the same for changes to be read on top of it. */
import type { Position } from '../../../core/server-memory.ts';
import type { Account, Reading } from '../port.ts';
import type { ProtectionRules } from '../protection.ts';
import type { Link } from './connection.ts';
import type { Identity } from './identity.ts';

const HOUR_MS = 3_600_000;

/** As what accounts are read on one connection, and how protection is judged. */
export interface View {
  readonly link: Link;
  readonly identity: Identity;
  readonly rules: ProtectionRules;
}

/** A full reading as it stands, changes included. */
export interface Kept {
  /** The server, its life, and the number of its latest change before it was asked for what is in here. */
  readonly position: Position;
  readonly reading: Reading;
  readonly byGuid: ReadonlyMap<string, Account>;
  /** Known GUIDs of which every one was found to be in it; null: that was not asked, or some were not. */
  readonly allHere: ReadonlySet<string> | null;
  /** When the full reading began, in milliseconds of `performance.now()`. */
  readonly fullAt: number;
  readonly view: Omit<View, 'link'>;
}

/**
 * Belongs to one adapter, so that site and mapping can't change under it. Counters of different controllers have nothing to do
 * with one another (MS-ADTS 3.1.1.1.9): a reading counts for its own server and life alone.
 */
export class KeptReading {
  #kept: Kept | null = null;

  keep({ identity, rules }: View, position: Position | null, reading: Reading, fullAt: number): void {
    const { accounts } = reading;
    this.#kept =
      position === null
        ? null
        : {
            position,
            reading,
            byGuid: new Map(accounts.map((one) => [one.guid, one])),
            allHere: null,
            fullAt,
            view: { identity, rules },
          };
  }

  /** The same full reading with changes on top. */
  advance(kept: Kept): void {
    this.#kept = kept;
  }

  forget(): void {
    this.#kept = null;
  }

  /** What changes may be read on top of; null: everything has to be read. */
  for(view: View, now: Position | null): Kept | null {
    const kept = this.#kept;
    if (kept === null || now === null) return null;
    const { position, fullAt } = kept;
    const sameServer = position.server === now.server && position.epoch === now.epoch;
    const young = performance.now() - fullAt < view.link.settings.fullReadHours * HOUR_MS;
    const forward = now.sequence >= position.sequence;
    return sameServer && young && forward && sameView(kept.view, view) ? kept : null;
  }
}

/** Whether the same login sees it, and everybody who was protected is so for the same reason. */
function sameView(then: Kept['view'], now: Kept['view']): boolean {
  if (then.identity.login !== now.identity.login || then.rules.ownGuid !== now.rules.ownGuid) return false;
  const [before, after] = [then.rules.inGroups, now.rules.inGroups];
  if (before.size !== after.size) return false;
  for (const [guid, group] of after) if (before.get(guid) !== group) return false;
  return true;
}
