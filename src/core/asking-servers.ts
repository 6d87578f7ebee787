/** Asking servers: each listed one of every system, by itself, about a few people; what is not answered is not known. */
import { type Trouble, troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import type { Observed } from './change.ts';
import { closeAll } from './closing.ts';
import { knownFrom } from './known.ts';
import type { Journal, LedgerRow, Reconciler, Session, Store } from './ports.ts';
import type { ServerAnswer, SystemAsked } from './shut-out.ts';
import type { Traits } from './traits.ts';

export type AskedServer = { readonly server: string } & (
  | { readonly found: readonly Observed[] }
  | { readonly trouble: Trouble }
);

/** What every listed server of one system said. */
export interface Inquiry {
  readonly system: string;
  readonly traits: Traits;
  /** What the ledger knows of these people that was not deleted. */
  readonly rows: readonly LedgerRow[];
  /** At least one. */
  readonly servers: readonly AskedServer[];
}

export interface Question {
  readonly keys: readonly string[];
  /** What the systems should hold: some can't say how a person stands without it. */
  readonly model: Model;
  readonly at: Instant;
}

/** Never throws; writes nothing. */
export async function askServers(
  reconciler: Reconciler,
  store: Pick<Store, 'ledger' | 'journal'>,
  { keys, model, at }: Question,
): Promise<Inquiry> {
  const { system, traits } = reconciler;
  const asked = new Set(keys);
  let rows: readonly LedgerRow[] = [];
  try {
    const all = (await store.ledger.all(system)).filter((row) => row.goneAt === null);
    rows = all.filter((row) => asked.has(row.key));
    const known = knownFrom(all, await store.journal.open());
    const wanted = [...rows, ...keys.map((key) => ({ key, handle: null }))];
    reconciler.project(model, at);
    const { sessions, unreachable } = await reconciler.connectAll();
    try {
      const answered = await Promise.all(sessions.map((session) => ask(session, wanted, known)));
      const away = unreachable.map(({ server, why }) => ({ server, trouble: unreached(server, why) }));
      return { system, traits, rows, servers: [...answered, ...away] };
    } finally {
      await closeAll(sessions);
    }
  } catch (error) {
    const trouble = troubleOf(error);
    return { system, traits, rows, servers: [{ server: trouble.where, trouble }] };
  }
}

async function ask(
  { reader }: Session,
  wanted: readonly { readonly key: string; readonly handle: string | null }[],
  known: ReturnType<typeof knownFrom>,
): Promise<AskedServer> {
  const { server } = reader;
  try {
    const found = await reader.lookup(wanted, known);
    return { server, found: [...new Map(found.map((thing) => [thing.handle, thing])).values()] };
  } catch (error) {
    return { server, trouble: troubleOf(error) };
  }
}

function unreached(server: string, why: string): Trouble {
  const next = 'Restore it, or see at that server itself how the person stands.';
  return { remedy: 'retry', where: server, what: why, next };
}

/** What was found of that person, under their name or under a handle that the ledger has for them. */
export function thingsOf({ rows }: Inquiry, found: readonly Observed[], key: string): readonly Observed[] {
  const handles = new Set(rows.flatMap((row) => (row.key === key ? [row.handle] : [])));
  return found.filter(({ address, handle }) => address.key === key || handles.has(handle));
}

/** @param shutAt when Muster shut the person out on that server, as far as it was written down */
export function askedOf(
  inquiry: Inquiry,
  key: string,
  at: Instant,
  shutAt: (system: string, server: string) => Instant | null,
): SystemAsked {
  const { system, traits } = inquiry;
  const answers = inquiry.servers.map((one): ServerAnswer => {
    const { server } = one;
    if ('trouble' in one) return { server, at, found: 'unknown', what: one.trouble.what, shutSince: null };
    const read = readingOf(inquiry, thingsOf(inquiry, one.found, key), key, at);
    return { server, at, ...read, shutSince: read.found === 'shut' ? shutAt(system, server) : null };
  });
  return { system, thing: traits.thing, afterShutting: traits.afterShutting, answers };
}

/** What the ledger knows and a server does not show may be hidden, or be enabled by the time it shows: that is no block. */
function readingOf(
  { traits, rows }: Inquiry,
  things: readonly Observed[],
  key: string,
  at: Instant,
): Pick<ServerAnswer, 'found' | 'what'> {
  const { states, called } = traits.thing;
  if (things.some((thing) => traits.usableUntil(thing) > at)) return { found: 'open', what: states.enabled };
  const shown = new Set(things.map(({ handle }) => handle));
  if (rows.some((row) => row.key === key && !shown.has(row.handle)))
    return { found: 'unknown', what: `the ${called} that Muster knows is not shown there` };
  if (things.length === 0) return { found: 'shut', what: `no ${called}` };
  return { found: 'shut', what: things.some(({ enabled }) => enabled) ? 'expired' : states.disabled };
}

/** Changes looked through for the last one that shut or opened something: far more than one person ever has on a day. */
const CHANGES_LOOKED = 200;

/** When Muster last shut that person out, by system and server; null where the last thing that it did there let them in. */
export async function shutMoments(
  journal: Pick<Journal, 'of'>,
  key: string,
): Promise<(system: string, server: string) => Instant | null> {
  const last = new Map<string, Instant | null>();
  for (const { intent, outcome, at } of await journal.of(key, CHANGES_LOOKED)) {
    const { change, server } = intent;
    if (outcome?.status !== 'applied' || change.kind === 'update' || change.kind === 'adopt') continue;
    const place = placeOf(change.address.system, server);
    if (!last.has(place)) last.set(place, change.after.enabled ? null : at);
  }
  return (system, server) => last.get(placeOf(system, server)) ?? null;
}

function placeOf(system: string, server: string): string {
  return JSON.stringify([system, server]);
}
