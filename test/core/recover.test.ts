import { describe, expect, test } from 'vitest';
import type { Attributes, Change, Observed } from '../../src/core/change.ts';
import { NO_MANDATE } from '../../src/core/mandate.ts';
import type { Intent } from '../../src/core/ports.ts';
import { recover, type Witness } from '../../src/core/recover.ts';
import { changeOf } from '../support/gate-builder.ts';
import { found, HOUR_MS, NOW, row, unmarked, values } from '../support/reconciliation.ts';

function intentOf(change: Change, more: Partial<Intent> = {}): Intent {
  const shared = { approved: false, mandate: NO_MANDATE };
  return { ...shared, id: 'i1', runId: 'r1', attempt: 'a1', server: 'dc1', change, at: NOW - 60_000, ...more };
}

/** What one intent is found to have come to: `applied`, `failed`, or `unknown`. */
function fate(change: Change, things: readonly Observed[], witness: Partial<Witness> = {}): string {
  const { resolved, unsettled } = recover(
    [intentOf(change)],
    { server: 'dc1', found: things, proven: false, doubtful: false, at: NOW, ...witness },
    new Map([['guid-anna', row('anna')]]),
  );
  expect(resolved.length + unsettled.length).toBe(1);
  return resolved[0]?.outcome.status ?? 'unknown';
}

interface Kind {
  readonly change: Change;
  readonly happened: Observed;
  /** Null: there is nothing before. */
  readonly before: Observed | null;
}

const NEW_NUMBER: Attributes = { mobile: '+4520999999' };
const KINDS: Readonly<Record<string, Kind>> = {
  create: { change: changeOf('create', 'anna'), happened: found('anna', { attempt: 'a1' }), before: null },
  adopt: { change: changeOf('adopt', 'anna'), happened: found('anna', { attempt: 'a1' }), before: unmarked('anna') },
  update: {
    change: changeOf('phone', 'anna'),
    happened: found('anna', { attributes: NEW_NUMBER }),
    before: found('anna'),
  },
  disable: { change: changeOf('block', 'anna'), happened: found('anna', { enabled: false }), before: found('anna') },
  enable: { change: changeOf('lift', 'anna'), happened: found('anna'), before: found('anna', { enabled: false }) },
};

describe.each(Object.entries(KINDS))('A1: a %s whose answer was lost', (_, { change, happened, before }) => {
  const unchanged = before === null ? [] : [before];

  test('happened, as any server shows', () => {
    expect(fate(change, [happened])).toBe('applied');
    expect(fate(change, [happened], { server: 'dc2' })).toBe('applied');
  });

  test('did not happen, as the server that got it shows in a proven reading', () => {
    expect(fate(change, unchanged, { proven: true })).toBe('failed');
  });

  test('stays unknown on another server, which may lag behind, until an hour has gone by', () => {
    expect(fate(change, unchanged, { server: 'dc2', proven: true })).toBe('unknown');
    expect(fate(change, unchanged, { server: 'dc2', proven: true, at: NOW + HOUR_MS })).toBe('failed');
  });

  test('D6: stays unknown on a server that may have lost it, however long that goes on, unless it shows it', () => {
    const restored = { proven: true, doubtful: true, at: NOW + 10 * HOUR_MS };
    expect(fate(change, unchanged, restored)).toBe('unknown');
    expect(fate(change, [happened], restored)).toBe('applied');
  });

  test('stays unknown where the thing did not come back from a point read', () => {
    expect(fate(change, [])).toBe('unknown');
    expect(fate(change, [], { at: NOW + 10 * HOUR_MS })).toBe('unknown');
    expect(fate(change, [], { proven: true })).toBe('failed');
  });
});

test('a point read that shows the old state on the right server is enough for what changes an account', () => {
  for (const { change, before } of Object.values(KINDS)) {
    if (before !== null) expect(fate(change, [before])).toBe('failed');
  }
});

test('a create is known by its attempt alone, not by an account of that name', () => {
  const create = changeOf('create', 'anna');
  expect(fate(create, [found('anna', { attempt: 'another' })], { proven: true })).toBe('failed');
  expect(fate(create, [found('renamed-since', { attempt: 'a1' })])).toBe('applied');
});

test('an update of several values happened only where all of them stand', () => {
  const change: Change = { ...changeOf('phone', 'anna'), kind: 'update' } as Change;
  if (change.kind !== 'update') throw new Error('a phone change is an update');
  const both: Change = { ...change, after: { enabled: true, attributes: { ...NEW_NUMBER, displayName: 'New' } } };
  expect(fate(both, [found('anna', { attributes: NEW_NUMBER })])).toBe('failed');
  expect(fate(both, [found('anna', { attributes: { ...NEW_NUMBER, displayName: 'New' } })])).toBe('applied');
});

test('what happened is in the ledger as if the answer had come', () => {
  const rowsOf = (change: Change, thing: Observed) =>
    recover(
      [intentOf(change)],
      { server: 'dc1', found: [thing], proven: false, doubtful: false, at: NOW },
      new Map([['guid-anna', row('anna')]]),
    ).resolved.map((one) => one.row);
  expect(rowsOf(changeOf('create', 'anna'), found('anna', { attempt: 'a1' }))).toEqual([row('anna')]);
  expect(rowsOf(changeOf('phone', 'anna'), found('anna', { attributes: NEW_NUMBER }))).toEqual([
    row('anna', { attributes: NEW_NUMBER }),
  ]);
  const disable = changeOf('block', 'anna', ['cbs']);
  expect(rowsOf(disable, found('anna', { enabled: false }))).toEqual([
    row('anna', { enabled: false, disabledFor: disable.cause }),
  ]);
});

test('each intent is judged for itself', () => {
  const open = [
    intentOf(changeOf('create', 'anna'), { id: 'i1', attempt: 'a1' }),
    intentOf(changeOf('block', 'berit'), { id: 'i2', attempt: 'a2' }),
    intentOf(changeOf('lift', 'carl'), { id: 'i3', attempt: 'a3', server: 'dc2' }),
  ];
  const things = [found('anna', { attempt: 'a1' }), found('berit'), found('carl', { enabled: false })];
  const { resolved, unsettled } = recover(
    open,
    { server: 'dc1', found: things, proven: true, doubtful: false, at: NOW },
    new Map(),
  );
  expect(resolved.map(({ intent, outcome }) => [intent.id, outcome.status])).toEqual([
    ['i1', 'applied'],
    ['i2', 'failed'],
  ]);
  expect(unsettled.map(({ id }) => id)).toEqual(['i3']);
  expect(resolved[0]?.row?.state).toEqual({ enabled: true, attributes: values() });
});
