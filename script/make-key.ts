/** Writes a new age key pair into a file, in the form of age-keygen: for the demo, and where age is not installed. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { generateKey } from '../src/credentials/seal.ts';
import { say } from './command.ts';

const [path] = process.argv.slice(2);
if (path === undefined) {
  say('Usage: node script/make-key.ts FILE');
  process.exitCode = 1;
} else {
  const { identity, recipient } = await generateKey();
  const lines = [`# created: ${new Date().toISOString()}`, `# public key: ${recipient}`, identity];
  // Fails where the file exists: a secret key is never overwritten.
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  say(`Public key: ${recipient}`);
}
