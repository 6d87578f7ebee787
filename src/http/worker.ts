/** Runs in a thread of its own: serves the status page out of the store, which it can only read. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { troubleOf } from '../errors.ts';
import { openServerLog } from '../log.ts';
import { openStatusStore } from '../store/status-store.ts';
import { seenOf, steadyClock } from './pulse.ts';
import { statusServer } from './server.ts';
import type { FromThread, ThreadSettings } from './thread.ts';

/** Of nice(2), for this thread alone (Linux counts each by itself): where passes and pages want the same core, passes get three quarters of it. */
const NICENESS = 5;

async function serve(settings: ThreadSettings): Promise<void> {
  stepBack();
  const memory = openStatusStore(settings.sqlite);
  const { shared, site, access, host, port, logLevel } = settings;
  const server = await statusServer({
    memory,
    site,
    access,
    clock: Date.now,
    steady: steadyClock,
    seen: () => seenOf(shared, steadyClock()),
    log: openServerLog(logLevel),
  });
  const address = await server.listen({ host, port });
  tell({ kind: 'listening', port: Number(new URL(address).port) });
  parentPort?.once('message', () => {
    void server
      .close()
      .then(() => memory.close())
      .finally(() => parentPort?.close());
  });
}

function stepBack(): void {
  try {
    setPriority(0, NICENESS);
  } catch {
    // A system that does not let threads step back gives each its share all the same.
  }
}

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

// What the other side of this thread sends, and nobody else.
serve(workerData as ThreadSettings).catch((error: unknown) => {
  tell({ kind: 'refused', trouble: troubleOf(error), code: codeOf(error) });
  parentPort?.close();
});

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
