/** Observing: a list of blocked people becomes one permission for each person, and what else stands on it is told. */
import type { Desired, Observed } from '../../core/change.ts';
import type { Notice } from '../../core/plan.ts';
import type { Known, Observation } from '../../core/ports.ts';
import { compareText } from '../../diagnostic.ts';
import { lastResult } from '../../model/reuse.ts';
import { addressFor, asPeople, type People, sharedAddressNotices } from './addresses.ts';
import type { BlockList, Listing } from './port.ts';
import { handleOf, MAIL, MAIL_PERMISSION } from './projection.ts';
import { standsOn } from './standing.ts';

/** Names in one notice: who looks into it has the list itself. */
const NAMED_MAX = 10;

/** Lives as long as its reconciler. */
export interface Observing {
  /** Who is wanted, for what is looked up before anything is observed. */
  expect(wanted: readonly Desired[]): void;
  /** What nobody changed stays the same object. */
  observe(list: BlockList, wanted: readonly Desired[], known: Known): Promise<Observation>;
  lookup(list: BlockList, keys: readonly string[]): Promise<readonly Observed[]>;
}

export function observing(): Observing {
  let before: ReadonlyMap<string, Observed> = new Map();
  const wantedOf = lastResult(asPeople);
  let people = wantedOf([]);
  return {
    expect: (wanted) => {
      people = wantedOf(wanted);
    },
    observe: async (list, wanted, known) => {
      people = wantedOf(wanted);
      const listing = await list.read();
      const now = new Map<string, Observed>();
      for (const { address } of wanted) {
        const { key } = address;
        const fresh = permissionOf(key, people, listing, list);
        const last = before.get(key);
        const isSame = last?.enabled === fresh.enabled && last.raw.address === fresh.raw.address;
        now.set(key, isSame ? last : fresh);
      }
      before = now;
      const lost = isLost(listing, known);
      return {
        system: MAIL,
        reach: 'full',
        server: list.server,
        observed: [...now.values()],
        elsewhere: [],
        gone: [],
        conflicts: [],
        digest: listing.digest,
        notices: [
          ...lostNotices(listing, lost, list),
          ...strangerNotices(listing, now, list),
          ...sharedAddressNotices(listing, people, list),
        ],
        ...(lost ? { lost } : {}),
      };
    },
    lookup: async (list, keys) => {
      const listing = await list.read();
      return [...new Set(keys)].map((key) => permissionOf(key, people, listing, list));
    },
  };
}

/** Everybody has one, and nobody but the list says otherwise. */
function permissionOf(key: string, people: People, listing: Listing, { server }: BlockList): Observed {
  const address = addressFor(key, people, listing);
  const enabled = !standsOn(listing, { key, address }, people.blocked.has(key));
  return {
    address: { system: MAIL, kind: MAIL_PERMISSION, key },
    handle: handleOf(key),
    ownership: 'ours',
    attempt: null,
    markedKey: key,
    enabled,
    attributes: {},
    protectedBecause: null,
    location: server,
    managed: true,
    raw: { listed: enabled ? null : 'yes', address },
  };
}

/** With fewer lines than Muster wrote, and somebody among them whom Muster had blocked. */
function isLost({ completeness, listed }: Listing, { disabled }: Known): boolean {
  if (completeness === 'whole' || completeness === 'added') return false;
  const there = new Set([...listed].map(handleOf));
  return [...disabled].some((handle) => !there.has(handle));
}

const LOST: Readonly<Record<Listing['completeness'], string>> = {
  absent: 'is gone',
  bare: 'is not the one that Muster wrote: its first line is missing',
  empty: 'is empty, so that it keeps nobody from sending mail',
  short: 'has fewer lines than Muster wrote',
  damaged: 'is damaged. Muster makes it anew, which sessions that are open already do not see',
  added: '',
  whole: '',
};

function lostNotices({ completeness }: Listing, lost: boolean, { server }: BlockList): readonly Notice[] {
  if (!lost) return [];
  const text = `The ${server} ${LOST[completeness]}. Whomever Muster had blocked there is blocked again.`;
  const next = 'Find out who or what changed it: nothing but Muster may write it.';
  return [{ kind: 'lost-write', person: null, text, next, origin: null, urgent: false }];
}

/** Lines about nobody who is declared, and lines that nobody can read: kept, for whoever wrote them meant somebody. */
function strangerNotices(
  { listed, unread }: Listing,
  wanted: ReadonlyMap<string, Observed>,
  { server }: BlockList,
): readonly Notice[] {
  const strangers = [...listed].filter((key) => !wanted.has(key)).sort(compareText);
  const of = (lines: readonly string[], what: string, next: string): readonly Notice[] => {
    if (lines.length === 0) return [];
    const named = lines.slice(0, NAMED_MAX).join(', ');
    const more = lines.length > NAMED_MAX ? ` and ${lines.length - NAMED_MAX} more` : '';
    const text = `The ${server} ${what}: ${named}${more}. Muster keeps that so.`;
    return [{ kind: 'foreign', person: null, text, next, origin: null, urgent: false }];
  };
  return [
    ...of(strangers, 'names people whom nobody declares', 'Declare them, or take their lines out by hand.'),
    ...of(unread, 'has lines that name nobody', 'Correct them by hand, or take them out.'),
  ];
}
