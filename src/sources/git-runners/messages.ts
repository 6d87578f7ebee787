/** What a process and the small one that runs Git for it say to each other. */
import type { Ended, GitCommand } from './runner.ts';

/** A command of its own has a number of its own. */
export type ToGitProcess = { readonly id: number } & (
  | { readonly kind: 'text'; readonly command: GitCommand }
  | { readonly kind: 'start'; readonly command: GitCommand; readonly input: string }
  /** One piece of output was read: another one may come. */
  | { readonly kind: 'taken' }
  /** Nobody waits for it any more. */
  | { readonly kind: 'end' }
);

/** The last of each command is anything but `bytes`. */
export type FromGitProcess = { readonly id: number } & (
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | ({ readonly kind: 'ended' } & Ended)
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string }
);

/** Pieces of output that are on their way at a time: of 64 KB, as pipes give them. */
export const PIECES_AHEAD = 16;
