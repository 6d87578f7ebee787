/** `muster credentials open FILE`: opens a sealed initial password with a secret age key. */
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { identitiesIn, open } from '../credentials/seal.ts';
import { codeOf, MusterError } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { ExitCode, Invocation } from './invocation.ts';

export interface OpenOptions {
  /** Path of the key file. */
  readonly identity: string;
}

/** The one command that prints a password: to whoever holds the key, and asked for it. */
export async function credentialsOpen(invocation: Invocation, options: OpenOptions, file: string): Promise<ExitCode> {
  const key = await keyFrom(options.identity);
  const letter = await open(await sealedText(file), identitiesIn(key.reveal()));
  await invocation.terminal.print(letter.endsWith('\n') ? letter : `${letter}\n`);
  return 0;
}

/** Nobody configures this file: whoever opens a password names their own. */
async function keyFrom(path: string): Promise<Secret> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    throw notReadable(`key file ${path}`, error, 'Name the file that holds your secret age key with --identity.');
  }
  return Secret.fromFile(path);
}

async function sealedText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw notReadable(`sealed file ${file}`, error, 'Name a file of the outbox that ends in .age.');
  }
}

function notReadable(where: string, error: unknown, next: string): MusterError {
  const code = codeOf(error);
  const what = code === 'ENOENT' ? 'There is no such file.' : `It can't be read (${code}).`;
  return new MusterError({ remedy: 'person', where, what, next }, { cause: error });
}
