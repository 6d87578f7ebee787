/** The write probe as an operation: alone under the lease, so that no pass meets a throw-away account half made. */
import type { Examination, Examiner, Finding } from '../finding.ts';
import { ok } from '../finding.ts';
import { underLease } from '../pass.ts';
import type { Store } from '../ports.ts';

const NO_PLACE = 'There is nothing to prove: no unit is named in which accounts are made.';

/**
 * Makes and removes throw-away things in every system that has such a probe. An explicit command, so it writes in the mode `observe`
 * as well. Throws MusterError (`retry`) where another process is writing.
 */
export async function probeWrites(
  store: Store,
  examiners: readonly Examiner[],
  signal: AbortSignal,
): Promise<Examination> {
  return underLease(store, 'doctor --write-probe', async () => {
    const findings: Finding[] = [];
    for (const { system, probePlaces, unproven = NO_PLACE, probe } of examiners) {
      if (probePlaces.length > 0) findings.push(...(await probe(signal)));
      else findings.push(ok(system, unproven));
    }
    if (examiners.length === 0) findings.push(ok('write probe', 'There is nothing to prove about this directory.'));
    return { format: 1, findings };
  });
}
