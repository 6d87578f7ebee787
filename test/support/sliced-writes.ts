/** Writes to a stream one byte at a time, so that whoever reads meets every possible border between two reads. */
import type { Duplex } from 'node:stream';

/** Gives a function that writes: in order, each byte only after the one before has left. `sent` is called after the last. */
export function inSlices(target: Duplex): (bytes: Buffer, sent: () => void) => void {
  let turn: Promise<void> = Promise.resolve();
  return (bytes, sent) => {
    turn = turn.then(async () => {
      for (const byte of bytes) {
        if (!target.writable) break;
        await new Promise<void>((done) => {
          // One turn of the event loop between two bytes, or the kernel hands over several at once.
          target.write(Buffer.of(byte), () => setImmediate(done));
        });
      }
      sent();
    });
  };
}
