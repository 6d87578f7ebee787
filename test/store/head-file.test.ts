/** The head of the audit chain in a file: whole or not at all, and readable again. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { headFileAt } from '../../src/store/head-file.ts';
import { NOON } from '../contracts/store-samples.ts';
import { temporaryFolder } from './sqlite-world.ts';

const HEAD = { seq: 17, hash: 'ab'.repeat(32), at: NOON };

describe('the head file', () => {
  test('is nothing before the first time, then holds the latest head alone', async () => {
    const folder = temporaryFolder();
    const file = headFileAt(join(folder, 'head.json'));
    expect(await file.read()).toBeNull();
    await file.write(HEAD);
    await file.write({ ...HEAD, seq: 18 });
    expect(await file.read()).toEqual({ ...HEAD, seq: 18 });
    expect(readdirSync(folder)).toEqual(['head.json']);
  });

  test('keeps the former head where the new one finds no place, and leaves nothing beside it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'head.json');
    await headFileAt(path).write(HEAD);
    const before = readFileSync(path, 'utf8');
    // Where the new one would be put together lies a folder: what a full or foreign disk comes to, without needing one.
    mkdirSync(join(folder, `.head.json.${process.pid}`));
    await expect(headFileAt(path).write({ ...HEAD, seq: 18 })).rejects.toThrow("can't be written (EISDIR)");
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test.each(['', '{', '[]', '{"format":2,"seq":1}', JSON.stringify({ format: 1, ...HEAD, hash: 'x', at: '' })])(
    'is refused where it holds %j',
    async (text) => {
      const path = join(temporaryFolder(), 'head.json');
      writeFileSync(path, text);
      await expect(headFileAt(path).read()).rejects.toThrow('does not hold the head of an audit chain');
    },
  );

  test('gives up on one that hangs, and tries no more until it answers', async () => {
    const path = join(temporaryFolder(), 'head.json');
    execFileSync('mkfifo', [path]);
    const file = headFileAt(path);
    await expect(file.read()).rejects.toThrow('does not answer');
    await expect(file.read()).rejects.toThrow('does not answer');
    // Whoever waits to read from a pipe goes on when somebody has written to it.
    writeFileSync(path, JSON.stringify({ format: 1, seq: 17, hash: HEAD.hash, at: '2026-03-01T12:00:00.000Z' }));
    rmSync(path);
    await expect.poll(() => file.read().catch(() => 'hangs')).toBeNull();
  });

  test('says what to check where its folder is missing', async () => {
    const file = headFileAt(join(temporaryFolder(), 'gone', 'head.json'));
    await expect(file.write(HEAD)).rejects.toMatchObject({
      remedy: 'retry',
      next: expect.stringContaining('audit.headFile'),
    });
    await expect(file.checkWritable()).rejects.toMatchObject({ next: expect.stringContaining('audit.headFile') });
  });
});
