/** The process that reviews merge requests, from outside: started, asked, kept for a while, and ended; no pass shares its time or its memory. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Reviewed, Reviewer, ReviewOrder } from '../daemon/reviewer.ts';
import { MusterError } from '../errors.ts';
import { ownProgram } from '../own-files.ts';
import type { FromReviewer } from './review-messages.ts';

/** One merge request, in milliseconds: a first reading of a large directory over a slow line, and what it is compared with. */
const REVIEW_MS = 10 * 60_000;
/** A process that does not end by itself within so many milliseconds is ended. */
const CLOSE_MS = 2_000;
/**
 * Unasked for so long, in milliseconds, it is ended, and its memory is free: longer than an open merge request rests before it is looked
 * at again, so that where people work on one, the next push finds what was read.
 */
const IDLE_MS = 20 * 60_000;
/**
 * What it may take while nobody asks it, in bytes: a process that has grown larger is ended with its answer. A daemon over 100,000 people
 * takes a little over 1 GB.
 */
const KEPT_BYTES_MAX = 1536 * 1024 * 1024;

export interface Keeping {
  /** What is started; Muster's own review-child.ts unless a test has it built. */
  readonly program?: string;
  readonly idleMs?: number;
  readonly bytesMax?: number;
}

const OWN = fileURLToPath(ownProgram('cli/review-child'));

/** Starts nothing before it is asked for something. What is asked is asked one after the other. */
export function reviewerProcess(configFile: string, keeping: Keeping = {}): Reviewer {
  return new ReviewerProcess(configFile, keeping);
}

class ReviewerProcess implements Reviewer {
  readonly #configFile: string;
  readonly #program: string;
  readonly #idleMs: number;
  readonly #bytesMax: number;
  #child: ChildProcess | null = null;
  #idle: NodeJS.Timeout | undefined;
  #ending: Promise<void> = Promise.resolve();

  constructor(configFile: string, { program = OWN, idleMs = IDLE_MS, bytesMax = KEPT_BYTES_MAX }: Keeping) {
    this.#configFile = configFile;
    this.#program = program;
    this.#idleMs = idleMs;
    this.#bytesMax = bytesMax;
  }

  async review(order: ReviewOrder, signal: AbortSignal): Promise<Reviewed> {
    clearTimeout(this.#idle);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(REVIEW_MS)]);
    const stayed = this.#child;
    let message = await this.#ask(stayed ?? this.#start(), order, limit);
    // It may have died of what it kept, or while nobody looked, which is nothing against the order.
    if (stayed !== null && message.kind === 'none' && message.died && !limit.aborted)
      message = await this.#ask(this.#start(), order, limit);
    if (message.kind === 'none') throw brokenOff(order, message.why);
    const isSound = message.kind === 'reviewed' || message.trouble.remedy !== 'bug';
    if (isSound && message.bytes <= this.#bytesMax) this.#rest();
    else void this.#end();
    if (message.kind === 'failed') throw new MusterError(message.trouble);
    return { ...message.reviewed, bytes: message.bytes };
  }

  close(): Promise<void> {
    return this.#end();
  }

  async #ask(child: ChildProcess, order: ReviewOrder, signal: AbortSignal): Promise<Heard> {
    const message = await answered(child, order, signal);
    if (message.kind === 'none') {
      // It can't be told what it is at: whatever is asked next is asked of another one.
      child.kill('SIGKILL');
      this.#child = null;
    }
    return message;
  }

  #start(): ChildProcess {
    const child = fork(this.#program, [this.#configFile], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    // Whoever waits for an answer hears of both; while nobody does, it is only replaced.
    child.on('error', () => undefined);
    child.once('exit', () => {
      if (this.#child === child) this.#child = null;
    });
    this.#child = child;
    return child;
  }

  #rest(): void {
    this.#idle = setTimeout(() => void this.#end(), this.#idleMs);
    this.#idle.unref();
  }

  #end(): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = null;
    if (child !== null) this.#ending = Promise.all([this.#ending, ended(child)]).then(() => undefined);
    return this.#ending;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  await Promise.race([exit, wait(CLOSE_MS, undefined, { ref: false })]);
  child.kill('SIGKILL');
  await exit;
}

type Heard = FromReviewer | { readonly kind: 'none'; readonly why: string; readonly died: boolean };

function answered(child: ChildProcess, order: ReviewOrder, signal: AbortSignal): Promise<Heard> {
  return new Promise((resolve) => {
    const settle = (heard: Heard) => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
      signal.removeEventListener('abort', onAbort);
      resolve(heard);
    };
    // What review-child.ts sends, and nothing else.
    const onMessage = (message: unknown) => settle(message as FromReviewer);
    const none = (why: string, died: boolean) => settle({ kind: 'none', why, died });
    const onExit = (code: number | null, by: string | null) => none(`its process ended (${by ?? code})`, true);
    const onError = (error: Error) => none(`its process failed (${error.message})`, true);
    const onAbort = () => none('it took too long, or the daemon stops', false);
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.once('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    child.send(order, (error) => {
      if (error !== null) none(`its process could not be told (${error.message})`, true);
    });
  });
}

function brokenOff({ number }: ReviewOrder, why: string): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: `merge request ${number}`,
    what: `Looking at it was broken off: ${why}.`,
    next: 'It is looked at again by itself; if it goes on, run "muster review BRANCH" to see more.',
  });
}
