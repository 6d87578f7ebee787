/** Waits for an operation to be refused in the words that Muster has for people. */
import { MusterError } from '../../src/errors.ts';

/** The MusterError that `work` fails with; whatever else happens, success included, is thrown. */
export async function refusal(work: Promise<unknown>): Promise<MusterError> {
  const error = await work.then(
    () => new Error('Nothing was refused.'),
    (reason: unknown) => reason,
  );
  if (error instanceof MusterError) return error;
  throw error;
}
