/** Builds the program as it is shipped: few files in the place of a thousand, so that a command begins at once. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './command.ts';
import { licencesOf, packagesIn } from './licences.ts';

/** What is started by its file: the command, and each thread and process that it starts (src/own-files.ts). */
const PROGRAMS = ['main', 'http/worker', 'sources/reading-worker', 'sources/git-runners/process', 'cli/review-child'];
/** Loaded from node_modules, for it comes with a library for the processor. */
export const EXTERNAL: readonly string[] = ['better-sqlite3'];
/** Packages of CommonJS look for Node's own modules by `require`. */
const REQUIRE = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);";

/**
 * @param folder is filled; beside it must be what the checkout has beside `src` (src/own-files.ts)
 * @param more programs beside Muster's own: name in the folder to path from the root of the checkout
 */
export async function buildProgram(folder: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const own = Object.fromEntries(PROGRAMS.map((name) => [name, `src/${name}.ts`]));
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { ...own, ...more },
    outdir: folder,
    // What several programs share stands beside main.js.
    splitting: true,
    chunkNames: '[name]-[hash]',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: [...EXTERNAL],
    banner: { js: REQUIRE },
    metafile: true,
    // The licence texts follow, whole.
    legalComments: 'none',
    logLevel: 'silent',
  });
  const packages = packagesIn(metafile);
  const begin = `This program contains the following packages, under these licences.\n\n`;
  await writeFile(join(folder, 'LICENCES.txt'), `${begin}${await licencesOf(packages)}\n`);
}

if (import.meta.main) {
  const dist = join(ROOT, 'dist');
  await rm(dist, { recursive: true, force: true });
  await buildProgram(dist);
}
