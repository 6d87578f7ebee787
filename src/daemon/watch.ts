/** The file system's trigger: a folder of entries, or the branches of a repository on this machine, changed. */
import { join, sep } from 'node:path';
import { watch } from 'chokidar';

/** An editor writes a file in several steps, Git many files in a row: quiet for so long counts as done. */
const QUIET_MS = 250;

/** What is looked at: a folder of entries, or a repository of which only where its branches stand. */
export type Watched =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'git'; readonly path: string };

/** Calls once things are quiet after a change; gives what ends it. Resolves when it is looking. */
export async function startWatching(watched: Watched, call: () => void): Promise<() => Promise<void>> {
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(call, QUIET_MS);
  };
  const watcher = watch(pathsOf(watched), {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => watched.kind === 'folder' && path.split(sep).includes('.git'),
  });
  // What can't be watched is no failure: the schedule looks anyway.
  watcher.on('error', () => undefined);
  watcher.on('all', changed);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}

/** Where a branch stands (gitrepository-layout(5)): a loose file below refs/heads, or a line of packed-refs; bare or not. */
function pathsOf({ kind, path }: Watched): readonly string[] & string[] {
  if (kind === 'folder') return [path];
  return [path, join(path, '.git')].flatMap((top) => [join(top, 'refs', 'heads'), join(top, 'packed-refs')]);
}
