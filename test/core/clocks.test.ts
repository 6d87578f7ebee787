import { describe, expect, test } from 'vitest';
import { compareClocks, doubtfulPeople } from '../../src/core/clocks.ts';
import { desired, NOW, reason } from '../support/reconciliation.ts';

const MINUTE_MS = 60_000;

describe('P8: clocks', () => {
  const server = (offMs: number) => ({ name: 'dc1', now: NOW + offMs });

  test.each([0, 5 * MINUTE_MS, -5 * MINUTE_MS])('that differ from the server’s by %i ms agree', (offMs) => {
    expect(compareClocks(NOW, server(offMs), NOW)).toEqual({ alternatives: [], notices: [] });
  });

  test.each([5 * MINUTE_MS + 1, -5 * MINUTE_MS - 1, 365 * 24 * 60 * MINUTE_MS])(
    'that differ by %i ms do not',
    (offMs) => {
      const { alternatives, notices } = compareClocks(NOW, server(offMs), null);
      expect(alternatives).toEqual([NOW + offMs]);
      expect(notices).toMatchObject([{ kind: 'clock', text: expect.stringContaining('dc1') }]);
    },
  );

  test('earlier than the newest commit by more than ten minutes are wrong, later ones are not', () => {
    expect(compareClocks(NOW, null, NOW + 10 * MINUTE_MS).alternatives).toEqual([]);
    expect(compareClocks(NOW, null, NOW + 10 * MINUTE_MS + 1).alternatives).toEqual([NOW + 10 * MINUTE_MS + 1]);
    expect(compareClocks(NOW, null, NOW - 1000 * MINUTE_MS).alternatives).toEqual([]);
  });

  test('can be in doubt by both', () => {
    expect(compareClocks(NOW, server(30 * MINUTE_MS), NOW + 20 * MINUTE_MS).alternatives).toHaveLength(2);
  });
});

test('P8: in doubt are the people who may log in at one of the moments and not at another', () => {
  const now = [desired('anna'), desired('berit'), desired('carl', { reasons: [reason('closed')] })];
  const then = [
    desired('anna', { reasons: [reason('ended')] }),
    desired('berit'),
    desired('carl', { reasons: [reason('ended')] }),
  ];
  expect(doubtfulPeople(now, [])).toEqual(new Set());
  expect(doubtfulPeople(now, [then])).toEqual(new Set(['anna']));
  expect(doubtfulPeople(then, [then, now])).toEqual(new Set(['anna']));
});
