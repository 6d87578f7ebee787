/** The desired-state repository of a benchmark: bare, packed as a Git server keeps it, and changed by commits. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../support/run-command.ts';
import { documentOf, everybody, INSTANCE, institutions, pathOf } from './population.ts';

/** Nobody's own Git settings, no hook, no signing. */
export const GIT_ENVIRONMENT = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };

const AUTHOR = 'Rita Service <rita@research-service.example.org>';

/** Makes a bare repository with one file for each person and institution, in one commit of `main`. */
export async function makeDesiredState(repository: string, users: number): Promise<void> {
  await mkdir(dirname(repository), { recursive: true });
  await runCommand('git', ['init', '--quiet', '--bare', '--initial-branch=main', '--template=', repository], {
    env: GIT_ENVIRONMENT,
  });
  const files: [path: string, text: string][] = [['muster.yaml', `format: 1\ninstance: ${INSTANCE}\n`]];
  for (const { id, name } of institutions()) {
    files.push([`institutions/${id}.yaml`, `id: ${id}\nname: ${name}\ncontacts: [office@${id}.example.net]\n`]);
  }
  for (const person of everybody(users)) files.push([pathOf(person), documentOf(person)]);
  await commitFiles(repository, files, 'Everybody we know of');
  await runCommand('git', ['-C', repository, 'repack', '--quiet', '-a', '-d'], { env: GIT_ENVIRONMENT });
}

/** One more commit of `main` that sets these files; the others stay. */
export async function commitFiles(
  repository: string,
  files: readonly (readonly [path: string, text: string])[],
  message: string,
): Promise<void> {
  const parent = await runCommand(
    'git',
    ['-C', repository, 'for-each-ref', '--format=%(objectname)', 'refs/heads/main'],
    {
      env: GIT_ENVIRONMENT,
    },
  );
  const stream = join(repository, 'import.txt');
  const output = createWriteStream(stream);
  const from = parent.trim() === '' ? '' : `from ${parent.trim()}\n`;
  const head = `commit refs/heads/main\ncommitter ${AUTHOR} ${Math.floor(Date.now() / 1000)} +0000\n${data(message)}${from}`;
  output.write(head);
  for (const [path, text] of files) {
    if (!output.write(`M 100644 inline ${path}\n${data(text)}`)) await once(output, 'drain');
  }
  output.end('\n');
  await once(output, 'close');
  await importFrom(repository, stream);
  await rm(stream);
}

/** Ids of all files of `main`, one a line, in `file`: what `git cat-file --batch` reads. */
export async function listBlobs(repository: string, file: string): Promise<void> {
  const args = ['-C', repository, 'ls-tree', '-r', '--format=%(objectname)', 'refs/heads/main'];
  await writeFile(file, await runCommand('git', args, { env: GIT_ENVIRONMENT }));
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

async function importFrom(repository: string, file: string): Promise<void> {
  const input = await open(file);
  try {
    const child = spawn('git', ['-C', repository, 'fast-import', '--quiet'], {
      stdio: [input.fd, 'ignore', 'inherit'],
      env: { ...process.env, ...GIT_ENVIRONMENT },
    });
    const [status] = await once(child, 'exit');
    if (status !== 0) throw new Error(`git fast-import ended with status ${status}.`);
  } finally {
    await input.close();
  }
}
