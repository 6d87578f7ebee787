/** Git as a child of this process and as one of a small process: the same to whoever asks, and nothing left behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GitElsewhere } from '../../src/sources/git-runners/elsewhere.ts';
import { here } from '../../src/sources/git-runners/here.ts';
import { PIECES_AHEAD } from '../../src/sources/git-runners/messages.ts';
import type { GitCommand, GitRunner, Running } from '../../src/sources/git-runners/runner.ts';
import { processesWith } from '../support/children.ts';
import { program } from '../support/programs.ts';
import { inFolder } from './loading.ts';
import { file, newRepository } from './real-git.ts';

/** For what takes a moment on a quiet machine. */
const PATIENCE = { timeout: 15_000, interval: 20 };
/** As pipes give it, in bytes. */
const PIECE = 64 * 1024;
const PROGRAM = program('sources/git-runners/process');

const never = () => new AbortController().signal;

function command(folder: string, args: readonly string[], path = process.env.PATH ?? ''): GitCommand {
  return { folder, args, environment: { PATH: path, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' } };
}

async function read({ output }: Running): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of output) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Process ids by a word of their command lines. */
function pidsWith(word: string): readonly number[] {
  return processesWith(word).map(({ pid }) => pid);
}

/** A PATH on which `git` is this script. */
async function pathWith(folder: string, script: string): Promise<string> {
  await writeFile(join(folder, 'git'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'git'), 0o755);
  return `${folder}:${process.env.PATH}`;
}

describe.each([
  ['here', () => here],
  ['elsewhere', () => new GitElsewhere(PROGRAM)],
])('Git run %s', (_name, runner) => {
  let git: GitRunner;
  beforeEach(() => {
    git = runner();
  });

  test('a text comes whole, and a failure with what Git said of it', async () => {
    await inFolder(async (parent) => {
      const { folder, commit } = newRepository(parent);
      const id = commit([file('æ.txt', 'å\n')]);
      const listing = git.text(command(folder, ['-c', 'core.quotePath=no', 'ls-tree', '--name-only', id]), never());
      expect(await listing).toBe('æ.txt\n');
      await expect(git.text(command(folder, ['cat-file', '-p', 'nothing']), never())).rejects.toThrow(
        'fatal: Not a valid object name nothing',
      );
      await expect(git.text(command(folder, ['rev-parse', '-q', '--verify', 'nothing']), never())).rejects.toThrow(
        'it ended with 1',
      );
      await expect(git.text(command(folder, ['status'], '/nowhere'), never())).rejects.toThrow('ENOENT');
    });
  });

  test('many commands at once each have their own answer', async () => {
    await inFolder(async (parent) => {
      const { folder, git: write } = newRepository(parent);
      const ids = Array.from({ length: 12 }, (_, at) => write(['hash-object', '-w', '--stdin'], `${at}`));
      const texts = ids.map((id) => git.text(command(folder, ['cat-file', '-p', id]), never()));
      expect(await Promise.all(texts)).toEqual(ids.map((_, at) => `${at}`));
    });
  });

  test('output comes byte by byte as it is, with the exit code, the input given, and what Git said', async () => {
    await inFolder(async (parent) => {
      const { folder, git: write } = newRepository(parent);
      const bytes = Buffer.from(Array.from({ length: 3 * PIECE + 7 }, (_, at) => (at * 7 + (at >> 8)) % 256));
      const id = write(['hash-object', '-w', '--stdin'], bytes);
      const running = git.start(command(folder, ['cat-file', '--batch']), `${id}\n`);
      expect(
        (await read(running)).equals(
          Buffer.from(`${id} blob ${bytes.length}\n${bytes.toString('latin1')}\n`, 'latin1'),
        ),
      ).toBe(true);
      expect(await running.ended).toEqual({ code: 0, errors: '' });
      const failing = git.start(command(folder, ['cat-file', 'blob', 'nothing']), '');
      expect((await read(failing)).length).toBe(0);
      expect(await failing.ended).toEqual({ code: 128, errors: 'fatal: Not a valid object name nothing\n' });
      const missing = git.start(command(folder, ['status'], '/nowhere'), 'input that nobody reads');
      expect((await read(missing)).length).toBe(0);
      expect(await missing.ended).toEqual({ code: null, errors: 'spawn git ENOENT' });
    });
  });

  test('what nobody reads waits with Git', async () => {
    await inFolder(async (parent) => {
      await writeFile(join(parent, 'zeros'), Buffer.alloc(64 * 1024 * 1024));
      const path = await pathWith(parent, `exec tee ${parent}/written <${parent}/zeros`);
      const running = git.start(command(parent, ['status'], path), '');
      const pieces = running.output[Symbol.asyncIterator]();
      await pieces.next();
      const written = () => statSync(join(parent, 'written')).size;
      let before = -1;
      await vi.waitFor(
        () => {
          const now = written();
          const stands = now === before;
          before = now;
          expect(stands).toBe(true);
        },
        { ...PATIENCE, interval: 300 },
      );
      // Both pipes, and what is on its way.
      expect(before).toBeLessThan((PIECES_AHEAD + 8) * PIECE);
      await pieces.next();
      await pieces.return?.();
      running.end();
      expect((await running.ended).code).toBe(null);
    });
  });

  test('a command that is ended is gone, whether it gives a text or output', async () => {
    await inFolder(async (parent) => {
      const path = await pathWith(parent, `exec sleep 61.${process.pid}`);
      const word = `61.${process.pid}`;
      const ending = new AbortController();
      const text = expect(git.text(command(parent, ['status'], path), ending.signal)).rejects.toThrow(/abort/i);
      const running = git.start(command(parent, ['status'], path), '');
      await vi.waitFor(() => expect(pidsWith(word).length).toBe(2), PATIENCE);
      ending.abort();
      running.end();
      await text;
      expect((await running.ended).code).toBe(null);
      expect((await read(running)).length).toBe(0);
      await vi.waitFor(() => expect(pidsWith(word)).toEqual([]), PATIENCE);
      await expect(git.text(command(parent, ['status'], path), AbortSignal.abort())).rejects.toThrow(/abort/i);
    });
  });
});

describe('the small process', () => {
  test('ends a Git that closed its output and goes on, and stands one that can not be started', async () => {
    await inFolder(async (parent) => {
      const git = new GitElsewhere(PROGRAM);
      const word = `64.${process.pid}`;
      const path = await pathWith(parent, `exec sleep ${word} >&-`);
      const hanging = git.start(command(parent, ['status'], path), '');
      await vi.waitFor(() => expect(pidsWith(word).length).toBe(1), PATIENCE);
      const impossible = git.start(command(parent, ['a\0b']), '');
      expect((await read(impossible)).length).toBe(0);
      expect((await impossible.ended).errors).toMatch(/null bytes/);
      expect(pidsWith(word).length).toBe(1);
      hanging.end();
      await vi.waitFor(() => expect(pidsWith(word)).toEqual([]), PATIENCE);
      expect(await git.text(command(parent, ['--version']), never())).toMatch(/^git version/);
    });
  });

  test('that can not begin is told as that', async () => {
    await inFolder(async (parent) => {
      const git = new GitElsewhere(join(parent, 'gone.js'));
      const failed = git.text(command(parent, ['--version']), never());
      await expect(failed).rejects.toThrow('the process that runs Git could not begin');
      const running = git.start(command(parent, ['--version']), '');
      expect((await read(running)).length).toBe(0);
      expect(await running.ended).toEqual({ code: null, errors: 'the process that runs Git could not begin' });
    });
  });

  const began: number[] = [];
  afterEach(() => {
    for (const pid of began.splice(0)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  });

  test('killed, it fails what it was at, leaves no Git behind, and the next command has another one', async () => {
    await inFolder(async (parent) => {
      const copy = join(parent, 'process-of-this-test.mjs');
      await writeFile(copy, `import ${JSON.stringify(PROGRAM)};\n`);
      const git = new GitElsewhere(copy);
      const word = `62.${process.pid}`;
      const path = await pathWith(parent, `exec sleep ${word}`);
      const text = git.text(command(parent, ['status'], path), never());
      const running = git.start(command(parent, ['status'], path), '');
      const failed = expect(text).rejects.toThrow('it was killed');
      const [pid = 0] = await vi.waitFor(() => {
        const found = pidsWith(copy);
        expect(found.length).toBe(1);
        return found;
      }, PATIENCE);
      await vi.waitFor(() => expect(pidsWith(word).length).toBe(2), PATIENCE);
      process.kill(pid, 'SIGKILL');
      await failed;
      await vi.waitFor(() => expect(pidsWith(word)).toEqual([]), PATIENCE);
      expect(await running.ended).toEqual({ code: null, errors: 'it was killed with the process that runs it' });
      expect(await git.text(command(parent, ['--version']), never())).toMatch(/^git version/);
    });
  });

  test('one that hangs is replaced', async () => {
    await inFolder(async (parent) => {
      const first = join(parent, 'hanging.mjs');
      await writeFile(first, `setInterval(() => undefined, 1000); process.on('message', () => undefined);\n`);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const git = new GitElsewhere(first);
        const ending = new AbortController();
        const text = expect(git.text(command(parent, ['--version']), ending.signal)).rejects.toThrow(/abort/i);
        const [pid = 0] = pidsWith(first);
        ending.abort();
        vi.advanceTimersByTime(10_000);
        await text;
        vi.useRealTimers();
        await vi.waitFor(() => expect(pidsWith(first)).not.toContain(pid), PATIENCE);
      } finally {
        vi.useRealTimers();
      }
    });
  });

  test('it keeps no process from ending, and is gone with the one that it works for, and so is Git', async () => {
    await inFolder(async (parent) => {
      const path = await pathWith(parent, `exec sleep 63.${process.pid}`);
      const owner = join(parent, 'owner.mjs');
      const module = fileURLToPath(new URL('../../src/sources/git-runners/elsewhere.ts', import.meta.url));
      const orders = { idle: command(parent, ['--version']), busy: command(parent, ['status'], path) };
      await writeFile(
        owner,
        `import { GitElsewhere } from ${JSON.stringify(module)};
const git = new GitElsewhere(${JSON.stringify(PROGRAM)});
const orders = ${JSON.stringify(orders)};
console.log(await git.text(orders.idle, new AbortController().signal));
if (process.argv[2] === 'busy') await git.text(orders.busy, new AbortController().signal);
`,
      );
      const idle = spawn(process.execPath, [owner], { stdio: ['ignore', 'pipe', 'inherit'] });
      expect(await once(idle, 'exit')).toEqual([0, null]);
      const busy = spawn(process.execPath, [owner, 'busy'], { stdio: ['ignore', 'pipe', 'inherit'] });
      began.push(busy.pid ?? 0);
      await vi.waitFor(() => expect(pidsWith(`63.${process.pid}`).length).toBe(1), PATIENCE);
      busy.kill('SIGKILL');
      await vi.waitFor(() => expect(pidsWith(`63.${process.pid}`)).toEqual([]), PATIENCE);
    });
  });

  test('a signal to the whole group leaves its commands alone', async () => {
    await inFolder(async (parent) => {
      const copy = join(parent, 'process-of-the-signal.mjs');
      await writeFile(copy, `import ${JSON.stringify(PROGRAM)};\n`);
      const git = new GitElsewhere(copy);
      const path = await pathWith(parent, `touch ${parent}/begun; sleep 0.5; echo done`);
      const text = git.text(command(parent, ['status'], path), never());
      await vi.waitFor(() => expect(existsSync(join(parent, 'begun'))).toBe(true), PATIENCE);
      for (const pid of pidsWith(copy))
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
      expect(await text).toBe('done\n');
    });
  });
});
