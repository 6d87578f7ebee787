/** A push listener in a process of its own, whose memory the test looks at from outside; says `ready PORT`, then what it counted. */
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
process.on('message', () => process.send?.({ pushes, refused }));
process.on('disconnect', () => process.exit(0));
process.send?.({ port: listener.port });
