/** The process that reviews merge requests, from outside: started, asked, and ended; no pass shares its time or its memory. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Reviewer, ReviewOrder } from '../daemon/reviewer.ts';
import { MusterError } from '../errors.ts';
import { ownProgram } from '../own-files.ts';
import type { FromReviewer } from './review-messages.ts';

/** One merge request, in milliseconds: a first reading of a large directory over a slow line, and what it is compared with. */
const REVIEW_MS = 10 * 60_000;
/** A process that does not end by itself within so many milliseconds is ended. */
const CLOSE_MS = 2_000;

/** Starts nothing before it is asked for something. */
export function reviewerProcess(configFile: string): Reviewer {
  let child: ChildProcess | null = null;
  const ended = async () => {
    const one = child;
    child = null;
    if (one === null || one.exitCode !== null || one.signalCode !== null) return;
    const exit = once(one, 'exit');
    if (one.connected) one.disconnect();
    await Promise.race([exit, wait(CLOSE_MS, undefined, { ref: false })]);
    one.kill('SIGKILL');
    await exit;
  };
  return {
    review: async (order, signal) => {
      child ??= start(configFile);
      const message = await answered(child, order, AbortSignal.any([signal, AbortSignal.timeout(REVIEW_MS)]));
      if (message.kind === 'reviewed') return message.reviewed;
      if (message.kind === 'failed') throw new MusterError(message.trouble);
      // It can't be told what it is at: whatever is asked next is asked of another one.
      child.kill('SIGKILL');
      child = null;
      throw brokenOff(order, message.why);
    },
    close: ended,
  };
}

function start(configFile: string): ChildProcess {
  return fork(fileURLToPath(ownProgram('cli/review-child')), [configFile], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

type Answer = FromReviewer | { readonly kind: 'none'; readonly why: string };

function answered(child: ChildProcess, order: ReviewOrder, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer) => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
      signal.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    // What review-child.ts sends, and nothing else.
    const onMessage = (message: unknown) => settle(message as FromReviewer);
    const onExit = (code: number | null, by: string | null) =>
      settle({ kind: 'none', why: `its process ended (${by ?? code})` });
    const onError = (error: Error) => settle({ kind: 'none', why: `its process failed (${error.message})` });
    const onAbort = () => settle({ kind: 'none', why: 'it took too long, or the daemon stops' });
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.once('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    child.send(order, (error) => {
      if (error !== null) settle({ kind: 'none', why: `its process could not be told (${error.message})` });
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
