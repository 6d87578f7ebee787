/** Who sits at the terminal: the name that is recorded with every decision. */
import { userInfo } from 'node:os';
import type { Operator } from '../core/operations/scene.ts';

/** The user of the operating system; behind sudo, the one who called it. */
export function operatorFrom(env: Readonly<Record<string, string | undefined>>, reason: string): Operator {
  return { by: env.SUDO_USER || nameOfUser(), reason };
}

function nameOfUser(): string {
  const { username, uid } = userInfo();
  return username === '' ? `uid ${uid}` : username;
}
