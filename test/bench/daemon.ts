/** `muster serve` as a process of its own, with a webhook, for figures that begin with a push. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { atExit } from '../support/test-directory.ts';

/** A first pass that takes longer hangs. */
const TIMEOUT_MS = 120_000;

type Line = Readonly<Record<string, unknown>>;

export class Daemon {
  readonly #child: ChildProcess;
  readonly #lines: Line[] = [];
  readonly #forget: () => void;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#forget = atExit(() => child.kill('SIGKILL'));
    if (child.stderr === null) throw new Error('it has no log');
    createInterface({ input: child.stderr }).on('line', (line) => {
      // Its log is a line of JSON for each thing.
      if (line.startsWith('{')) this.#lines.push(JSON.parse(line) as Line);
    });
  }

  /** Resolves when its first pass is over. */
  static async start(main: string, configFile: string): Promise<Daemon> {
    const child = spawn(execPath, [main, '--config', configFile, 'serve'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const daemon = new Daemon(child);
    await daemon.#until((lines) => lines.some(({ msg }) => msg === 'passed'));
    await daemon.quiet();
    return daemon;
  }

  /** Sends its webhook a notice. @throws Error where it is not taken. */
  async notify(headers: Readonly<Record<string, string>>, body: string): Promise<void> {
    const port = this.#lines.find(({ msg }) => msg === 'listening for pushes')?.port;
    const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    if (status !== 202) throw new Error(`The notice was answered with ${status}.`);
  }

  /** The last of its log, for a message. */
  get lately(): string {
    return JSON.stringify(this.#lines.slice(-3));
  }

  /** Resolves when no pass has ended for some seconds: watching the repository sets one off as well. */
  async quiet(): Promise<void> {
    for (let known = -1; known !== this.#lines.length; ) {
      known = this.#lines.length;
      await setTimeout(4_000);
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    this.#forget();
  }

  async #until(check: (lines: readonly Line[]) => boolean): Promise<void> {
    const begin = Date.now();
    while (!check(this.#lines)) {
      if (Date.now() - begin > TIMEOUT_MS || this.#child.exitCode !== null) {
        throw new Error(`The daemon did not begin: ${this.lately}`);
      }
      await setTimeout(100);
    }
  }
}
