/** Sending one write: a refusal is an answer, and anything else after the request went out leaves the outcome unknown. */
import { MusterError } from '../../../errors.ts';
import { refusal, type Words } from '../refusals.ts';
import { assertOpen, type Link } from './connection.ts';
import { isAnswer, isCode, operationFailure, outcomeUnknown, rightMissing } from './failures.ts';

export interface Sent {
  readonly step: string;
  /** What `noSuchObject` means for this write. */
  readonly absent: Words;
  /** The right that it takes, in words that complete "the right to …". */
  readonly right: string;
}

/** Sends one write. A refusal is an answer; anything else after the request went out leaves the outcome unknown. */
export async function send(
  { link }: { readonly link: Link },
  { step, absent, right }: Sent,
  request: () => Promise<void>,
): Promise<void> {
  assertOpen(link, step);
  try {
    await request();
  } catch (error) {
    if (error instanceof MusterError) throw error;
    if (!isAnswer(error)) throw outcomeUnknown(link.server, step, error);
    if (isCode(error, 32)) throw refusal(`${link.server}, ${step}`, absent, error);
    if (isCode(error, 50)) throw rightMissing(link.server, step, right, error);
    throw operationFailure(link.server, step, error);
  }
}

/**
 * What servers say of a member that is in a group, or is not, already: entryAlreadyExists (Windows and Samba) or attributeOrValueExists,
 * and unwillingToPerform (both) or noSuchAttribute (RFC 4511 appendix A.2).
 */
const SO_ALREADY = { in: [68, 20], out: [53, 16] } as const;

/** Whether the server says that the member is where the change of membership was to bring it. */
export function isSoAlready(error: unknown, where: keyof typeof SO_ALREADY): boolean {
  return SO_ALREADY[where].some((code) => isCode(error, code));
}
