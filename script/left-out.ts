/** Which test files can't run on this machine, and what is missing for them. */
import { existsSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { missingForSamba } from '../test/support/samba-template.ts';
import { missingForSmallDisk } from '../test/support/small-disk.ts';
import { ROOT } from './command.ts';

export interface LeftOut {
  /** Path from the root of the project. */
  readonly file: string;
  readonly missing: readonly string[];
}

/** A module that only tests with a need import, and what of that need is absent here. */
const NEEDS: readonly (readonly [module: string, missing: () => readonly string[]])[] = [
  ['test/support/samba.ts', missingForSamba],
  ['test/support/small-disk.ts', missingForSmallDisk],
  ['test/support/test-certificates.ts', () => missingPrograms(['openssl'])],
  // The tests of the offline page also open its files with stock age.
  ['playwright-core', () => missingPrograms(['chromium', 'age'])],
];

/** Debian packages whose program of the same name is absent. */
function missingPrograms(names: readonly string[]): readonly string[] {
  return names.filter((name) => !existsSync(`/usr/bin/${name}`));
}

/** Test files whose imports, followed through the tests' own modules, reach something that is missing here. */
export async function leftOut(): Promise<readonly LeftOut[]> {
  const unmet = NEEDS.map(([module, missing]) => ({ module, missing: missing() })).filter(
    (need) => need.missing.length > 0,
  );
  const found: LeftOut[] = [];
  for await (const file of glob('test/**/*.test.ts', { cwd: ROOT })) {
    const reached = reach(file, new Set());
    const missing = unmet.filter(({ module }) => reached.has(module)).flatMap((need) => need.missing);
    if (missing.length > 0) found.push({ file, missing });
  }
  return found.toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

const IMPORT = /(?:from\s+|import\s*\(\s*|import\s+)'([^']+)'/g;

function reach(file: string, seen: Set<string>): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const path = join(ROOT, file);
  if (!file.endsWith('.ts') || !existsSync(path)) return seen;
  for (const [, module] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
    if (module === undefined) continue;
    if (module.startsWith('.')) reach(normalize(join(dirname(file), module)), seen);
    else seen.add(module);
  }
  return seen;
}
