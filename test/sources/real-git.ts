/** Real Git repositories for tests, also such as no ordinary command would make: trees are written byte by byte. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface TreeItem {
  /** Octal mode as Git writes it: `100644`, `120000` … */
  readonly mode: string;
  /** One path segment, taken as it is. */
  readonly name: string | Buffer;
  readonly content: string | Uint8Array | readonly TreeItem[] | { readonly commit: string };
}

export interface Repository {
  readonly folder: string;
  git(args: readonly string[], input?: string | Uint8Array): string;
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
  const run = (args: readonly string[], input: string | Uint8Array = '', extra: Record<string, string> = {}) =>
    execFileSync('git', [...args], {
      cwd: folder,
      input,
      env: { ...ENVIRONMENT, ...extra },
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
    return run(['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], Buffer.concat(bytes));
  };
  const idOf = ({ content }: TreeItem): string => {
    if (typeof content === 'string' || content instanceof Uint8Array)
      return run(['hash-object', '-w', '--stdin'], content);
    return 'commit' in content ? content.commit : writeTree(content);
  };
  return {
    folder,
    git: run,
    commit(items, { branch = 'main', parent, message = 'Change', author = 'Anna Jensen', at = 1_770_000_000 } = {}) {
      const head = parent === undefined ? headOf(run, branch) : parent;
      const date = `${at} +0000`;
      const who = {
        GIT_AUTHOR_NAME: author,
        GIT_AUTHOR_EMAIL: 'anna@example.org',
        GIT_COMMITTER_NAME: 'Merge',
        GIT_COMMITTER_EMAIL: 'merge@example.org',
      };
      const commit = run(['commit-tree', writeTree(items), ...(head === null ? [] : ['-p', head]), '-m', message], '', {
        ...who,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      });
      run(['update-ref', `refs/heads/${branch}`, commit]);
      return commit;
    },
  };
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
