/** The machine and the versions that figures belong to; nothing in it tells where the machine stands. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { CommandError, runCommand } from '../support/run-command.ts';
import type { Machine } from './result.ts';

const PACKAGES = ['slapd', 'ldap-utils', 'git', 'samba', 'ansible'];

export async function describeMachine(): Promise<Machine> {
  const versions = await Promise.all(PACKAGES.map(async (name) => [name, await versionOf(name)] as const));
  return {
    system: systemName(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    versions: { node: process.versions.node, ...Object.fromEntries(versions) },
  };
}

/** Version of a Debian package, without what Debian adds to it. */
async function versionOf(name: string): Promise<string> {
  try {
    const version = await runCommand('dpkg-query', ['--show', `--showformat=\${Version}`, name]);
    return version.replace(/^\d+:/, '').replace(/[+-]dfsg.*|-[^-]*$/, '');
  } catch (error) {
    if (error instanceof CommandError || error instanceof Error) return 'unknown';
    throw error;
  }
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
