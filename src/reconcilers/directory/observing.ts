/** Observing: accounts as a directory holds them become things as core compares them; what did not change stays the same object. */
import type { Desired, Observed } from '../../core/change.ts';
import type { Known, Observation, Reach } from '../../core/ports.ts';
import { compareText } from '../../diagnostic.ts';
import { fold } from '../../model/document.ts';
import { lastResult, steadyPick, steadySet } from '../../model/reuse.ts';
import { conflictsOf, forbidden, unplaced } from './conflicts.ts';
import { ACCOUNT_EXPIRES, type Mapping } from './mapping.ts';
import { readMark } from './mark.ts';
import { observationDigest } from './observation-digest.ts';
import type { Account, DirectoryReader, Reading } from './port.ts';
import { ACCOUNT, DIRECTORY } from './projection.ts';

export interface ObservingSettings {
  readonly instance: string;
  readonly mapping: Mapping;
  /** sAMAccountNames, folded, that nobody may touch or make. */
  readonly protected: ReadonlySet<string>;
}

/** Lives as long as its reconciler. */
export interface Observing {
  /** See `Reader.observe`. The very same inputs, and a directory in which nothing changed at all, give the very same observation. */
  observe(reader: DirectoryReader, wanted: readonly Desired[], known: Known, reach: Reach): Promise<Observation>;
  one(account: Account, known: Known): Observed;
}

interface Last {
  readonly reading: Reading;
  readonly wanted: readonly Desired[];
  readonly observation: Observation;
}

export function observingWith(settings: ObservingSettings): Observing {
  const one = (account: Account, known: Known) => observedFrom(account, known, settings);
  const listOf = observedList(one);
  const names = steadySet<string>();
  const namesIn = lastResult((observed: readonly Observed[]) => names(observed.map(({ address }) => address.key)));
  const missingFrom = lastResult(steadyPick(isMissing));
  const digestOf = observationDigest();
  let last: Last | null = null;
  return {
    one,
    observe: async (reader, wanted, known, reach) => {
      const reading = await reader.readAll(known.handles, known.valued, reach);
      const observed = listOf(reading.accounts, known);
      const missing = missingFrom(wanted, namesIn(observed));
      if (last !== null && isSame(last, reading, wanted, observed)) return last.observation;
      const found = await lookFor(missing, reader);
      const elsewhere = [...reading.moved, ...strangersAmong(found, reading, missing)]
        .map((account) => one(account, known))
        .sort((a, b) => compareText(a.handle, b.handle));
      const gone = [...reading.gone].sort(compareText);
      const observation: Observation = {
        system: DIRECTORY,
        reach: reading.reach,
        server: reader.server,
        observed,
        elsewhere,
        gone,
        conflicts: [...conflictsOf(missing, found), ...unplaced(missing), ...forbidden(missing, settings.protected)],
        digest: digestOf(observed, elsewhere, gone),
      };
      last = { reading, wanted, observation };
      return observation;
    },
  };
}

/** The same reading means that nothing in the whole directory changed, so that nothing would be found elsewhere that was not before. */
function isSame(last: Last, reading: Reading, wanted: readonly Desired[], observed: readonly Observed[]): boolean {
  const { observation } = last;
  return (
    last.reading === reading &&
    last.wanted === wanted &&
    observation.observed === observed &&
    observation.elsewhere.length === 0
  );
}

/** Whether no account bears its name. */
function isMissing({ address }: Desired, here: ReadonlySet<string>): boolean {
  return !here.has(address.key);
}

async function lookFor(missing: readonly Desired[], reader: DirectoryReader): Promise<readonly Account[]> {
  if (missing.length === 0) return [];
  return await reader.find({
    usernames: missing.map(({ address }) => address.key),
    upns: missing.map(({ blueprint }) => blueprint.userPrincipalName ?? ''),
  });
}

/** Accounts outside the managed units that bear a wanted name. */
function strangersAmong(found: readonly Account[], reading: Reading, missing: readonly Desired[]): readonly Account[] {
  if (found.length === 0) return [];
  const seen = new Set([...reading.accounts, ...reading.moved].map(({ guid }) => guid));
  const names = new Set(missing.map(({ address }) => address.key));
  return found.filter(({ guid, username }) => !seen.has(guid) && names.has(fold(username)));
}

/**
 * Accounts in the order of their GUIDs to things in the same order. An account that is the very one of last time becomes the very
 * thing of last time, as long as the ledger says the same of it; where that goes for all of them, so does the list.
 */
function observedList(
  one: (account: Account, known: Known) => Observed,
): (accounts: readonly Account[], known: Known) => readonly Observed[] {
  let before: { readonly accounts: readonly Account[]; readonly known: Known; readonly things: readonly Observed[] } = {
    accounts: [],
    known: { handles: new Set(), disabled: new Set(), valued: new Map(), openAttempts: new Set() },
    things: [],
  };
  return (accounts, known) => {
    const sameKnown = before.known.handles === known.handles && before.known.openAttempts === known.openAttempts;
    if (sameKnown && before.accounts === accounts) return before.things;
    const things: Observed[] = [];
    let place = 0;
    let reused = 0;
    for (const account of accounts) {
      // Nearly always it is the very next one, for which no text need be compared.
      if (before.accounts[place] !== account) {
        while ((before.accounts[place]?.guid ?? '\uffff') < account.guid) place += 1;
      }
      const thing = before.accounts[place] === account ? before.things[place] : undefined;
      if (thing !== undefined) place += 1;
      const holds = thing !== undefined && (sameKnown || isOurs(thing, known) === (thing.ownership === 'ours'));
      if (holds) reused += 1;
      things.push(holds ? thing : one(account, known));
    }
    const same = reused === accounts.length && reused === before.things.length;
    before = { accounts, known, things: same ? before.things : things };
    return before.things;
  };
}

function isOurs({ attempt, handle }: Pick<Observed, 'attempt' | 'handle'>, known: Known): boolean {
  return attempt !== null && (known.handles.has(handle) || known.openAttempts.has(attempt));
}

function observedFrom(account: Account, known: Known, { instance, mapping }: ObservingSettings): Observed {
  const mark = readMark(account.mark);
  const own = mark !== null && mark.instance === instance ? mark : null;
  const attempt = own?.attempt ?? null;
  const attributes: Record<string, string | null> = {};
  for (const name of mapping.attributes) attributes[name] = mapping.canonical(name, account.attributes[name] ?? null);
  attributes[ACCOUNT_EXPIRES] = account.accountExpires;
  return {
    address: { system: DIRECTORY, kind: ACCOUNT, key: fold(account.username) },
    handle: account.guid,
    ownership: isOurs({ attempt, handle: account.guid }, known)
      ? 'ours'
      : account.mark === null
        ? 'unmarked'
        : 'foreign',
    attempt,
    markedKey: own === null ? null : fold(own.username),
    enabled: account.enabled,
    attributes,
    protectedBecause: account.protectedBecause,
    location: account.dn,
    managed: account.managed,
    raw: account.raw,
  };
}
