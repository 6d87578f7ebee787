/** A few worker threads that read files within limits of time and memory; who exceeds them is ended, and only the guilty file suffers. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { MusterError } from '../errors.ts';
import { ownProgram } from '../own-files.ts';
import { type Answer, batchOf, type Content, IDLE } from './reading-batch.ts';

/** Beyond four, the main thread cannot hand out and take in as fast as they read. */
const WORKERS_MAX = 4;

export interface ReadingLimits {
  /** Longest time for one file, in milliseconds of the clock. */
  readonly fileMs: number;
  /** Largest heap of a worker, in MB, of which some 20 are the program itself. */
  readonly heapMb: number;
}

/** A file at every limit that the reader sets for itself takes a fifth of either. */
export const READING_LIMITS: ReadingLimits = { fileMs: 1_000, heapMb: 64 };

/**
 * Room for what a reader needs for a moment only, in MB, besides what the limit is about: left alone, V8 makes it small where
 * the limit is, and a worker then spends half of its time on collecting.
 */
const YOUNG_MB = 48;
/** How much longer a file may take that is read again by itself: on a busy machine the clock goes on while the worker waits. */
const AGAIN_FACTOR = 3;
/** What one worker can start up in, on the busiest machine. */
const START_MS = 60_000;
/** How often it is looked at how far the workers are, at most. */
const TICK_MS = 50;
/** Each costs up to four seconds; so many at once are a mistake or an attack, and no reason to wait for an hour. */
const EXCESSES_MAX = 50;

/** Why a file was not read: a limit that it exceeded twice, the second time alone; or a fault of the reader. */
export type Excess = 'time' | 'memory' | 'fault';

export interface ReadContent {
  /** Packed form (`pack`). */
  readonly packed: string;
  readonly text: string;
}

export type ReadOutcome = ReadContent | Excess;

