/** Git as a child of a small process, which begins with the first command and ends with this process. */
import { type ChildProcess, fork } from 'node:child_process';
import { PassThrough } from 'node:stream';
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
      const onAbort = () => {
        this.#abandon(id);
        reject(aborted());
      };
      const id = this.#order({ kind: 'text', command }, (message) => {
        signal.removeEventListener('abort', onAbort);
        if (message.kind === 'text') resolve(message.text);
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
      if (message.kind === 'bytes') output.write(message.bytes);
      else if (message.kind === 'ended') finish({ code: message.code, errors: message.errors });
      else finish({ code: null, errors: message.kind === 'failed' ? message.why : '' });
    });
    const end = () => {
      if (isOver) return;
      this.#abandon(id);
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
    this.#process ??= this.#begin();
    this.#last += 1;
    const id = this.#last;
    this.#heard.set(id, heard);
    this.#keepsRunning();
    this.#send({ id, ...order });
    return id;
  }

  /** Nobody waits for it any more. */
  #abandon(id: number): void {
    const child = this.#process;
    const hangs = setTimeout(() => child?.kill('SIGKILL'), END_MS);
    this.#heard.set(id, ({ kind }) => {
      if (kind !== 'bytes') clearTimeout(hangs);
    });
    this.#send({ id, kind: 'end' });
  }

  #begin(): ChildProcess {
    const child = fork(this.#program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    // What process.ts sends, and nothing else.
    child.on('message', (message: unknown) => this.#hear(message as FromGitProcess));
    child.once('error', (error) => this.#gone(child, `the process that runs Git failed: ${error.message}`));
    child.once('exit', () => this.#gone(child, 'it was killed with the process that runs it'));
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

function aborted(): Error {
  return new Error('it was ended before it was done (abort)');
}
