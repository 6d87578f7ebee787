/** Whom a block is about: one person, or one institution. */
import { MusterError } from '../errors.ts';
import type { OperatorBlock } from '../model/model.ts';

export interface TargetOptions {
  readonly institution?: string;
}

/** @throws MusterError (`person`) where neither or both are named. */
export function targetOf(
  command: string,
  { institution }: TargetOptions,
  user: string | undefined,
): Pick<OperatorBlock, 'scope' | 'target'> {
  if (user !== undefined && institution === undefined) return { scope: 'user', target: user };
  if (user === undefined && institution !== undefined) return { scope: 'institution', target: institution };
  throw new MusterError({
    remedy: 'person',
    where: `muster ${command}`,
    what: user === undefined ? 'Nobody is named.' : 'Both a person and an institution are named.',
    next: `Write "muster ${command} USER --reason …" or "muster ${command} --institution ID --reason …".`,
  });
}
