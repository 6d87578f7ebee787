/** One reading of each system for several plans: what somebody changes in between must not look like a difference of theirs. */
import type { Desired } from './change.ts';
import type { Observation, Reconciler, Session } from './ports.ts';

/**
 * The same system, of which each server is read once, however often it is asked for the same.
 * @param asked what all plans together want of it, so that one reading answers all; absent: each plan asks for its own
 * @param readAgain admits a reading of changes, and is called where one was not enough, so that everything is read after all: plans made
 * before that were of another reading. Absent: everything is read at once.
 */
export function readOnce(
  reconciler: Reconciler,
  asked: readonly Desired[] | null = null,
  readAgain: (() => void) | null = null,
): Reconciler {
  const readings = new Map<string, Promise<Observation>>();
  return eachSession(reconciler, (session) => {
    // Begun once for each plan, it would not be one and the same.
    const { begin, ...reader } = session.reader;
    return {
      ...session,
      reader: {
        ...reader,
        observe: async (wanted, known, reach = 'full') => {
          const all = asked ?? wanted;
          const names = JSON.stringify([session.reader.server, all.map(({ address }) => address.key)]);
          const before = readings.get(names);
          if (before !== undefined) {
            const reading = await before;
            if (readAgain === null || reach === 'changes' || reading.reach !== 'changes') return reading;
            readAgain();
          }
          const reading = session.reader.observe(all, known, readAgain === null ? 'full' : reach);
          readings.set(names, reading);
          return reading;
        },
      },
    };
  });
}

/** The same system with every session of it changed. */
export function eachSession(reconciler: Reconciler, change: (session: Session) => Session): Reconciler {
  return {
    ...reconciler,
    connect: async (...given) => change(await reconciler.connect(...given)),
    connectAll: async () => {
      const { sessions, unreachable } = await reconciler.connectAll();
      return { sessions: sessions.map(change), unreachable };
    },
  };
}
