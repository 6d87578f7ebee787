/** The classes of crash points: what is struck, and the module that strikes it. */
import type { Share, Tell } from '../test/support/point-share.ts';

export interface CrashClass {
  readonly name: string;
  /** What is done at each point, for the table in docs/reliability.md. */
  readonly what: string;
  /** Tries its share of the points, and tells of each. */
  readonly run: (share: Share, tell: Tell) => Promise<void>;
}

/** In the order in which they run: the shortest first. */
export const CRASH_CLASSES: readonly CrashClass[] = [
  {
    name: 'store',
    what: 'A sync killed with `kill -9` before each statement that writes to its database',
    run: async (share, tell) => (await import('./crash-store.ts')).crashStore(share, tell),
  },
  {
    name: 'writes',
    what: 'A sync of thirty changes: killed with `kill -9` before each write to the directory, and after it; each answer lost',
    run: async (share, tell) => (await import('./crash-writes.ts')).crashWrites(share, tell),
  },
  {
    name: 'mail',
    what: 'A sync that tells of five things by mail, killed with `kill -9` before each statement that writes, and at each step of its talk with the mail server',
    run: async (share, tell) => (await import('./crash-mail.ts')).crashMail(share, tell),
  },
  {
    name: 'git',
    what: 'Each process of Git killed with `kill -9` before, during and after its work, alone or together with Muster',
    run: async (share, tell) => (await import('./crash-git.ts')).crashGit(share, tell),
  },
  {
    name: 'stale',
    what: 'Each read of eight passes answered by a domain controller of the past: alone, and with all that follow it',
    run: async (share, tell) => (await import('./crash-stale.ts')).crashStale(share, tell),
  },
  {
    name: 'bytes',
    what: 'Each byte, both ways, at which a plan and a sync are cut (FIN), stalled, and reset (RST)',
    run: async (share, tell) => (await import('./crash-bytes.ts')).crashBytes(share, tell),
  },
];

/** The class that a point's name belongs to. */
export function classOfPoint(point: string): string {
  if (/^(ldap|git)(-wire)?:(plan|sync):/.test(point)) return 'bytes';
  return point.slice(0, point.indexOf(':'));
}
