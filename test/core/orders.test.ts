import { describe, expect, test } from 'vitest';
import { isWrittenDown, orderNotices } from '../../src/core/orders.ts';
import type { AnyEntry } from '../../src/model/document.ts';
import {
  afterPass,
  block,
  institution,
  operatorBlock,
  repository,
  resolved,
  startsAt,
  TODAY,
  user,
} from '../support/model-builder.ts';

const HOUR_MS = 3_600_000;
const ORDER = operatorBlock('user', 'anna', TODAY - HOUR_MS);

type Fields = Parameters<typeof block>[2];

/** Whether an order counts as written down by this entry, which the pass of that moment first sees. */
function writtenDown(fields: Fields, order = ORDER, remembered: readonly AnyEntry[] = []): boolean {
  const files = {
    'institutions/cbs.yaml': [institution('cbs')],
    'users/a.yaml': [user('anna'), user('berit')],
    'blocked-users.yaml': [block('blocked-user', 'anna', fields)],
  };
  return isWrittenDown(order, resolved(repository(files), { remembered }).model, TODAY);
}

describe('an order is written down', () => {
  test('by an entry for the same person that is in force', () => {
    expect(writtenDown({ from: '2026-06-15' })).toBe(true);
    expect(writtenDown({ from: '2026-01-01' })).toBe(true);
    expect(writtenDown({ from: '2026-06-15', until: '2026-06-20' })).toBe(true);
    expect(writtenDown({ from: '2026-06-01', lifted: '2026-06-20' })).toBe(true);
  });

  test('not by one of somebody else, or of an institution', () => {
    expect(writtenDown({ from: '2026-06-15' }, operatorBlock('user', 'berit', TODAY))).toBe(false);
    expect(writtenDown({ from: '2026-06-15' }, operatorBlock('institution', 'anna', TODAY))).toBe(false);
  });

  test('not by one that begins tomorrow, has ended, or is lifted', () => {
    expect(writtenDown({ from: '2026-06-16' })).toBe(false);
    expect(writtenDown({ from: '2026-06-01', until: '2026-06-14' })).toBe(false);
    expect(writtenDown({ from: '2026-06-01', lifted: '2026-06-15' })).toBe(false);
  });

  test('not by one that was known before and ends sooner than the order', () => {
    const fields = { from: '2026-06-01', until: '2026-06-20' };
    const files = { 'blocked-users.yaml': [block('blocked-user', 'anna', fields)], 'users/a.yaml': [user('anna')] };
    const remembered = afterPass(repository({ ...files, 'institutions/cbs.yaml': [institution('cbs')] }), {
      at: TODAY - 5 * HOUR_MS,
    });
    expect(writtenDown(fields, ORDER, remembered)).toBe(false);
    expect(writtenDown(fields, operatorBlock('user', 'anna', TODAY, startsAt('2026-06-20')), remembered)).toBe(true);
    expect(writtenDown(fields, operatorBlock('user', 'anna', TODAY, startsAt('2026-06-22')), remembered)).toBe(false);
  });
});

describe('an order that nobody wrote down', () => {
  const { model } = resolved(
    repository({ 'institutions/cbs.yaml': [institution('cbs')], 'users/a.yaml': [user('anna')] }),
    {
      operatorBlocks: [
        ORDER,
        operatorBlock('institution', 'cbs', TODAY - HOUR_MS),
        operatorBlock('user', 'anna', TODAY - 2 * HOUR_MS, TODAY),
      ],
    },
  );

  test('is said with the lines to paste, until it ends', () => {
    expect(orderNotices(model, TODAY).map(({ next }) => next)).toEqual([
      'Add to blocked-institutions.yaml:\n- institution: cbs\n  reason: "phoned in"\n  from: 2026-06-15',
      'Add to blocked-users.yaml:\n- user: anna\n  reason: "phoned in"\n  from: 2026-06-15',
    ]);
    expect(orderNotices(model, TODAY - 1)).toHaveLength(3);
  });

  test('with an end is said with its last day', () => {
    const lines = (until: number) => {
      const files = { 'institutions/cbs.yaml': [institution('cbs')], 'users/a.yaml': [user('anna')] };
      const order = operatorBlock('user', 'anna', TODAY, until);
      const [notice] = orderNotices(resolved(repository(files), { operatorBlocks: [order] }).model, TODAY);
      return [notice?.next?.split('\n').at(-1), notice?.text];
    };
    expect(lines(startsAt('2026-06-21'))).toEqual([
      '  until: 2026-06-20',
      expect.stringContaining('until 2026-06-20 inclusive'),
    ]);
    expect(lines(startsAt('2026-06-21') + HOUR_MS)).toEqual([
      '  until: 2026-06-21',
      expect.stringContaining('until 2026-06-21 01:00'),
    ]);
  });
});
