/** Stands between core and a real directory, and lets connections fail the way they do: answers that get lost, servers that go away. */
import type { Change } from '../../src/core/change.ts';
import type { PutOff, Written } from '../../src/core/outcome.ts';
import type { Reader, Reconciler, Session } from '../../src/core/ports.ts';
import { MusterError, type Silence } from '../../src/errors.ts';

/** May be changed while a test goes on. */
export interface Faults {
  /** Stands for the write of one change; `real` makes it. */
  write: (change: Change, real: () => Promise<Written | PutOff>, server: string) => Promise<Written | PutOff>;
  /** Called before a complete reading; may throw. */
  observe: (server: string) => void;
  /** Called before single accounts are looked up; may throw. */
  lookup: (server: string) => void;
  /** Called before every connection of a block to all servers; may throw. */
  connectAll: () => void;
  /** Sessions that were opened and not closed. */
  open: number;
  /** Every write that reached the directory: `disable anna`. */
  readonly written: string[];
}

export function noFaults(): Faults {
  return {
    write: (_change, real) => real(),
    observe: () => undefined,
    lookup: () => undefined,
    connectAll: () => undefined,
    open: 0,
    written: [],
  };
}

export function withFaults(reconciler: Reconciler, faults: Faults): Reconciler {
  const around = (session: Session): Session => {
    faults.open += 1;
    return {
      reader: readerWith(session.reader, faults),
      writer: {
        write: (change, attempt) =>
          faults.write(change, () => counted(session, change, attempt, faults), session.reader.server),
      },
    };
  };
  return {
    ...reconciler,
    connect: async (suits) => around(await reconciler.connect(suits)),
    connectAll: async () => {
      faults.connectAll();
      const { sessions, unreachable } = await reconciler.connectAll();
      return { sessions: sessions.map(around), unreachable };
    },
  };
}

async function counted(session: Session, change: Change, attempt: string, faults: Faults) {
  const written = await session.writer.write(change, attempt);
  faults.written.push(`${change.kind} ${change.address.key}`);
  return written;
}

function readerWith(reader: Reader, faults: Faults): Reader {
  const { server } = reader;
  return {
    server,
    position: () => reader.position(),
    now: () => reader.now(),
    observe: async (wanted, known, reach) => {
      faults.observe(server);
      return reader.observe(wanted, known, reach);
    },
    lookup: async (wanted, known) => {
      faults.lookup(server);
      return reader.lookup(wanted, known);
    },
    close: async () => {
      faults.open -= 1;
      await reader.close();
    },
  };
}

/** What a server says that refuses a write (RFC 4511 unwillingToPerform). */
export function unwilling(): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'dc1',
    what: 'The server is not willing to do this.',
    next: 'Look.',
  });
}

/** What an adapter throws where it hears nothing. */
export function silent(silence: Silence): MusterError {
  return new MusterError({ remedy: 'retry', where: 'dc1', what: `The server is ${silence}.`, next: 'Again.', silence });
}

/** What an adapter throws where a reading is not proven complete. */
export function unproven(): MusterError {
  return new MusterError({ remedy: 'retry', where: 'dc1', what: 'Nothing came back.', next: 'Check the rights.' });
}
