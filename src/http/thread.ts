/** The thread of the status page, from outside: started, begun anew where it dies, ended; whatever happens to it, passes go on. */
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { StatusSite } from '../core/status.ts';
import { MusterError, type Trouble } from '../errors.ts';
import type { Log } from '../log.ts';
import type { LogLevel } from '../log-level.ts';
import { ownProgram } from '../own-files.ts';
import type { AccessRules } from './access.ts';

export interface ThreadSettings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly access: AccessRules;
  readonly site: StatusSite & { readonly timeZone: string };
  /** Path of the database. */
  readonly sqlite: string;
  readonly logLevel: LogLevel;
  /** The pulse of the loop. */
  readonly shared: SharedArrayBuffer;
}

/** What the thread tells. `code` is that of the system, as in EADDRINUSE. */
export type FromThread =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'refused'; readonly trouble: Trouble; readonly code: string | null };

export interface StatusThread {
  readonly port: number;
  close(): Promise<void>;
}

/** What a page and its figures take, with a search among 100,000 people, many times over; a leak ends the thread and not the process. */
const HEAP_MB = 192;
/** Waits before a thread that died is begun anew: doubled each time, up to the most. */
const ANEW_FIRST_MS = 1_000;
const ANEW_MOST_MS = 60_000;
/** A thread that does not end by itself within so many milliseconds is ended. */
const CLOSE_MS = 1_000;

/** @throws MusterError (`person`) where the address can't be listened on. */
export async function startStatusThread(settings: ThreadSettings, log: Log): Promise<StatusThread> {
  const closing = new AbortController();
  let current = await begin(settings);
  const { port } = current;
  const watch = async () => {
    let pause = ANEW_FIRST_MS;
    while (!closing.signal.aborted) {
      const why = await current.ended;
      if (closing.signal.aborted) return;
      log.error('the status page broke down and is begun anew; passes go on', { why });
      await wait(pause, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      pause = Math.min(ANEW_MOST_MS, pause * 2);
      // The port that was given is kept, so that the address stays the same.
      if (closing.signal.aborted) return;
      current = await begin({ ...settings, port }).catch(broken);
    }
  };
  const watching = watch();
  return {
    port,
    close: async () => {
      closing.abort();
      await current.end();
      await watching;
      // One that was being begun just then knew of no end.
      await current.end();
    },
  };
}

interface Running {
  readonly port: number;
  /** Resolves, with why, when it has ended. */
  readonly ended: Promise<string>;
  end(): Promise<void>;
}

/** One that did not even begin. */
function broken(error: unknown): Running {
  return { port: 0, ended: Promise.resolve(String(error)), end: () => Promise.resolve() };
}

async function begin(settings: ThreadSettings): Promise<Running> {
  const thread = new Worker(ownProgram('http/worker'), {
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    env: {},
    execArgv: [],
  });
  const ended = new Promise<string>((resolve) => {
    thread.once('error', (error) => resolve(String(error)));
    thread.once('exit', (code) => resolve(`the thread ended with ${code}`));
  });
  const first = await Promise.race([
    // What worker.ts sends, and nothing else.
    new Promise<FromThread>((resolve) => thread.once('message', (message: FromThread) => resolve(message))),
    ended,
  ]);
  if (typeof first === 'string') throw new Error(first);
  if (first.kind === 'refused') {
    await ended;
    throw refusal(settings, first);
  }
  return {
    port: first.port,
    ended,
    end: async () => {
      thread.postMessage('end');
      await Promise.race([ended, wait(CLOSE_MS, undefined, { ref: false })]);
      await thread.terminate();
    },
  };
}

/** Codes of bind(2) and getaddrinfo(3) that say that the address is the wrong one. */
const WRONG_ADDRESS = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND', 'EAI_AGAIN'];

function refusal({ host, port }: ThreadSettings, { trouble, code }: FromThread & { kind: 'refused' }): MusterError {
  if (code === null || !WRONG_ADDRESS.includes(code)) return new MusterError(trouble);
  return new MusterError({
    remedy: 'person',
    where: `http.listen ${host}:${port}`,
    what: `Nothing can be shown there: ${trouble.what}.`,
    next: 'Choose a free address of this machine.',
  });
}
