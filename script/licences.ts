/** The packages that a bundle was made of, and the licence of each. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from './command.ts';

/** Names of the packages, in order. */
export function packagesIn({ inputs }: Metafile): readonly string[] {
  // A package may have one of its own beside it: the last counts.
  const names = Object.keys(inputs).flatMap((path) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}

/** Name and licence of each: whole, or where a package comes without the text, what it says of itself. */
export async function licencesOf(packages: readonly string[]): Promise<string> {
  return (await Promise.all(packages.map(licenceOf))).join('\n\n');
}

/** @throws Error for a package without a licence. */
async function licenceOf(name: string): Promise<string> {
  const folder = join(ROOT, 'node_modules', name);
  // Some have one licence for their code and another for their data, or a notice that has to go along.
  const files = (await readdir(folder)).filter((entry) => /^(?:licen[cs]e|notice)/i.test(entry)).toSorted();
  const texts =
    files.length === 0
      ? [await saidIn(join(folder, 'package.json'))]
      : await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [name, ...texts.map((text) => text.replaceAll('\r\n', '\n').trim())].join('\n\n');
}

async function saidIn(file: string): Promise<string> {
  // As npm documents it; `author` is a text or an object with a name.
  const { license, author } = JSON.parse(await readFile(file, 'utf8'));
  if (typeof license !== 'string') throw new Error(`${file}: no licence`);
  return `${license}, by ${author?.name ?? author ?? 'its authors'}`;
}
