/** `muster credentials open FILE`: opens a sealed initial password with a secret age key. */
import { readFile } from 'node:fs/promises';
import { identitiesIn, open } from '../credentials/seal.ts';
import { MusterError } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { ExitCode, Invocation } from './invocation.ts';

export interface OpenOptions {
  /** Path of the key file. */
  readonly identity: string;
}

/** The one command that prints a password: to whoever holds the key, and asked for it. */
export async function credentialsOpen(invocation: Invocation, options: OpenOptions, file: string): Promise<ExitCode> {
  const key = await Secret.fromFile(options.identity);
  const letter = await open(await sealedText(file), identitiesIn(key.reveal()));
  await invocation.terminal.print(letter.endsWith('\n') ? letter : `${letter}\n`);
  return 0;
}

async function sealedText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new MusterError(
      {
        remedy: 'person',
        where: `sealed file ${file}`,
        what: code === 'ENOENT' ? 'There is no such file.' : `It can't be read (${code}).`,
        next: 'Name a file of the outbox that ends in .age.',
      },
      { cause: error },
    );
  }
}
