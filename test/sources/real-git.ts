/** Real Git repositories for tests, also such as no ordinary command would make: trees are written byte by byte. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import '../support/git-elsewhere.ts';

export interface TreeItem {
  /** Octal mode as Git writes it: `100644`, `120000` … */
  readonly mode: string;
  /** One path segment, taken as it is. */
  readonly name: string | Buffer;
  readonly content: string | Uint8Array | readonly TreeItem[] | { readonly commit: string };
}

export type ObjectType = 'blob' | 'tree' | 'commit';

export interface Repository {
  readonly folder: string;
  git(args: readonly string[], input?: string | Uint8Array): string;
  /** Writes a tree, and returns its id. */
  tree(items: readonly TreeItem[]): string;
  /** Writes an object byte by byte, right or wrong, and returns its id. */
  write(type: ObjectType, content: Uint8Array): string;
  /** Writes a tree and a commit on it, moves the branch there, and returns the commit's id. */
  commit(items: readonly TreeItem[], options?: CommitOptions): string;
}

export interface CommitOptions {
  readonly branch?: string;
  /** Null: a commit without parent, as an orphan branch begins. */
  readonly parent?: string | null;
  readonly message?: string;
  readonly author?: string;
  /** Seconds since 1970. */
  readonly at?: number;
}

const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
};

/** A bare repository in a folder of that name. */
export function newRepository(parent: string, name = 'origin.git'): Repository {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  const run = (args: readonly string[], input: string | Uint8Array = '') =>
    execFileSync('git', [...args], {
      cwd: folder,
      input,
      env: ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
      .toString()
      .trim();
  run(['init', '--quiet', '--bare', '--initial-branch=main']);
  const writeTree = (items: readonly TreeItem[]): string => {
    const rows = items.map((item) => {
      const name = typeof item.name === 'string' ? Buffer.from(item.name) : item.name;
      return { name, mode: item.mode, id: idOf(item) };
    });
    // Git wants trees sorted by name, folders as if they ended in a slash.
    const key = (row: { name: Buffer; mode: string }) =>
      Buffer.concat([row.name, Buffer.from(row.mode === '40000' ? '/' : '')]);
    rows.sort((a, b) => Buffer.compare(key(a), key(b)));
    const bytes = rows.map((row) =>
      Buffer.concat([Buffer.from(`${row.mode} `), row.name, Buffer.from([0]), Buffer.from(row.id, 'hex')]),
    );
    return writeObject(folder, 'tree', Buffer.concat(bytes));
  };
  const idOf = ({ content }: TreeItem): string => {
    if (typeof content === 'string' || content instanceof Uint8Array)
      return writeObject(folder, 'blob', Buffer.from(content));
    return 'commit' in content ? content.commit : writeTree(content);
  };
  return {
    folder,
    git: run,
    tree: writeTree,
    write: (type, content) => writeObject(folder, type, content),
    commit(items, { branch = 'main', parent, message = 'Change', author = 'Anna Jensen', at = 1_770_000_000 } = {}) {
      const head = parent === undefined ? headOf(run, branch) : parent;
      const lines = [
        `tree ${writeTree(items)}`,
        ...(head === null ? [] : [`parent ${head}`]),
        // Git's own commands leave these two out of names.
        `author ${author.replaceAll(/[<>]/g, '')} <anna@example.org> ${at} +0000`,
        `committer Merge <merge@example.org> ${at} +0000`,
      ];
      const commit = writeObject(folder, 'commit', Buffer.from(`${lines.join('\n')}\n\n${message}\n`));
      run(['update-ref', `refs/heads/${branch}`, commit]);
      return commit;
    },
  };
}

/** A loose object, as gitformat-loose(5) has it; a process of Git's for each would be most of what these tests do. */
function writeObject(repository: string, type: ObjectType, content: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const id = createHash('sha1').update(bytes).digest('hex');
  const place = join(repository, 'objects', id.slice(0, 2));
  mkdirSync(place, { recursive: true });
  // One that is there already is the same.
  if (!existsSync(join(place, id.slice(2))))
    writeFileSync(join(place, id.slice(2)), deflateSync(bytes), { mode: 0o444 });
  return id;
}

function headOf(run: Repository['git'], branch: string): string | null {
  try {
    return run(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]);
  } catch {
    return null;
  }
}

export function file(name: string | Buffer, content: string | Uint8Array): TreeItem {
  return { mode: '100644', name, content };
}

export function folder(name: string, ...content: readonly TreeItem[]): TreeItem {
  return { mode: '40000', name, content };
}

/** A person as people write one. */
export function userYaml(username: string, more = ''): string {
  return `username: ${username}
name: { given: Anna, family: Jensen }
email: ${username}@example.org
phone: +45 20 12 34 56
institution: northlake
state: active
${more}`;
}
