/** The classes of crash points: what is struck, and the module that strikes it. */
import { CHANNELS, type Channel, STEPS } from '../test/support/fault-points.ts';
import type { Share, Tell } from '../test/support/point-share.ts';

export interface CrashClass {
  readonly name: string;
  /** What is done at each point, for the table in docs/reliability.md. */
  readonly what: string;
  /** Tries its share of the points, and tells of each. */
  readonly run: (share: Share, tell: Tell) => Promise<void>;
}

const BYTES: readonly { readonly name: string; readonly channel: Channel; readonly what: string }[] = [
  { name: 'ldap-bytes', channel: 'ldap', what: 'Each byte of LDAP' },
  { name: 'git-bytes', channel: 'git', what: 'Each byte of HTTP, as Git speaks it' },
  { name: 'ldap-wire', channel: 'ldap-wire', what: 'Bytes of LDAP as TLS on the wire, a sample' },
  { name: 'git-wire', channel: 'git-wire', what: 'Bytes of Git as TLS on the wire, a sample' },
];

/** In the order in which they run: the shortest first. */
export const CRASH_CLASSES: readonly CrashClass[] = [
  {
    name: 'certificate',
    what: 'A sync of forty changes that are told by mail, killed with `kill -9` before and after each write to the directory, before each statement that writes to the database, and at each step of each mail; and each answer of the directory lost',
    run: async (share, tell) => (await import('./crash-certificate.ts')).crashCertificate(share, tell),
  },
  {
    name: 'channels',
    what: 'A sync that writes to directory, control file and privacyIDEA (a server that follows its documents), killed with `kill -9` around each replacement of the file, before and after each write to a token, and before each statement that writes to the database; and each answer about a token lost',
    run: async (share, tell) => (await import('./crash-channels.ts')).crashChannels(share, tell),
  },
  {
    name: 'git',
    what: 'Each process of Git killed with `kill -9` before, during and after its work, alone or together with Muster',
    run: async (share, tell) => (await import('./crash-git.ts')).crashGit(share, tell),
  },
  {
    name: 'stale',
    what: 'Each read of nine steps answered by a domain controller of the past: alone, with all that follow, and with all but the first of each connection',
    run: async (share, tell) => (await import('./crash-stale.ts')).crashStale(share, tell),
  },
  ...BYTES.map(({ name, channel, what }) => ({
    name,
    what: `${what}: a plan and a sync cut (FIN), stalled, and reset (RST) there, both ways`,
    run: async (share: Share, tell: Tell) => (await import('./crash-bytes.ts')).crashBytes(channel, share, tell),
  })),
];

/** The class that a point's name belongs to. */
export function classOfPoint(point: string): string {
  const [first = '', second = ''] = point.split(':');
  // Processes of Git are a class as well, whose points go on with who is killed.
  const channel = STEPS.some((step) => step === second) ? CHANNELS.find((one) => one === first) : undefined;
  return BYTES.find((one) => one.channel === channel)?.name ?? first;
}
