import { expect, test } from 'vitest';
import { openLog } from '../src/log.ts';
import { Secret } from '../src/secret.ts';

function collect(level: Parameters<typeof openLog>[0]) {
  const lines: string[] = [];
  return { lines, log: openLog(level, (line) => lines.push(line)) };
}

test('each line is one JSON object with time, level, message, facts and the run it belongs to', () => {
  const { lines, log } = collect('info');
  log.ofRun('k3v9').info('synced', { writes: 3 });
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? '');
  expect(line).toMatchObject({ level: 'info', run: 'k3v9', writes: 3, msg: 'synced' });
  expect(Date.parse(line.time)).toBeGreaterThan(0);
});

test('lines below the level are dropped, and silent drops all', () => {
  const { lines, log } = collect('warn');
  log.info('not this');
  log.warn('this');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['this']);
  const silent = collect('silent');
  silent.log.error('nor this');
  expect(silent.lines).toEqual([]);
});

test('K1: a secret among the facts prints as [redacted], however deep it lies', () => {
  const { lines, log } = collect('trace');
  const password = new Secret('Canary-7f3a');
  log.debug('bound', { bind: { user: 'muster', password }, list: [password], text: `${password}` });
  log.error('failed', { error: new Error(`with ${password}`) });
  expect(lines.join('')).toContain('[redacted]');
  expect(lines.join('')).not.toContain('Canary');
});
