/** Whether a process has ended, as seen from another. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasEnded, type ProcessIdentity, thisProcess } from '../../src/store/process-identity.ts';
import { temporaryFolder } from './sqlite-world.ts';

const here = thisProcess();

/** Starts a shell command and resolves to the process number that it prints. */
async function numberFrom(command: string): Promise<number> {
  const shell = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    shell.kill('SIGKILL');
  });
  const [line] = await once(shell.stdout, 'data');
  return Number(String(line).trim());
}

/** Field 22 of /proc/PID/stat, counted from the end of the name. */
function startOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function stateBecomes(pid: number, state: string): Promise<void> {
  while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(`) ${state} `)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a process seen from another', () => {
  test('this one lives, and knows since when', () => {
    expect(hasEnded(here, here)).toBe(false);
    expect(here.started).toBe(startOf(process.pid));
  });

  test('one with spaces and parentheses in its name is read aright', async () => {
    // A program is called after its file, so a link gives it any name.
    const name = `${temporaryFolder()}/a ) R (b`;
    const pid = await numberFrom(`ln -s "$(command -v sleep)" "${name}"; "${name}" 30 >&- & echo $!; wait`);
    const it = { ...here, pid, started: startOf(pid) };
    expect(hasEnded(it, here)).toBe(false);
    process.kill(pid, 'SIGKILL');
  });

  test('one that was killed and that its parent has not buried yet has ended', async () => {
    // `exec` puts a program that never buries in the place of the shell that would.
    const pid = await numberFrom('sleep 30 >&- & echo $!; exec sleep 30');
    const it: ProcessIdentity = { ...here, pid, started: startOf(pid) };
    expect(hasEnded(it, here)).toBe(false);
    process.kill(pid, 'SIGKILL');
    await stateBecomes(pid, 'Z');
    expect(hasEnded(it, here)).toBe(true);
  });

  test('one whose number nobody bears has ended', () => {
    // Above the largest number that Linux gives away (PID_MAX_LIMIT, proc(5)).
    expect(hasEnded({ ...here, pid: 2 ** 22 + 1 }, here)).toBe(true);
  });

  test('of one that can not be looked into nothing is said', () => {
    expect(hasEnded({ ...here, host: 'other.example.org', started: '1' }, here)).toBe(false);
    expect(hasEnded({ ...here, pidSpace: 'pid:[1]', started: '1' }, here)).toBe(false);
    expect(hasEnded({ ...here, started: null }, here)).toBe(false);
  });
});
