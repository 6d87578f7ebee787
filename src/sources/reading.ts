/** Reads new contents: a few small ones on the spot, everything else in workers, so that nothing keeps this process from its other work. */
import type { Kind } from '../model/document.ts';
import { FILE_BYTES_MAX } from './decode.ts';
import type { Content } from './reading-batch.ts';
import { type Excess, type ReadingLimits, ReadingPool, type ReadOutcome } from './reading-pool.ts';
import type { Pause } from './slices.ts';
import type { Source, SourceFile } from './source.ts';
import { type HeldProblem, pack, typeFile } from './typed-file.ts';

/** Starting a worker costs as much as reading some hundred small files. */
const ON_THE_SPOT_FILES_MAX = 100;
/** All of them together: whatever they hold is read in far less than a second. */
const ON_THE_SPOT_BYTES_MAX = 32 * 1024;
/** What goes to a worker in one message: enough that the message costs nothing, little enough that all workers have some. */
const BATCH_FILES_MAX = 128;
const BATCH_BYTES_MAX = 256 * 1024;

export interface KindFile extends SourceFile {
  readonly kind: Kind;
}

/** What is done with each file that was read; whatever it returns is waited for before many more are read. */
export type Take = (file: KindFile, outcome: ReadOutcome) => Promise<void> | undefined;

/**
 * Reads the contents of files, each of which is at most FILE_BYTES_MAX long, in any order.
 * Throws MusterError where the source cannot be read, or no worker can be had.
 */
export async function readContents(
  source: Source,
  files: readonly KindFile[],
  limits: ReadingLimits,
  pause: Pause,
  take: Take,
): Promise<void> {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (files.length <= ON_THE_SPOT_FILES_MAX && bytes <= ON_THE_SPOT_BYTES_MAX) {
    await readOnTheSpot(source, files, pause, take);
    return;
  }
  const pool = new ReadingPool(source.where, limits);
  try {
    await readInPool(pool, source, files, pause, take);
  } finally {
    await pool.close();
  }
}

async function readOnTheSpot(source: Source, files: readonly KindFile[], pause: Pause, take: Take): Promise<void> {
  let index = 0;
  for await (const { bytes } of source.texts(files)) {
    const file = files[index++];
    if (file === undefined) return;
    await pause();
    const { file: typed, text } = typeFile(file.kind, bytes);
    await take(file, { packed: pack(typed), text });
  }
}

async function readInPool(
  pool: ReadingPool,
  source: Source,
  files: readonly KindFile[],
  pause: Pause,
  take: Take,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  const hand = (batch: readonly (readonly [KindFile, Content])[]) => {
    const work = takeBatch(pool, batch, pause, take)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(work));
    running.add(work);
  };
  let batch: (readonly [KindFile, Content])[] = [];
  let bytesWaiting = 0;
  let index = 0;
  for await (const { bytes } of source.texts(files)) {
    const file = files[index++];
    if (file === undefined || failure !== null) break;
    batch.push([file, { kind: file.kind, bytes }]);
    bytesWaiting += bytes.length;
    if (batch.length < BATCH_FILES_MAX && bytesWaiting < BATCH_BYTES_MAX) continue;
    hand(batch);
    batch = [];
    bytesWaiting = 0;
    if (running.size >= pool.batchesAtOnce) await Promise.race(running);
    await pause();
  }
  hand(batch);
  await Promise.all(running);
  rethrow(failure);
}

/** Apart, because TypeScript does not see that a callback sets the variable. */
function rethrow(failure: { readonly error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}

async function takeBatch(
  pool: ReadingPool,
  batch: readonly (readonly [KindFile, Content])[],
  pause: Pause,
  take: Take,
): Promise<void> {
  const outcomes = await pool.read(batch.map(([, content]) => content));
  for (const [index, [file]] of batch.entries()) {
    await pause();
    await take(file, outcomes[index] ?? 'fault');
  }
}

const EXCESS_WORDS: Readonly<Record<Excess, string>> = {
  time: 'This file takes too long to read. Split it into several files.',
  memory: 'This file needs too much memory to be read. Split it into several files.',
  fault: 'Muster fails at this file, through no fault of yours. Please tell those who run it.',
};

/** What to say of a file that was not read. */
export function excessProblem(excess: Excess): HeldProblem {
  return { line: 1, column: 1, message: EXCESS_WORDS[excess], holds: 'file' };
}

/** Whether a file is small enough to be read at all. */
export function isFit(file: SourceFile): boolean {
  return file.size <= FILE_BYTES_MAX;
}
