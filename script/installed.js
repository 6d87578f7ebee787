/**
 * Whether node_modules holds what package-lock.json names; exit code 0: yes. Run by any Node from 18 on, so plain JavaScript.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** @returns {Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }>} */
function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

function installed() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  for (const [path, { version, integrity, optional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = present[path];
    // Optional packages are those for other processors and systems.
    if (found === undefined && optional) continue;
    if (found === undefined || found.version !== version || found.integrity !== integrity) return false;
  }
  // Where npm was told to run no install scripts, the package `node` is there without its binary.
  return spawnSync('node_modules/.bin/node', ['--version']).status === 0;
}

try {
  process.exitCode = installed() ? 0 : 1;
} catch {
  process.exitCode = 1;
}
