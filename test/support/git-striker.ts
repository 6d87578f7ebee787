/** A `git` for one process that lets the machine's own do the work, and strikes at one of the calls. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface GitStrike {
  /** Which call of Git, from 1; 0: none. */
  readonly call: number;
  /** `before` and `after` it works; `half`: half of its output has been handed over; `while`: that many milliseconds into its work. */
  readonly when: 'before' | 'half' | 'after' | { readonly ms: number };
  /** Who is killed with kill -9: Git alone, or whoever called it. */
  readonly who: 'git' | 'muster';
}

export interface GitStriker {
  /** The PATH for the process to strike at. */
  readonly path: string;
  arm(strike: GitStrike): Promise<void>;
}

/** `calls` in `folder` then holds a line for each call. */
export async function makeGitStriker(folder: string): Promise<GitStriker> {
  const bin = join(folder, 'striking');
  await mkdir(bin, { recursive: true });
  const path = process.env.PATH ?? '';
  const script = join(bin, 'git');
  await writeFile(script, scriptText(folder, path));
  await chmod(script, 0o755);
  return {
    path: [bin, path].join(delimiter),
    arm: async ({ call, when, who }) => {
      await rm(join(folder, 'calls'), { force: true });
      const moment = typeof when === 'string' ? when : (when.ms / 1000).toFixed(3);
      await writeFile(join(folder, 'strike'), `CALL=${call} WHEN=${moment} WHO=${who}\n`);
    },
  };
}

/** Muster is its parent; what Git itself started lives on, as it would. */
function scriptText(folder: string, path: string): string {
  return `#!/bin/sh
PATH='${path}'
. '${folder}/strike'
echo "$*" >>'${folder}/calls'
[ "$(wc -l <'${folder}/calls')" = "$CALL" ] || exec git "$@"
fall() {
  [ "$WHO" = git ] || kill -9 $PPID
  kill -9 $$
}
case $WHEN in
before) fall ;;
after)
  git "$@"
  fall
  ;;
half)
  git "$@" >'${folder}/output'
  head -c $(($(wc -c <'${folder}/output') / 2)) '${folder}/output'
  fall
  ;;
*)
  exec 3<&0
  git "$@" <&3 &
  sleep "$WHEN"
  kill -9 $! 2>'${folder}/ignored'
  fall
  ;;
esac
`;
}
