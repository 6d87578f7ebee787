/** Tugs of war: the same change made again and again because something undoes it, told by who that is, with what waits beside it. */
import { CAUSES_OF_DISABLES } from './access.ts';
import { type Change, type Disable, effortOf } from './change.ts';
import { peopleIn } from './plan.ts';
import type { Track } from './ports.ts';

/** The same change made this often within a day is a tug of war, not a reconciliation. */
const FLAPS_MAX = 3;

export interface TugOfWar {
  readonly changes: readonly Change[];
  readonly because: string;
  readonly release: string;
}

/**
 * What may not be made once more, and, where that would give something, all else that would be given to the same people: nobody is
 * given back by half.
 * @param open changes that take nothing and that nobody approved
 * @param tracks by effort
 */
export function tugsOfWar(open: readonly Change[], tracks: ReadonlyMap<string, Track>): readonly TugOfWar[] {
  if (tracks.size === 0) return [];
  const applied = (change: Change) => tracks.get(effortOf(change))?.applied ?? 0;
  const tugged = new Set(open.filter((change) => applied(change) >= FLAPS_MAX));
  if (tugged.size === 0) return [];
  const waiting = peopleIn([...tugged].filter(gives));
  const picked = open.filter((change) => tugged.has(change) || (gives(change) && waiting.has(change.person.key)));
  const undone = (change: Change) => CAUSES_OF_DISABLES.reduce((sum, kind) => sum + applied(undoing(change, kind)), 0);
  const own = peopleIn([...tugged].filter((change) => change.kind === 'enable' && undone(change) >= FLAPS_MAX));
  const of = (changes: readonly Change[], by: string, advice: string): readonly TugOfWar[] => {
    if (changes.length === 0) return [];
    const beside = changes.every((change) => tugged.has(change))
      ? ''
      : ' Whatever else would be given to the same people waits with it.';
    const because = `the same change was made ${FLAPS_MAX} times within a day and was undone each time${by}.${beside}`;
    return [{ changes, because, release: `${advice} To have it made once more, run APPROVE.` }];
  };
  return [
    ...of(
      picked.filter((change) => own.has(change.person.key)),
      BY_MUSTER,
      AGREE,
    ),
    ...of(
      picked.filter((change) => !own.has(change.person.key)),
      '',
      FIND_OUT,
    ),
  ];
}

const BY_MUSTER =
  ', by Muster itself: orders ("muster block", "muster unblock") or entries in the repository went back and forth';
const AGREE = 'Agree on what is to hold, and leave it so.';
const FIND_OUT =
  'Find out who or what undoes it: somebody or something in that system, or entries in the repository that go back and forth.';

function gives({ effect }: Change): boolean {
  return effect === 'gives';
}

/** As Muster takes away for that cause what this gives back. */
function undoing(change: Change, kind: string): Change {
  if (change.kind === 'create') return change;
  const off = { enabled: false, attributes: {} };
  const disable: Disable = { ...change, kind: 'disable', after: off, cause: { ...change.cause, kind } };
  return disable;
}
