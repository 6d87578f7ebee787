/** SQLite files in temporary folders, for tests of the store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import type { StoreWorld } from '../contracts/store-world.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export const sqliteWorld: StoreWorld = {
  newPlace: () => join(temporaryFolder(), 'muster.db'),
  open: (place, clock, self) => openStore({ sqlite: place }, clock, self),
};
