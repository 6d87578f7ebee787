/** The tree in ARCHITECTURE.md: folders and files of src, and the folders beside it, each with what it is for. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from './source-tree.ts';

/** Made by tools, never committed; the `.gitignore` says the same. */
const MADE_BY_TOOLS: ReadonlySet<string> = new Set([
  '.git',
  '.cache',
  '.demo',
  '.vscode',
  '.idea',
  'coverage',
  'dist',
  'node_modules',
]);

/** Outside src, folders are shown down to this depth: below it lie fixtures. */
const FOLDER_DEPTH_MAX = 2;

/** Longest description, in characters, so that a line fits a wide window. */
const DESCRIPTION_MAX = 100;

const BLOCK = /^```text\n(src|\.?[a-z-]+)\/[\s\S]*?^```$/m;

/** A path from the root, folders with a slash at the end, to what is said of it. */
export type Tree = ReadonlyMap<string, string>;

/** What is on disk: folders that hold any file, and every file of src; in the order of the tree. */
export function pathsOnDisk(): readonly string[] {
  const below = (folder: string, depth: number): readonly string[] => {
    const entries = readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter(({ name }) => !MADE_BY_TOOLS.has(name) && name !== '__pycache__')
      .toSorted((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()) || (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) => {
      const path = `${folder}${entry.name}`;
      if (!entry.isDirectory()) return path.startsWith('src/') ? [path] : [];
      if (!holdsFile(path)) return [];
      const deeper = path.startsWith('src') || depth < FOLDER_DEPTH_MAX;
      return [`${path}/`, ...(deeper ? below(`${path}/`, depth + 1) : [])];
    });
  };
  return below('', 1);
}

function holdsFile(folder: string): boolean {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).some(
    (entry) => !entry.isDirectory(),
  );
}

/** The tree that a text of ARCHITECTURE.md shows; throws where it shows none. */
export function treeIn(text: string): Tree {
  const block = BLOCK.exec(text)?.[0];
  if (block === undefined) throw new Error('ARCHITECTURE.md has no ```text block that begins with a folder.');
  const tree = new Map<string, string>();
  const folders: string[] = [];
  for (const line of block.split('\n').slice(1, -1)) {
    const [, indent = '', name = '', description = ''] = /^( *)(\S+) *(.*)$/.exec(line) ?? [];
    folders.length = indent.length / 2;
    tree.set(folders.join('') + name, description);
    if (name.endsWith('/')) folders.push(name);
  }
  return tree;
}

/** The same text with the tree as it is on disk: files say what their first comment says, folders keep what was said of them. */
export function withTreeOnDisk(text: string): string {
  const before = treeIn(text);
  const lines = pathsOnDisk().map((path) => {
    const depth = path.replace(/\/$/, '').split('/').length - 1;
    const name = path.endsWith('/') ? `${basename(path)}/` : basename(path);
    const description = path.endsWith('/') ? (before.get(path) ?? '') : headerOf(path);
    return { left: `${'  '.repeat(depth)}${name}`, description };
  });
  const width = Math.max(...lines.map(({ left }) => left.length));
  const rows = lines.map(({ left, description }) => `${left.padEnd(width)}  ${description}`.trimEnd());
  return text.replace(BLOCK, () => ['```text', ...rows, '```'].join('\n'));
}

/** The first sentence of a file, less its own name at the beginning, shortened at a comma or colon where it is long. */
function headerOf(path: string): string {
  const [, comment = ''] = /^(?:#!.*\n)?\/\*\*\s*([\s\S]*?)\s*\*\//.exec(readFileSync(join(ROOT, path), 'utf8')) ?? [];
  const [sentence = ''] = comment.replace(/\s*\n \* ?/g, ' ').split(/(?<=\S)\.(?: |$)/, 1);
  const stem = basename(path, '.ts').replaceAll('-', ' ');
  const [, subject = '', rest = ''] = /^([^:]+): (.+)$/.exec(sentence) ?? [];
  const plain = subject.toLowerCase().replace(/^the /, '') === stem ? rest : sentence;
  const [clause = ''] = (plain.charAt(0).toUpperCase() + plain.slice(1)).split('; ', 1);
  if (clause.length <= DESCRIPTION_MAX) return clause;
  const cut = Math.max(...[', ', ': ', ' ('].map((mark) => clause.lastIndexOf(mark, DESCRIPTION_MAX)));
  return cut > 0 ? clause.slice(0, cut) : clause;
}
