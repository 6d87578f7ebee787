/** Connecting to one server of a system, with an eye on how far each of them has come. */
import { MusterError, type Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { closeAll } from './closing.ts';
import type { Companion } from './companions.ts';
import { type Footing, footingOf, isOfThePast, latestOf } from './footing.ts';
import { interrupted, unlessAborted, type Watch } from './interruptions.ts';
import type { Reader, Reconciler, Session, Store } from './ports.ts';
import { type SeenServer, wentBack } from './server-memory.ts';

export interface Connected {
  readonly session: Session;
  readonly footing: Footing;
  /** Servers that answered, and were left because they had gone back in time. */
  readonly passedOver: readonly Footing[];
}

/** The first server that has not gone back in time, or else the first that answers. Throws MusterError when none does. */
export async function connectToOne(
  reconciler: Reconciler,
  seen: readonly SeenServer[],
  at: Instant,
): Promise<Connected> {
  const looked = new Map<string, Footing>();
  const session = await reconciler.connect((position, address) => {
    const footing = footingOf(address, position, seen, at);
    looked.set(address, footing);
    return !isOfThePast(footing);
  });
  const { server } = session.reader;
  const footing = looked.get(server) ?? footingOf(server, null, seen, at);
  return { session, footing, passedOver: [...looked.values()].filter((one) => one !== footing && isOfThePast(one)) };
}

/**
 * What `connecting` gives, for as long as the other systems of the pass and the process wait for it; what answers later is closed. What
 * its reader is asked is waited for in the same way.
 */
export async function whileWaited(
  system: string,
  connecting: Promise<Connected>,
  companion: Companion,
  { stop }: Watch,
): Promise<Connected> {
  const { leave } = companion;
  const connected = await unlessAborted(
    connecting,
    AbortSignal.any([leave, stop]),
    () => (stop.aborted ? interrupted(system, 'stop') : leftOut(system)),
    ({ session }) => void closeAll([session]),
  );
  const { reader, writer } = connected.session;
  companion.connected(reader.heard?.bind(reader));
  return { ...connected, session: { reader: readerWaitedFor(system, reader, companion), writer } };
}

/** A write that is under way is waited for in any case: what became of it must be known. */
function readerWaitedFor(system: string, reader: Reader, { leave, awaiting }: Companion): Reader {
  const answerOf = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (leave.aborted) throw new MusterError(silent(system, reader));
    return awaiting(unlessAborted(ask(), leave, () => silent(system, reader)));
  };
  const { begin } = reader;
  return {
    ...reader,
    ...(begin === undefined ? {} : { begin: begin.bind(reader) }),
    close: () => reader.close(),
    position: () => answerOf(() => reader.position()),
    now: () => answerOf(() => reader.now()),
    observe: (...asked) => answerOf(() => reader.observe(...asked)),
    lookup: (...asked) => answerOf(() => reader.lookup(...asked)),
  };
}

function silent(system: string, { server }: Reader): Trouble {
  const what = 'The server has fallen silent, and the other systems do not wait for it any longer.';
  return { remedy: 'retry', where: `${system}, ${server}`, what, next: 'Look at that server; it is tried again.' };
}

function leftOut(system: string): Trouble {
  const what = 'No server has answered yet, and the other systems do not wait for it any longer.';
  return { remedy: 'retry', where: system, what, next: 'Look at its servers and the way to them; it is tried again.' };
}

/** What to write down of a server that was found to have gone back; null where it is known already, or has not. */
export function backRow(
  system: string,
  { standing, position, last, address }: Footing,
  at: Instant,
): SeenServer | null {
  if (standing !== 'back' || position === null || last === null) return null;
  if (last.address === address && last.backAt !== null) return null;
  return { ...position, system, address, sequence: last.sequence, at: last.at, backAt: at };
}

/**
 * Remembers how far the server has come by now. Nothing is written where it has not moved; a server that does not answer any
 * more, or is another one by now, leaves the memory as it was. One whose number went down, or stood still although it confirmed
 * writes, answers from the past: it is in doubt from now on.
 * @param wrote whether it confirmed any write that it must have counted since `footing` was looked at
 */
export async function rememberPosition(
  { servers }: Pick<Store, 'servers'>,
  system: string,
  { reader }: Session,
  footing: Footing,
  at: Instant,
  wrote: boolean,
): Promise<void> {
  const now = await reader.position().catch(() => null);
  if (now === null || now.epoch !== footing.position?.epoch) return;
  const { sequence } = footing.position;
  if (wentBack(footing.position, now) || (wrote && now.sequence === sequence)) {
    await servers.put({ ...now, sequence, system, address: footing.address, at, backAt: at });
    return;
  }
  const seen = await servers.all(system);
  const row = seen.find(({ address, epoch }) => address === footing.address && epoch === now.epoch);
  const moved = row === undefined || row.sequence !== now.sequence || row.backAt !== null;
  if (!moved && latestOf(seen)?.epoch === now.epoch) return;
  await servers.put({ ...now, system, address: footing.address, at, backAt: null });
}
