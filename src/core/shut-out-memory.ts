/** The memory of who was read as shut out where, and since when. */
import type { Instant } from '../model/document.ts';
import { shutMoments } from './asking-servers.ts';
import type { Journal } from './ports.ts';
import type { ServerAnswer } from './shut-out.ts';

/** What one listed server was last read to hold for one person in one system. */
export interface ReadShutOut extends ServerAnswer {
  readonly person: string;
  readonly system: string;
  readonly at: Instant;
}

export interface ShutOutMemory {
  of(person: string): Promise<readonly ReadShutOut[]>;
  /** Of whom some server was last not read as shut. */
  unsettled(): Promise<readonly string[]>;
  /** Forgets all that is known of these people, and keeps this instead. */
  replace(people: readonly string[], rows: readonly ReadShutOut[]): Promise<void>;
}

/** What of a memory tells when somebody was shut out. */
export interface ShutSince {
  readonly journal: Pick<Journal, 'of'>;
  readonly shutOuts: Pick<ShutOutMemory, 'of'> | undefined;
}

/** When that person was shut out of a server: as Muster wrote it or as it was first read, whichever came later. */
export async function shutSinceOf(
  { journal, shutOuts }: ShutSince,
  person: string,
): Promise<(system: string, server: string) => Instant | null> {
  const [written, read] = await Promise.all([shutMoments(journal, person), shutOuts?.of(person) ?? []]);
  return (system, server) => {
    const first = read.find((row) => row.system === system && row.server === server)?.shutSince ?? null;
    const wrote = written(system, server);
    return first === null || wrote === null ? (first ?? wrote) : Math.max(first, wrote);
  };
}
