/** Breakages stay what they are for: each can still be applied, and names a file of tests. A run of all tests proves some of them, script/prove all. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(import.meta.dirname, 'breakages');

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.patch')))('%s can be applied', (name) => {
  const path = join(FOLDER, name);
  const [, file = ''] = /^# Test: (\S+) -t "[^\n]+"$/m.exec(readFileSync(path, 'utf8')) ?? [];
  expect(file).not.toBe('');
  expect(existsSync(join(ROOT, file))).toBe(true);
  expect(() => execFileSync('git', ['apply', '--check', path], { cwd: ROOT, stdio: 'pipe' })).not.toThrow();
});
