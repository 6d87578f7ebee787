/** Observing: a list of blocked people becomes one permission for each person, and what else stands on it is told. */
import type { Desired, Observed } from '../../core/change.ts';
import type { Notice } from '../../core/plan.ts';
import type { Known, Observation } from '../../core/ports.ts';
import { compareText } from '../../diagnostic.ts';
import { lastResult } from '../../model/reuse.ts';
import { goneAllowed } from '../directory/completeness.ts';
import { addressFor, asPeople, type People, sharedAddressNotices } from './addresses.ts';
import type { BlockList, Listing } from './port.ts';
import { handleOf, keyOf, MAIL, MAIL_PERMISSION } from './projection.ts';
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
      const expected = [...people.blocked, ...[...known.disabled].map(keyOf)];
      const nameless = await namelessAmong(expected, listing, list);
      const now = new Map<string, Observed>();
      for (const { address } of wanted) {
        const { key } = address;
        const mayNot = nameless.has(key) && people.blocked.has(key);
        if (mayNot && !known.handles.has(handleOf(key))) continue;
        const shown = permissionOf(key, people, listing, list);
        // What Muster wrote of them went with their account: nobody gave anything back.
        const fresh = mayNot ? { ...shown, enabled: false } : shown;
        const last = before.get(key);
        const isSame = last?.enabled === fresh.enabled && last.raw.address === fresh.raw.address;
        now.set(key, isSame ? last : fresh);
      }
      before = now;
      const lost = isLost(listing, known, nameless);
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
          ...strangerNotices(listing, people.wanted, list),
          ...namelessNotices(nameless, people, list),
          ...sharedAddressNotices(listing, people, list),
        ],
        ...(lost ? { lost } : {}),
      };
    },
    lookup: async (list, keys) => {
      const listing = await list.read();
      const refused = keys.filter((key) => people.blocked.has(key));
      const nameless = await namelessAmong(refused, listing, list);
      const named = [...new Set(keys)].filter((key) => !nameless.has(key));
      return named.map((key) => permissionOf(key, people, listing, list));
    },
  };
}

/** Who does not stand on the list because it can't name them. */
async function namelessAmong(
  keys: readonly string[],
  { listed }: Listing,
  list: BlockList,
): Promise<ReadonlySet<string>> {
  if (list.cannotName === undefined) return NOBODY;
  return await list.cannotName([...new Set(keys)].filter((key) => !listed.has(key)));
}

const NOBODY: ReadonlySet<string> = new Set();

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

/**
 * With fewer lines than Muster wrote, and somebody among them whom Muster had blocked. Where nothing in the list tells that, with more
 * of them missing than hands take out between two passes.
 */
function isLost({ completeness, listed }: Listing, { disabled }: Known, nameless: ReadonlySet<string>): boolean {
  if (completeness === 'whole' || completeness === 'added') return false;
  const there = new Set([...listed, ...nameless].map(handleOf));
  const missing = [...disabled].filter((handle) => !there.has(handle)).length;
  return missing > (completeness === 'unsealed' ? goneAllowed(disabled.size) : 0);
}

const LOST: Readonly<Record<Listing['completeness'], string>> = {
  absent: 'is gone',
  bare: 'has nothing that shows that Muster wrote it',
  empty: 'is empty, so that it keeps nobody from sending mail',
  short: 'has fewer lines than Muster wrote',
  damaged: 'is damaged. Muster makes it anew, which sessions that are open already do not see',
  unsealed: 'has lost more people than are taken off it by hand',
  added: '',
  whole: '',
};

function lostNotices({ completeness }: Listing, lost: boolean, { server }: BlockList): readonly Notice[] {
  if (!lost) return [];
  const text = `The ${server} ${LOST[completeness]}. Whomever Muster had blocked there is blocked again.`;
  const next = 'Find out who or what changed it: nothing else may write what Muster wrote.';
  return [{ kind: 'lost-write', person: null, text, next, origin: null, urgent: false }];
}

/** Whoever can't log in there can't send from there either: no alarm, but a block that is still to come. */
function namelessNotices(
  nameless: ReadonlySet<string>,
  { wanted, blocked }: People,
  { server }: BlockList,
): readonly Notice[] {
  const labels = [...nameless].flatMap((key) => (blocked.has(key) ? (wanted.get(key)?.person.label ?? key) : []));
  if (labels.length === 0) return [];
  const text = `The ${server} can't name who has no account under their username: ${someOf(labels.sort(compareText))}. They may not send mail, and are put there once they have one.`;
  return [{ kind: 'unsettled', person: null, text, next: null, origin: null, urgent: false }];
}

function someOf(names: readonly string[]): string {
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  return `${names.slice(0, NAMED_MAX).join(', ')}${more}`;
}

/** Lines about nobody who is declared, and lines that nobody can read: kept, for whoever wrote them meant somebody. */
function strangerNotices(
  { listed, unread }: Listing,
  wanted: People['wanted'],
  { server }: BlockList,
): readonly Notice[] {
  const strangers = [...listed].filter((key) => !wanted.has(key)).sort(compareText);
  const of = (lines: readonly string[], what: string, next: string): readonly Notice[] => {
    if (lines.length === 0) return [];
    const text = `The ${server} ${what}: ${someOf(lines)}. Muster keeps that so.`;
    return [{ kind: 'foreign', person: null, text, next, origin: null, urgent: false }];
  };
  return [
    ...of(strangers, 'names people whom nobody declares', 'Declare them, or take them out by hand.'),
    ...of(unread, 'has entries that name nobody', 'Correct them by hand, or take them out.'),
  ];
}
