/** The small process that runs Git for a large one: does what it is told until the other end is gone. */
import { messageOf } from '../../errors.ts';
import { here } from './here.ts';
import { PROCESS_MARK } from './leftovers.ts';
import { type FromGitProcess, PIECES_AHEAD, type ToGitProcess } from './messages.ts';
import type { Ended, GitCommand } from './runner.ts';

interface Command {
  end(): void;
  taken(): void;
}

const commands = new Map<number, Command>();

// What the large process sends, and nothing else: it alone has the other end.
process.on('message', (order: ToGitProcess) => {
  if (order.kind === 'text') void text(order);
  else if (order.kind === 'start') void output(order);
  else commands.get(order.id)?.[order.kind]();
});
process.once('disconnect', () => {
  for (const command of commands.values()) command.end();
});
// A signal to the whole group is for the large process: it ends its commands as it thinks fit, and then this one ends. SIGUSR1 would open a debugger.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined);

async function text({ id, command }: Extract<ToGitProcess, { kind: 'text' }>): Promise<void> {
  const ending = new AbortController();
  commands.set(id, { end: () => ending.abort(), taken: () => undefined });
  const said = await here.text(marked(command), ending.signal).then(
    (words) => ({ kind: 'text', text: words }) as const,
    (error: unknown) => ({ kind: 'failed', why: messageOf(error) }) as const,
  );
  commands.delete(id);
  say({ id, ...said });
}

async function output({ id, command, input }: Extract<ToGitProcess, { kind: 'start' }>): Promise<void> {
  let ended: Ended;
  try {
    const git = here.start(marked(command), input);
    const turns = new Turns();
    commands.set(id, {
      end: () => {
        git.end();
        turns.open();
      },
      taken: () => turns.give(),
    });
    for await (const bytes of git.output) {
      await turns.take();
      say({ id, kind: 'bytes', bytes });
    }
    // It may have closed its output, and go on.
    ended = await git.ended;
  } catch (error) {
    ended = { code: null, errors: messageOf(error) };
  }
  commands.delete(id);
  say({ id, kind: 'ended', ...ended });
}

/** By which it is found where it outlives this process. */
function marked(command: GitCommand): GitCommand {
  const { [PROCESS_MARK]: mark = '' } = process.env;
  return { ...command, environment: { ...command.environment, [PROCESS_MARK]: mark } };
}

/** So that what nobody reads yet stays with Git. */
class Turns {
  #left = PIECES_AHEAD;
  #next: (() => void) | null = null;

  async take(): Promise<void> {
    if (this.#left === 0) {
      await new Promise<void>((resolve) => {
        this.#next = resolve;
      });
    }
    this.#left -= 1;
  }

  give(): void {
    this.#left += 1;
    this.#next?.();
    this.#next = null;
  }

  /** Nobody is waited for any more. */
  open(): void {
    this.#left = Number.POSITIVE_INFINITY;
    this.give();
  }
}

function say(message: FromGitProcess): void {
  // Who is gone misses nothing.
  if (process.connected) process.send?.(message, () => undefined);
}
