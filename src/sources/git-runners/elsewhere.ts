/** Git as a child of a small process, which begins with the first command and ends with this process. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { messageOf } from '../../errors.ts';
import { endMarked, PROCESS_MARK } from './leftovers.ts';
import type { FromGitProcess, ToGitProcess } from './messages.ts';
import type { Ended, GitCommand, GitRunner, Running } from './runner.ts';

/** Milliseconds in which it says that a command is over that was to end: beyond that it hangs, and the next command has another process. */
const END_MS = 10_000;

type Heard = (message: FromGitProcess) => void;
/** What a command begins with, without its number. */
type Order = Begins<ToGitProcess>;
type Begins<T> = T extends { readonly kind: 'text' | 'start' } ? Omit<T, 'id'> : never;

/**
 * The system copies the page tables of a process that starts another one, and lets it stand still meanwhile: the larger, the longer.
 * @param program git-runners/process, or what was built of it
 */
export class GitElsewhere implements GitRunner {
  readonly #program: string;
  readonly #heard = new Map<number, Heard>();
  #process: ChildProcess | null = null;
  #last = 0;

  constructor(program: string) {
    this.#program = program;
  }

  text(command: GitCommand, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(aborted());
      const onAbort = () => this.#endSoon(id);
      const id = this.#order({ kind: 'text', command }, (message) => {
        signal.removeEventListener('abort', onAbort);
        // Git is gone by now, and nobody meets what it was still writing.
        if (signal.aborted) reject(aborted());
        else if (message.kind === 'text') resolve(message.text);
        else reject(new Error(message.kind === 'failed' ? message.why : 'it was not understood'));
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  start(command: GitCommand, input: string): Running {
    // Of objects, so that what comes in pieces is read in the same pieces.
    const output = new PassThrough({ objectMode: true });
    const { promise: ended, resolve } = Promise.withResolvers<Ended>();
    let isOver = false;
    const finish = (how: Ended) => {
      isOver = true;
      output.end();
      resolve(how);
    };
    const id = this.#order({ kind: 'start', command, input }, (message) => {
      if (isOver) return;
      if (message.kind === 'bytes') output.write(message.bytes);
      else if (message.kind === 'ended') finish({ code: message.code, errors: message.errors });
      else finish({ code: null, errors: message.kind === 'failed' ? message.why : '' });
    });
    const end = () => {
      if (isOver) return;
      this.#endSoon(id);
      finish({ code: null, errors: '' });
    };
    return { output: this.#taking(id, output), ended, end };
  }

  /** Each piece that was read makes room for another one. */
  async *#taking(id: number, output: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of output) {
      yield piece;
      this.#send({ id, kind: 'taken' });
    }
  }

  #order(order: Order, heard: Heard): number {
    this.#last += 1;
    const id = this.#last;
    this.#heard.set(id, heard);
    try {
      this.#process ??= this.#begin();
      this.#keepsRunning();
      this.#send({ id, ...order });
    } catch (error) {
      // The system had no room for it, or the command can't be told.
      const why = `${NOT_BEGUN}: ${messageOf(error)}`;
      queueMicrotask(() => this.#hear({ id, kind: 'failed', why }));
    }
    return id;
  }

  #endSoon(id: number): void {
    const child = this.#process;
    const heard = this.#heard.get(id);
    if (heard === undefined) return;
    const hangs = setTimeout(() => child?.kill('SIGKILL'), END_MS);
    this.#heard.set(id, (message) => {
      if (message.kind !== 'bytes') clearTimeout(hangs);
      heard(message);
    });
    this.#send({ id, kind: 'end' });
  }

  #begin(): ChildProcess {
    const mark = randomUUID();
    const child = fork(this.#program, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
      env: { ...process.env, [PROCESS_MARK]: mark },
    });
    let hasAnswered = false;
    // What process.ts sends, and nothing else.
    child.on('message', (message: unknown) => {
      hasAnswered = true;
      this.#hear(message as FromGitProcess);
    });
    child.once('error', ({ message }) => this.#gone(child, `${NOT_BEGUN}: ${message}`));
    child.once('exit', (_code, signal) => {
      endMarked(mark);
      this.#gone(child, hasAnswered || signal !== null ? 'it was killed with the process that runs it' : NOT_BEGUN);
    });
    return child;
  }

  #hear(message: FromGitProcess): void {
    const heard = this.#heard.get(message.id);
    if (message.kind !== 'bytes') this.#heard.delete(message.id);
    this.#keepsRunning();
    heard?.(message);
  }

  #gone(child: ChildProcess, why: string): void {
    if (this.#process !== child) return;
    this.#process = null;
    // One that failed to be told something may live on.
    child.kill('SIGKILL');
    for (const id of [...this.#heard.keys()]) this.#hear({ id, kind: 'failed', why });
  }

  /** It alone keeps nobody from ending; what was asked of it does. */
  #keepsRunning(): void {
    const child = this.#process;
    const how = this.#heard.size === 0 ? 'unref' : 'ref';
    child?.[how]();
    child?.channel?.[how]();
  }

  #send(message: ToGitProcess): void {
    // Where it can't be told it has ended, and whoever waits hears that.
    if (this.#process?.connected === true) this.#process.send(message, () => undefined);
  }
}

/** What the trouble of a fetch is known by as well (git-trouble.ts). */
const NOT_BEGUN = 'the process that runs Git could not begin';

function aborted(): Error {
  return new Error('it was ended before it was done (abort)');
}
