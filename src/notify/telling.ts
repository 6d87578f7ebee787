/** When something that lasts is told: once it has lasted long enough, again where that is promised, and when it is over. */
import type { Lasting, Matter, MatterGroup } from '../core/mails.ts';
import type { Instant } from '../model/document.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A block that is not written down is told after so long, in milliseconds, then every day. */
const ORDER_FIRST_MS = 4 * HOUR_MS;

export interface Look {
  readonly now: Instant;
  /** What is seen to last now. */
  readonly lasting: readonly Lasting[];
  /** Groups of which that is everything: what is known of them and is not in it is over. */
  readonly seen: ReadonlySet<MatterGroup>;
  readonly known: readonly Matter[];
  /** How long something lasts before it is told, in milliseconds. */
  readonly afterMs: number;
  /** When the operators' blocks began, by key of the matter, where that is known better than by the first look. */
  readonly began: ReadonlyMap<string, Instant>;
}

export interface Telling {
  /** All that last, with what is now told counted. */
  readonly matters: readonly Matter[];
  /** To be told now. */
  readonly fresh: readonly Matter[];
  /** Blocks of which somebody is to be reminded now. */
  readonly orders: readonly Matter[];
  /** Told before, and over. */
  readonly over: readonly Matter[];
}

/** Pure. Levels, not edges: told twice the same, it tells nothing the second time. */
export function whatToTell({ now, lasting, seen, known, afterMs, began }: Look): Telling {
  const before = new Map(known.map((matter) => [matter.key, matter]));
  const current = new Set(lasting.map(({ key }) => key));
  const present = lasting.map((one): Matter => {
    const earlier = before.get(one.key);
    const since = began.get(one.key) ?? earlier?.since ?? now;
    // Another beginning makes it another matter, as where somebody is blocked again.
    const { told, toldAt } = earlier?.since === since ? earlier : UNTOLD;
    return { ...one, since, told, toldAt };
  });
  const absent = known.filter(({ key }) => !current.has(key));
  const unseen = absent.filter(({ group }) => !seen.has(group));
  const gone = absent.filter(({ group }) => seen.has(group));
  const matters = [...present, ...unseen].map((matter) => ({ matter, times: timesDue(matter, now, afterMs) }));
  const joined = new Set(
    matters.filter(({ matter }) => isNewPart(matter, now, afterMs)).map(({ matter }) => wholeOf(matter)),
  );
  const isDue = ({ matter, times }: (typeof matters)[number]) =>
    times > matter.told || (matter.told > 0 && joined.has(matter.key));
  const due = matters.filter(isDue).map(({ matter }) => matter);
  const toldNow = new Set(due.map(({ key }) => key));
  // Whoever was told and left stays known as long as the rest is held: in and out is no news each time.
  const left = gone.filter((one) => one.group === 'part' && one.told > 0 && current.has(wholeOf(one)));
  return {
    matters: [
      ...matters.map(({ matter, times }) => {
        if (toldNow.has(matter.key)) return { ...matter, told: Math.max(times, 1), toldAt: now };
        const isTold = matter.group === 'part' && matter.told === 0 && toldNow.has(wholeOf(matter));
        return isTold ? { ...matter, told: 1, toldAt: now } : matter;
      }),
      ...left,
    ],
    fresh: due.filter(({ group }) => group !== 'order'),
    orders: due.filter(({ group }) => group === 'order'),
    over: gone.filter(({ told, group }) => told > 0 && !ENDS_UNSAID.has(group)),
  };
}

/** A mail that never came, or a row that can't be read, is not in order for being listed no longer. */
const ENDS_UNSAID: ReadonlySet<MatterGroup> = new Set(['order', 'coming', 'closed', 'given-up', 'audit', 'part']);

function isNewPart({ group, told, since }: Matter, now: Instant, afterMs: number): boolean {
  return group === 'part' && told === 0 && now - since >= afterMs;
}

/** Key of what it is a part of. */
function wholeOf({ key }: Matter): string {
  return key.slice(0, key.indexOf('\n'));
}

const UNTOLD = { told: 0, toldAt: null };

/** How often it should have been told by now. */
function timesDue({ group, since, told }: Matter, now: Instant, afterMs: number): number {
  const age = now - since;
  switch (group) {
    case 'urgent':
    case 'restored':
      // At once, and every day until somebody acts.
      return 1 + Math.floor(age / DAY_MS);
    case 'given-up':
    case 'audit':
      return 1;
    case 'order':
      return age < ORDER_FIRST_MS ? 0 : 1 + Math.floor(age / DAY_MS);
    case 'part':
      return told;
    case 'coming':
    case 'closed':
      // Each has a mail of its own.
      return told;
    default:
      return age >= afterMs ? 1 : 0;
  }
}
