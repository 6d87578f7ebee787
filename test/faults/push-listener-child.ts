/** A push listener in a process of its own (with `--expose-gc`); says its port, then, as often as it is asked, what it counted and holds. */
import { setTimeout } from 'node:timers/promises';
import { startPushListener } from '../../src/daemon/push-listener.ts';
import { Secret } from '../../src/secret.ts';

let pushes = 0;
let refused = 0;
let minute = 0;
const listener = await startPushListener({
  host: '127.0.0.1',
  port: 0,
  secret: new Secret('the secret of the webhook'),
  onPush: () => {
    pushes += 1;
  },
  onRefused: () => {
    refused += 1;
  },
  // Every notice in a minute of its own, so that each is judged by its signature and not by its number.
  clock: () => {
    minute += 60_000;
    return minute;
  },
});
process.on('message', () => void held().then((bytes) => process.send?.({ pushes, refused, held: bytes })));
process.on('disconnect', () => process.exit(0));
process.send?.({ port: listener.port });

/** Bytes that something still refers to, once what was closed has been let go of. */
async function held(): Promise<number> {
  for (let times = 0; times < 5; times += 1) {
    await setTimeout(100);
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