interface Job {
  readonly contents: readonly Content[];
  /** Read by itself because it exceeded a limit before: the second time counts. */
  readonly again: boolean;
  readonly resolve: (outcomes: readonly ReadOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Reader {
  readonly thread: Worker;
  /** One number: the file of the batch that it is at, or IDLE. */
  readonly progress: Int32Array;
  job: Job | null;
  /** How far it was when last looked at, and how many looks ago that changed. */
  at: number;
  looks: number;
}

export class ReadingPool {
  readonly #where: string;
  readonly #limits: ReadingLimits;
  readonly #size: number;
  readonly #readers = new Set<Reader>();
  readonly #waiting: Job[] = [];
  readonly #tickMs: number;
  readonly #ticker: NodeJS.Timeout;
  #excesses = 0;

  /** @param where the source, for messages. */
  constructor(where: string, limits: ReadingLimits) {
    this.#where = where;
    this.#limits = limits;
    this.#size = Math.min(WORKERS_MAX, availableParallelism());
    this.#tickMs = Math.max(1, Math.min(TICK_MS, limits.fileMs / 10));
    this.#ticker = setInterval(() => this.#look(), this.#tickMs);
  }

  /** Batches that keep every worker busy: while it reads one, the next is there. */
  get batchesAtOnce(): number {
    return 2 * this.#size;
  }

  /** Reads contents, in their order. Throws MusterError where no worker can be had, or far too many files exceed the limits. */
  read(contents: readonly Content[]): Promise<readonly ReadOutcome[]> {
    return this.#queue(contents, false);
  }

  /** Ends every worker; what is still being read never comes to an end. */
  async close(): Promise<void> {
    clearInterval(this.#ticker);
    const threads = [...this.#readers].map((reader) => reader.thread);
    this.#readers.clear();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #queue(contents: readonly Content[], again: boolean): Promise<readonly ReadOutcome[]> {
    if (contents.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const job = { contents, again, resolve, reject };
      if (again) this.#waiting.unshift(job);
      else this.#waiting.push(job);
      this.#handOut();
    });
  }

  #handOut(): void {
    for (let job = this.#waiting[0]; job !== undefined; job = this.#waiting[0]) {
      const reader = this.#freeReader();
      if (reader === null) return;
      this.#waiting.shift();
      reader.job = job;
      reader.at = IDLE;
      reader.looks = 0;
      reader.thread.postMessage(batchOf(job.contents));
    }
  }

  #freeReader(): Reader | null {
    for (const reader of this.#readers) if (reader.job === null) return reader;
    return this.#readers.size < this.#size ? this.#start() : null;
  }

  #start(): Reader {
    const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const progress = new Int32Array(shared).fill(IDLE);
    const thread = new Worker(ownProgram('sources/reading-worker'), {
      workerData: shared,
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.heapMb, maxYoungGenerationSizeMb: YOUNG_MB },
      env: {},
      execArgv: [],
    });
    const reader: Reader = { thread, progress, job: null, at: IDLE, looks: 0 };
    this.#readers.add(reader);
    // What reading-worker.ts sends, and nothing else.
    thread.on('message', (answer: Answer) => this.#take(reader, answer));
    thread.on('error', (error) => this.#lose(reader, isOutOfMemory(error) ? 'memory' : 'fault', error));
    thread.on('exit', (code) => this.#lose(reader, 'fault', new Error(`the worker ended with ${code}`)));
    return reader;
  }

  #take(reader: Reader, { packed, texts }: Answer): void {
    const { job } = reader;
    reader.job = null;
    job?.resolve(packed.map((form, index) => (form === null ? 'fault' : { packed: form, text: texts[index] ?? '' })));
    this.#handOut();
  }

  /** Counts looks, not clock time, so that a machine that was suspended meanwhile, or this thread, is held against nobody. */
  #look(): void {
    for (const reader of this.#readers) {
      if (reader.job === null) continue;
      const at = Atomics.load(reader.progress, 0);
      reader.looks = at === reader.at ? reader.looks + 1 : 0;
      reader.at = at;
      const fileMs = reader.job.again ? AGAIN_FACTOR * this.#limits.fileMs : this.#limits.fileMs;
      const limitMs = at === IDLE ? START_MS : fileMs;
      if (reader.looks * this.#tickMs >= limitMs) this.#lose(reader, 'time', new Error('the time limit passed'));
    }
  }

  /** A worker is no more, or shall be no more. */
  #lose(reader: Reader, excess: Excess, cause: Error): void {
    if (!this.#readers.delete(reader)) return;
    // Ending it takes a moment for which nobody waits.
    void reader.thread.terminate();
    if (reader.job !== null) this.#judge(reader.job, Atomics.load(reader.progress, 0), excess, cause);
    this.#handOut();
  }

  /** The file that it was at is read again by itself, and the others of its batch with others. */
  #judge(job: Job, guilty: number, excess: Excess, cause: Error): void {
    if (guilty === IDLE) {
      job.reject(noReader(this.#where, cause));
    } else if (!job.again) {
      const { contents } = job;
      Promise.all([
        this.#queue(contents.slice(guilty, guilty + 1), true),
        this.#queue(contents.slice(0, guilty), false),
        this.#queue(contents.slice(guilty + 1), false),
      ]).then(([alone, before, after]) => job.resolve([...before, ...alone, ...after]), job.reject);
    } else if (this.#excesses >= EXCESSES_MAX) {
      job.reject(tooManyExcesses(this.#where));
    } else {
      this.#excesses += 1;
      job.resolve([excess]);
    }
  }
}

function isOutOfMemory(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function noReader(where: string, cause: Error): MusterError {
  const what = `The worker that reads files ended before it began: ${cause.message}.`;
  const next = 'Check that the machine has memory and threads left, and that the installation is whole.';
  return new MusterError({ remedy: 'retry', where: `${where}, reading files`, what, next }, { cause });
}

function tooManyExcesses(where: string): MusterError {
  const what = `More than ${EXCESSES_MAX} files take too long to read, or too much memory.`;
  const next = 'Look at what the newest commits brought in, and take out what does not belong there.';
  return new MusterError({ remedy: 'person', where: `${where}, reading files`, what, next });
}
