/** What a review shows of observed values, and how its digests follow what was shown. */
import { describe, expect, test } from 'vitest';
import type { Change, Desired } from '../../src/core/change.ts';
import type { Report } from '../../src/core/report.ts';
import { HIDDEN_VALUE } from '../../src/core/review.ts';
import { causedBy, declaredIn, newDiagnostics, planned } from '../../src/core/review-caused.ts';
import { desired, diffOf, found, row } from '../support/reconciliation.ts';
import { emptyReport, withChanges } from '../views/sample-report.ts';

const NEW_NUMBER = { attributes: { mobile: '+4520999999' } };

function changed(): readonly Change[] {
  return diffOf([desired('anna', NEW_NUMBER)], [found('anna')], [row('anna')]).changes;
}

function shown(target: readonly Desired[], report: Report = withChanges(emptyReport(), changed())) {
  const [one] = causedBy({ without: planned(emptyReport()), with: planned(report) }, declaredIn(target));
  if (one === undefined || one.item.change.kind !== 'update') throw new RangeError('no update');
  return { ...one, before: one.item.change.before.attributes };
}

describe('an observed value', () => {
  test('is shown where the target declares that field of that person', () => {
    expect(shown([desired('anna')]).before.mobile).toBe('+4520123456');
  });

  test.each([
    ['the target does not know the person', [desired('berit')]],
    ['the target does not declare the field', [desired('anna', { attributes: { mobile: null } })]],
  ])('is not shown where %s', (_, target) => {
    const { before, item, change } = shown(target);
    expect(before.mobile).toBe(HIDDEN_VALUE);
    expect(JSON.stringify(item)).not.toContain('+4520123456');
    expect(JSON.stringify(change)).toContain('+4520123456');
  });

  test('that is not shown cannot be guessed from the digest', () => {
    const other = diffOf(
      [desired('anna', NEW_NUMBER)],
      [found('anna', { attributes: { mobile: '+4520777777' } })],
      [row('anna', { state: { enabled: true, attributes: {} } })],
    ).changes;
    const [one, two] = [changed(), other].map((changes) => shown([], withChanges(emptyReport(), changes)));
    expect(one?.item.digest).toBe(two?.item.digest);
  });
});

test('a mistake that only moved in its file is none of the branch', () => {
  const at = (line: number) =>
    ({ severity: 'error', file: 'users.yaml', line, message: 'The state is missing.', holds: 'entry' }) as const;
  expect(newDiagnostics([at(3)], [at(9)])).toEqual({ diagnostics: [], standing: 1 });
  expect(newDiagnostics([at(3)], [at(3), at(9)])).toEqual({ diagnostics: [at(9)], standing: 1 });
});
