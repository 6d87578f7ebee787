/** Who sits at the terminal: the name that is recorded with every decision. */
import { userInfo } from 'node:os';
import type { Operator } from '../core/operations/scene.ts';
import { MusterError } from '../errors.ts';
import { readReason } from '../model/text.ts';

/**
 * The user of the operating system; behind sudo, the one who called it.
 * @param reason held to the rules for a reason in the repository, for it stands in the same plans, mails and records.
 * @throws MusterError (`person`) where the reason is empty, too long, or holds what cannot be seen.
 */
export function operatorFrom(env: Env, reason: string): Operator {
  const reading = readReason(reason.trim());
  if (reading.ok && !/[\p{L}\p{N}]/u.test(reading.value)) throw emptyReason();
  if (reading.ok) return { by: operatorName(env), reason: reading.value };
  throw new MusterError({
    remedy: 'person',
    where: '--reason',
    what: reading.message,
    next:
      reading.better === undefined || reading.better.trim() === ''
        ? 'Say in a sentence why, as in --reason "stolen laptop, case 4711".'
        : `Perhaps: --reason ${JSON.stringify(reading.better)}`,
  });
}

/** The dots of a hint, copied along with it. */
function emptyReason(): MusterError {
  const next = 'Say in a sentence why, as in --reason "stolen laptop, case 4711".';
  return new MusterError({ remedy: 'person', where: '--reason', what: 'The reason says nothing.', next });
}

type Env = Readonly<Record<string, string | undefined>>;

/** Who runs this process, as the operating system says. */
export interface ProcessUser {
  readonly uid: number;
  readonly effectiveUid: number;
  /** Of the effective uid: Node looks up no other. */
  readonly username: string;
}

/** A login name, also of a domain (`anna@example.org`, `EXAMPLE\\anna`). */
const LOGIN_NAME = /^(?:[A-Za-z0-9][A-Za-z0-9.-]{0,63}\\)?[A-Za-z0-9_][A-Za-z0-9_.@-]{0,127}$/;

/** Anybody can set SUDO_USER for a process of their own: only where the process is root's can sudo have set it. */
export function operatorName(env: Env, user: ProcessUser = processUser()): string {
  const caller = env.SUDO_USER;
  if (user.effectiveUid === 0 && caller !== undefined && LOGIN_NAME.test(caller)) return caller;
  return user.uid === user.effectiveUid && user.username !== '' ? user.username : `uid ${user.uid}`;
}

function processUser(): ProcessUser {
  const { username, uid } = userInfo();
  return { username, uid: process.getuid?.() ?? uid, effectiveUid: process.geteuid?.() ?? uid };
}
