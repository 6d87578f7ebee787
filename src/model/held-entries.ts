/** Held entries: what a person has to know of each entry that goes on by its last good document. */
import type { Entry, Kind } from './document.ts';
import type { HeldEntry } from './held-entry.ts';
import { personLabel } from './restrictions.ts';
import { vanishedServer } from './server-rules.ts';
import type { Objection, Settled } from './settle.ts';
import {
  type BlockKind,
  type SettledBlocks,
  type SettledPeople,
  type SettledWork,
  targetFieldOf,
} from './settle-all.ts';
import { type BlockTime, vanishedBlock, vanishedInstitution, vanishedUser } from './vanished.ts';

export function heldAmongPeople({ institution, user }: SettledPeople): readonly HeldEntry[] {
  let needed: ReadonlySet<string> | null = null;
  const isNeeded = (key: string) => {
    needed ??= neededInstitutions({ institution, user });
    return needed.has(key);
  };
  return [
    ...heldOf('institution', institution, (entry) => vanishedInstitution(entry, isNeeded(entry.key))),
    ...heldOf('user', user, vanishedUser, personLabel),
  ];
}

export function heldAmongBlocks(blocks: SettledBlocks, time: BlockTime): readonly HeldEntry[] {
  const ofKind = (kind: BlockKind, what: string) =>
    heldOf(kind, blocks[kind], (entry) => vanishedBlock(entry, targetFieldOf(kind), what, time));
  return [
    ...ofKind('blocked-institution', 'block'),
    ...ofKind('blocked-user', 'block'),
    ...ofKind('mail-block', 'mail block'),
  ];
}

/** A confirmation that left the files is missed by nobody: what it confirmed was done. */
export function heldAmongWork(work: SettledWork): readonly HeldEntry[] {
  return [
    ...heldOf('server', work.server, vanishedServer),
    ...heldOf('confirmed-task', work['confirmed-task'], () => null),
  ];
}

/** `whenGone` says what a person has to know of an entry that left the files; null: nothing, for nobody misses it. */
function heldOf<D>(
  kind: Kind,
  settled: readonly Settled<D>[],
  whenGone: (entry: Entry<D>) => Objection | null,
  labelOf?: (document: D) => string,
): readonly HeldEntry[] {
  const found: HeldEntry[] = [];
  for (const { entry, held } of settled) {
    const { key, condition, origin, document } = entry;
    if (condition === 'declared') continue;
    const why = condition === 'held' ? held : whenGone(entry);
    if (why === null) continue;
    const label = labelOf === undefined ? {} : { label: labelOf(document) };
    found.push({ kind, key, ...label, condition, origin, text: why.message, fix: why.fix });
  }
  return found;
}

/** Institutions that a person with an open account belongs to, or that another institution is part of. */
function neededInstitutions({ institution, user }: Pick<SettledPeople, 'institution' | 'user'>): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const { counts, entry } of user) {
    if (counts && entry.document.state === 'active') needed.add(entry.document.institution);
  }
  for (const { counts, entry } of institution) if (counts) needed.add(entry.document.partOf ?? '');
  return needed;
}
