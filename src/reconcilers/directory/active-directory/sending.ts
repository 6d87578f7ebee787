/** Sending one write: a refusal is an answer, and anything else after the request went out leaves the outcome unknown. */
import { MusterError } from '../../../errors.ts';
import { refusal, type Words } from '../refusals.ts';
import { assertOpen } from './connection.ts';
import { isAnswer, isCode, operationFailure, outcomeUnknown, rightMissing } from './failures.ts';
import type { Desk } from './read.ts';

export interface Sent {
  readonly step: string;
  /** What `noSuchObject` means for this write. */
  readonly absent: Words;
  /** The right that it takes, in words that complete "the right to …". */
  readonly right: string;
}

/** Sends one write. A refusal is an answer; anything else after the request went out leaves the outcome unknown. */
export async function send(desk: Desk, { step, absent, right }: Sent, request: () => Promise<void>): Promise<void> {
  const { link } = desk;
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
