/** Runs in a worker thread: reads batches of files, and shows in shared memory which one it is at. */
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { type Answer, type Batch, IDLE } from './reading-batch.ts';
import { pack, typeFile } from './typed-file.ts';

// `yaml` asks for an environment variable at every token; answered by Node, that takes a sixth of the whole reading.
process.env = Object.freeze({});

// `yaml` makes an error object for each of thousands of mistakes; where each was made, nobody asks.
Error.stackTraceLimit = 0;

// The first reading compiles everything that reading needs: no file should pay for that with its time.
typeFile('user', new TextEncoder().encode('username: …\n'));

// Made by the pool: room for one number, shared with it.
const progress = new Int32Array(workerData as SharedArrayBuffer);

// The pool sends nothing else.
parentPort?.on('message', (batch: Batch) => {
  const answer = read(batch);
  Atomics.store(progress, 0, IDLE);
  parentPort?.postMessage(answer);
});

function read({ kinds, bytes, ends }: Batch): Answer {
  const packed: (string | null)[] = [];
  const texts: string[] = [];
  let start = 0;
  for (const [index, kind] of kinds.entries()) {
    const end = ends[index] ?? start;
    Atomics.store(progress, 0, index);
    try {
      const { file, text } = typeFile(kind, bytes.subarray(start, end));
      packed.push(pack(file));
      texts.push(text);
    } catch {
      packed.push(null);
      texts.push('');
    }
    start = end;
  }
  return { packed, texts };
}
