/** Restrictions: everything that takes something from a person, as stretches of time with the words for each. */
import type { Origin } from '../diagnostic.ts';
import { type Days, windowOf } from './block-window.ts';
import { dayOf, endInWords } from './day.ts';
import type { Block, Entry, Instant, Institution, User } from './document.ts';
import type { Placed } from './field-lines.ts';
import type { OperatorBlock } from './model.ts';
import type { Moment } from './moment.ts';

export type ReasonKind =
  | 'not-started'
  | 'ended'
  | 'closed'
  | 'person-blocked'
  | 'institution-blocked'
  | 'mail-blocked'
  | 'operator-blocked';

/** In force from `from` (null: always) until just before `to` (null: for ever). */
export interface Restriction {
  readonly kind: ReasonKind;
  /** Names the document it comes from, so that what reaches a person by two ways counts once. */
  readonly source: string;
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** While it holds, and when it is over. */
  readonly text: string;
  readonly textWhenOver: string;
  /** Where its entry stands; null for an operator's order. */
  readonly placed: Placed | null;
  /** Fields of the entry: the first that it has decided that it holds, or that it is over. */
  readonly heldBy: readonly string[];
  readonly endedBy: readonly string[];
  readonly institution: string | null;
  /** Lines by which it reaches whoever is not named by it: `partOf` of institutions, nearest first; absent: there is none. */
  readonly through?: readonly Origin[];
  readonly knownSince: Instant | null;
}

/** One document of an entry: the one that counts, or a rival, which is never older than the pass that sees it. */
export interface Version<D> {
  readonly document: D;
  readonly placed: Placed;
  readonly knownSince: Instant | null;
}

export function versionsOf<D>(entry: Entry<D>): readonly Version<D>[] {
  const { document, knownSince, rivals } = entry;
  const own = { document, placed: entry, knownSince };
  return [own, ...rivals.map((rival) => ({ document: rival.document, placed: rival, knownSince: null }))];
}

/** What a person's own entry says: closed, not started, ended. */
export function ownRestrictions({ document, placed, knownSince }: Version<User>, days: Days): readonly Restriction[] {
  const { state, starts, ends } = document;
  // Each written out: put together of parts, they take several times as long, for each person in each pass.
  const restrictions: Restriction[] = [];
  if (state === 'closed') {
    restrictions.push({
      kind: 'closed',
      source: 'closed',
      from: null,
      to: null,
      text: 'the account is closed',
      textWhenOver: 'the account is closed',
      placed,
      heldBy: STATE,
      endedBy: STATE,
      institution: null,
      knownSince,
    });
  }
  if (starts !== null) {
    restrictions.push({
      kind: 'not-started',
      source: `starts ${starts}`,
      from: null,
      to: days.startOf(starts),
      text: `access starts on ${starts}`,
      textWhenOver: `access started on ${starts}`,
      placed,
      heldBy: STARTS,
      endedBy: STARTS,
      institution: null,
      knownSince,
    });
  }
  if (ends !== null) {
    const text = `the last day with access was ${ends}`;
    restrictions.push({
      kind: 'ended',
      source: `ends ${ends}`,
      from: days.startAfter(ends),
      to: null,
      text,
      textWhenOver: text,
      placed,
      heldBy: ENDS,
      endedBy: ENDS,
      institution: null,
      knownSince,
    });
  }
  return restrictions;
}

const STATE = ['state'];
const STARTS = ['starts'];
const ENDS = ['ends'];
const LIFTED = { heldBy: ['from'], endedBy: ['lifted'] };
const UNTIL = { heldBy: ['from'], endedBy: ['until'] };

type BlockKind = 'person-blocked' | 'institution-blocked' | 'mail-blocked';

/** What every version of a block entry says; `who` as in `CBS` or `Anna Jensen (ajensen)`. */
export function blockRestrictions(
  kind: BlockKind,
  entry: Entry<Block>,
  who: string,
  days: Days,
): readonly Restriction[] {
  const doing = kind === 'mail-blocked' ? 'may not send mail' : 'is blocked';
  const noun = kind === 'mail-blocked' ? 'the mail block' : 'the block';
  return versionsOf(entry).flatMap(({ document, placed, knownSince }, nth) => {
    // Lifted on its first day it never holds, but it may have been carried out before somebody wrote that.
    return [
      {
        ...windowOf(document, days),
        kind,
        source: `${kind} ${entry.key} ${nth}`,
        text: `${who} ${doing} since ${document.from}${blockEnd(document)}: ${document.reason}`,
        textWhenOver: `${noun} of ${who} since ${document.from} ${overInWords(document, days)}`,
        placed,
        ...(isEndedByLift(document, days) ? LIFTED : UNTIL),
        institution: kind === 'institution-blocked' ? document.target : null,
        knownSince,
      },
    ];
  });
}

function blockEnd({ until, lifted }: Block): string {
  if (lifted !== null) return `, to be lifted on ${lifted}`;
  return until === null ? '' : `, until ${until} inclusive`;
}

function overInWords(block: Block, days: Days): string {
  return isEndedByLift(block, days) ? `was lifted on ${block.lifted ?? ''}` : `ended after ${block.until ?? ''}`;
}

/** Which of the two dates ends it. */
function isEndedByLift({ until, lifted }: Block, days: Days): boolean {
  return lifted !== null && (until === null || days.startOf(lifted) <= days.startAfter(until));
}

/** A block from the command line: in force from the moment it was set; null where it would end before that. */
export function operatorRestriction(block: OperatorBlock, who: string, timeZone: string): Restriction | null {
  if (block.until !== null && block.until <= block.at) return null;
  const since = dayOf(block.at, timeZone);
  const end = block.until === null ? '' : `, until ${endInWords(block.until, timeZone)}`;
  const order = `from the command line by ${block.by} since ${since}`;
  return {
    kind: 'operator-blocked',
    source: `operator ${block.id}`,
    from: block.at,
    to: block.until,
    text: `${who} is blocked ${order}${end}: ${block.reason}`,
    textWhenOver: `the block of ${who} ${order} has ended`,
    placed: null,
    heldBy: [],
    endedBy: [],
    institution: block.scope === 'institution' ? block.target : null,
    knownSince: block.at,
  };
}

/** As in `Anna Jensen (ajensen)`. */
export function personLabel({ name, username }: User): string {
  return `${name.given} ${name.family} (${username})`;
}

/** `CBS`, and for a block from above `DTU, of which DTU Compute is part,`. */
export function institutionLabel(
  blocked: string,
  member: string,
  institutions: ReadonlyMap<string, Entry<Institution>>,
): string {
  const nameOf = (key: string) => institutions.get(key)?.document.name ?? key;
  return blocked === member ? nameOf(blocked) : `${nameOf(blocked)}, of which ${nameOf(member)} is part,`;
}

/** Whether there is a moment at which it holds. */
export function everHolds({ from, to }: Restriction): boolean {
  return from === null || to === null || from < to;
}

/** Whether it holds at that moment. */
export function holdsAt({ from, to }: Restriction, moment: Moment): boolean {
  return (from === null || moment.reached(from)) && (to === null || !moment.reached(to));
}
