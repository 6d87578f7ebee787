/**
 * A process of its own that works on a store as it is told, one command per line of its input, one JSON answer per
 * line of its output. Arguments: path of the database, instant at which its clock stands.
 */
import { createInterface } from 'node:readline';
import { messageOf } from '../../src/errors.ts';
import { openStore } from '../../src/store/store.ts';
import { sampleApplied, sampleDisable, sampleIntent, sampleRow } from '../contracts/store-samples.ts';

const [path = '', instant = '0'] = process.argv.slice(2);
const store = await openStore({ sqlite: path }, () => Number(instant));

const commands: Readonly<Record<string, (word: string) => Promise<unknown>>> = {
  acquire: (what) => store.lease.acquire(what),
  renew: () => store.lease.renew(),
  release: () => store.lease.release(),
  intend: (id) => store.journal.intend([sampleIntent(id, sampleDisable(id))]),
  settle: (id) => {
    const intent = sampleIntent(id, sampleDisable(id));
    return store.journal.settle(intent, sampleApplied(intent.change), sampleRow(id), Number(instant));
  },
};

function answer(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

answer({ ok: 'open' });
// The end of its input ends it, without a word to the store: a lease must not keep a process alive.
for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', word = ''] = line.split(' ');
  try {
    answer({ ok: (await commands[command]?.(word)) ?? null });
  } catch (error) {
    answer({ error: messageOf(error) });
  }
}
