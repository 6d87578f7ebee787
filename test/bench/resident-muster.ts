/** Starts a Muster that stays, and asks it for one pass after another. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atExit } from '../support/test-directory.ts';
import { answerOf } from './child-answer.ts';
import type { ResidentPass } from './resident-process.ts';
import type { Workshop } from './workshop.ts';

export class ResidentMuster {
  readonly #child: ChildProcess;
  readonly #forget: () => void;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#forget = atExit(() => child.kill('SIGKILL'));
  }

  static async start(workshop: Workshop, configFile: string): Promise<ResidentMuster> {
    const child = fork(join(workshop.dist, 'resident-process.js'), [configFile], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const muster = new ResidentMuster(child);
    await muster.#answer();
    return muster;
  }

  async pass(): Promise<ResidentPass> {
    this.#child.send('pass');
    // Our own program sends nothing else after it is ready.
    return (await this.#answer()) as ResidentPass;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
    this.#forget();
  }

  #answer(): Promise<unknown> {
    return answerOf(this.#child, 'The resident Muster ended before it answered.');
  }
}
