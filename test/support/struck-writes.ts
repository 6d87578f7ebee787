/** The thirty changes with one write struck: killed before it, killed after it, or with its answer lost; and what is wrong afterwards. */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { outcomeOf, sync, syncInChild } from './site.ts';
import { type Bench, type Ending, endingOf, PASSWORDS_IN_FORCE, rewind, WRITES } from './thirty-changes.ts';
import type { Strike } from './write-tap.ts';

export interface StruckWrite {
  /** From 1. */
  readonly write: number;
  readonly when: Strike['when'];
  /** `kill`: the process, with kill -9. `deafen`: the answer is lost, and the process goes on. */
  readonly how: 'kill' | 'deafen';
}

/** Every write, struck in each of the three ways. */
export const STRUCK_WRITES: readonly StruckWrite[] = Array.from({ length: WRITES }, (_, n) => n + 1).flatMap(
  (write) => [
    { write, when: 'before', how: 'kill' } as const,
    { write, when: 'after', how: 'kill' } as const,
    { write, when: 'after', how: 'deafen' } as const,
  ],
);

/** `writes:kill:before:17`. */
export function strikeName({ write, when, how }: StruckWrite): string {
  return ['writes', how, when, write].join(':');
}

/** Strikes there, syncs once more undisturbed, and lists what differs from an undisturbed run. */
export async function strikeAt(bench: Bench, undisturbed: Ending, point: StruckWrite): Promise<readonly string[]> {
  await rewind(bench);
  const run = point.how === 'kill' ? killed : deafened;
  return differences(await endingOf(bench, () => run(bench, point)), undisturbed);
}

/** What is wrong with the ending of a run, in words. */
export function differences(ending: Ending, undisturbed: Ending): readonly string[] {
  const counts = { writes: WRITES, answers: WRITES, open: 0, left: 0, exit: 0 };
  const expected = { ...undisturbed, ...counts, passwords: PASSWORDS_IN_FORCE };
  const keys = ['usnSteps', 'writes', 'answers', 'passwords', 'ledger', 'open', 'left', 'exit'] as const;
  const figures = keys
    .filter((key) => JSON.stringify(ending[key]) !== JSON.stringify(expected[key]))
    .map((key) => `${key} is ${JSON.stringify(ending[key])}, not ${JSON.stringify(expected[key])}`);
  const dns = new Set([...ending.accounts.keys(), ...expected.accounts.keys()]);
  const accounts = [...dns].filter(
    (dn) => JSON.stringify(ending.accounts.get(dn)) !== JSON.stringify(expected.accounts.get(dn)),
  );
  return [...figures, ...accounts.map((dn) => `${dn} ended as ${JSON.stringify(ending.accounts.get(dn))}`)];
}

/** The process is frozen in the instant of the strike, and killed once the controller is done with what it had got. */
async function killed({ site, tap }: Bench, { write, when }: StruckWrite): Promise<void> {
  let fell = false;
  const child = syncInChild(site);
  const [ended, said] = [once(child, 'exit'), text(child.stderr)];
  tap.arm({
    write,
    when,
    act: () => {
      fell = child.kill('SIGSTOP');
    },
    done: () => !child.kill('SIGKILL'),
  });
  const [code, signal] = await ended;
  if (!fell || signal !== 'SIGKILL') throw new Error(`The sync was not killed: it ended with ${code}. ${await said}`);
}

async function deafened({ site, tap }: Bench, { write, when }: StruckWrite): Promise<void> {
  let fell = false;
  tap.arm({
    write,
    when,
    act: () => {
      fell = true;
    },
    done: () => true,
  });
  const report = await sync(site);
  if (!fell) throw new Error(`No answer was lost at write ${write}.`);
  // Whoever calls it must hear that something is missing.
  if (outcomeOf(report).exit === 0)
    throw new Error(`The sync ended with 0 although the answer to write ${write} was lost.`);
}
