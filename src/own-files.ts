/** Where Muster's own files are: beside its sources in a checkout, beside what was built of them in a package. */
import { extname } from 'node:path';

/** A file that comes with Muster. @param path from the folder that package.json is in */
export function ownFile(path: string): URL {
  // One folder up from `src`, and from `dist`, where all that is shared stands beside main.js.
  return new URL(`../${path}`, import.meta.url);
}

/** A program for a thread or a process of its own. @param name as `sources/reading-worker` */
export function ownProgram(name: string): URL {
  // In a checkout this is TypeScript, and in a package what was built of it.
  return new URL(`${name}${extname(import.meta.url)}`, import.meta.url);
}
