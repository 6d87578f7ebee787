/** How a person's channels stand by memory alone: what servers were last read to hold, or else what Muster last wrote or accepted. */
import type { Instant } from '../model/document.ts';
import type { Standing } from '../model/standing.ts';
import type { LedgerRow } from './ports.ts';
import type { ServerAnswer, SystemAsked } from './shut-out.ts';
import type { ReadShutOut } from './shut-out-memory.ts';
import { thingOf } from './thing.ts';
import type { Lingering } from './traits.ts';

/** A system, as it is known without asking it. */
export interface SystemChannel {
  readonly system: string;
  /** Kind of the things that it holds. */
  readonly thing: string;
  readonly afterShutting: readonly Lingering[];
}

export interface Remembered {
  readonly standing: Standing | null;
  readonly rows: readonly LedgerRow[];
  readonly read: readonly ReadShutOut[];
  readonly shutAt: (system: string, server: string) => Instant | null;
  readonly provenAt: ReadonlyMap<string, Instant>;
}

/**
 * Nobody counts as shut out by what was written: only by what was read, on every server that was listed then. What the ledger shows
 * to be open is, for a proven reading has accepted it.
 */
export function askedAsRemembered(
  { system, thing: kind, afterShutting }: SystemChannel,
  memory: Remembered,
): SystemAsked {
  const thing = thingOf(kind);
  const denied = memory.standing !== null && !memory.standing[thing.channel.right].allowed;
  const read = denied ? memory.read.filter((row) => row.system === system) : [];
  const answers = read.map(({ server, at, found, what }): ServerAnswer => {
    return { server, at, found, what, shutSince: found === 'shut' ? memory.shutAt(system, server) : null };
  });
  return { system, thing, afterShutting, answers: answers.length > 0 ? answers : [byLedger(system, memory, denied)] };
}

function byLedger(system: string, { rows, provenAt }: Remembered, denied: boolean): ServerAnswer {
  const things = rows.filter((row) => row.system === system && row.goneAt === null);
  const at = provenAt.get(system) ?? null;
  const server = `${system}, as Muster last wrote or accepted it`;
  const on = things.some(({ state }) => state.enabled);
  if (on && !denied) return { server, at, found: 'open', what: 'in use', shutSince: null };
  const what = denied ? 'not read since this person should be shut out' : 'nothing is remembered';
  return { server, at: null, found: 'unknown', what, shutSince: null };
}
