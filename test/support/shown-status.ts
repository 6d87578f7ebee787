/** A status page over a sample, shown on a free port of this machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessRules } from '../../src/http/access.ts';
import type { Seen } from '../../src/http/pulse.ts';
import { statusServer } from '../../src/http/server.ts';
import { openServerLog } from '../../src/log.ts';
import { openStatusStore } from '../../src/store/status-store.ts';
import { fillStatusSample } from './status-sample.ts';
import { SAMPLE_NOW, SAMPLE_SITE, type SampleWords } from './status-sample-people.ts';
import type { SampleState } from './status-sample-report.ts';

export interface ShownStatus {
  /** As in `http://127.0.0.1:40001`. */
  readonly address: string;
  /** Path of the database. */
  readonly sqlite: string;
  close(): Promise<void>;
}

export const LIVELY: Seen = {
  alive: true,
  passingSince: null,
  next: { at: SAMPLE_NOW + 45 * 60_000, trigger: 'schedule' },
  notBegun: 0,
};

export interface ShownOptions {
  readonly state?: SampleState;
  readonly words?: SampleWords;
  readonly access?: AccessRules;
  readonly seen?: () => Seen;
  /** Milliseconds that only go forward; stands still by default. */
  readonly steady?: () => number;
}

const made = new Map<SampleState, Promise<Buffer>>();

/** Writing a fortnight row by row waits for the disk at each: what is the same in every test is written once. */
async function sampleAt(sqlite: string, state: SampleState, words: SampleWords | undefined): Promise<void> {
  if (words !== undefined) return fillStatusSample(sqlite, state, words);
  const bytes = made.get(state) ?? fillStatusSample(sqlite, state).then(() => readFile(sqlite));
  made.set(state, bytes);
  await writeFile(sqlite, await bytes, { mode: 0o600 });
}

export async function showStatus(options: ShownOptions = {}): Promise<ShownStatus> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-status-'));
  const sqlite = join(folder, 'muster.db');
  await sampleAt(sqlite, options.state ?? 'waiting', options.words);
  const memory = openStatusStore(sqlite);
  let looks = 0;
  const server = await statusServer({
    memory,
    site: SAMPLE_SITE,
    access: options.access ?? { token: null, proxy: null },
    clock: () => SAMPLE_NOW,
    // Each look in a minute of its own, so that no test is kept out by the limit of another.
    steady: options.steady ?? (() => (looks += 60_000)),
    seen: options.seen ?? (() => LIVELY),
    log: openServerLog('silent'),
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    address,
    sqlite,
    close: async () => {
      await server.close();
      await memory.close();
      rmSync(folder, { recursive: true });
    },
  };
}
