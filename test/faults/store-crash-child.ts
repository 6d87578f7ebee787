/**
 * A process that works on a store until something kills it. Arguments: path of the database, what to do (`open`,
 * `batch`, `loop`), intents per batch, and the number of the writing statement before which it kills itself (0: never).
 * Says on its output what is done, one line each: `intended BATCH`, `settled ID`.
 */
import { openStore } from '../../src/store/store.ts';
import { NOON, sampleApplied, sampleDisable, sampleIntent, sampleRow } from '../contracts/store-samples.ts';
import { overhear } from '../store/raw-database.ts';

const [path = '', task = '', batchSize = '', killBefore = '0'] = process.argv.slice(2);

let statements = 0;
if (killBefore !== '0') {
  overhear(({ text }) => {
    // What only reads leaves the disk as it was: being killed before it is being killed before the next write.
    if (/^(select|with|begin)/.test(text)) return;
    statements += 1;
    if (statements === Number(killBefore)) process.kill(process.pid, 'SIGKILL');
  });
}

const store = await openStore({ sqlite: path }, () => NOON);
// A crash must be able to hit while the lease is held: that is how a pass works.
const lease = await store.lease.acquire('sync');
if (!lease.held) throw new Error(`the lease of a killed process was not free: ${lease.holder}`);
if (task === 'batch') await work('b', 3);
for (let batch = 0; task === 'loop'; batch += 1) await work(`${process.pid}-${batch}`, Number(batchSize));
await store.close();

async function work(batch: string, outcomes: number): Promise<void> {
  const intents = Array.from({ length: Number(batchSize) }, (_, index) => {
    const id = `${batch}-${index}`;
    return sampleIntent(id, sampleDisable(id), { runId: batch });
  });
  await store.journal.intend(intents);
  process.stdout.write(`intended ${batch}\n`);
  for (const intent of intents.slice(0, outcomes)) {
    await store.journal.settle(intent, sampleApplied(intent.change), sampleRow(intent.id), NOON);
    process.stdout.write(`settled ${intent.id}\n`);
  }
}
