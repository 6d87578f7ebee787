import { describe, expect, test } from 'vitest';
import { Spending, type Used } from '../../src/core/budget.ts';
import type { Desired, Observed } from '../../src/core/change.ts';
import { knownFrom } from '../../src/core/known.ts';
import { type LaneInput, type LaneResult, runLane } from '../../src/core/lane.ts';
import type { LedgerRow, Reconciler, Session } from '../../src/core/ports.ts';
import { LIMITS, people } from '../support/gate-builder.ts';
import { cause, desired, found, NOW, reason, row, TRAITS, unmarked } from '../support/reconciliation.ts';

const BLOCKED = { reasons: [reason('person-blocked')] };

interface Around {
  readonly rows?: readonly LedgerRow[];
  readonly thorough?: boolean;
  readonly doubtful?: readonly string[];
  /** What further servers show. */
  readonly others?: readonly (readonly Observed[])[];
}

interface Ran extends LaneResult {
  /** Names and handles that the main server was asked for. */
  readonly asked: readonly string[];
  /** `dc1 anna`, for every write let through. */
  readonly writes: readonly string[];
  /** What a later gate counts. */
  readonly passed: Used;
}

/** The lane over servers that show these things. */
async function lane(wanted: readonly Desired[], things: readonly Observed[], around: Around = {}): Promise<Ran> {
  const { rows = [], others = [] } = around;
  const asked: string[] = [];
  const writes: string[] = [];
  const unused = () => Promise.reject(new Error('the lane has no need of this'));
  const session = (server: string, shown: readonly Observed[]): Session => ({
    reader: {
      server,
      position: unused,
      now: unused,
      observe: unused,
      lookup: async (names) => {
        if (server === 'dc1') asked.push(...names.map(({ key, handle }) => handle ?? key));
        const is = (thing: Observed) =>
          names.some(({ key, handle }) => (handle === null ? key === thing.address.key : handle === thing.handle));
        return shown.filter(is);
      },
      close: () => Promise.resolve(),
    },
    writer: { write: unused },
  });
  const main = session('dc1', things);
  const further = others.map((shown, nth) => session(`dc${nth + 2}`, shown));
  const reconciler: Reconciler = {
    system: 'directory',
    rank: 0,
    traits: TRAITS,
    project: () => wanted,
    connect: unused,
    connectAll: async () => ({ sessions: [main, ...further], unreachable: [] }),
    settle: unused,
  };
  const input: LaneInput = {
    reconciler,
    main,
    desired: wanted,
    rows,
    known: knownFrom(rows, []),
    at: NOW,
    doubtful: new Set(around.doubtful),
    thorough: around.thorough ?? false,
    judge: {
      revision: 'r',
      limits: LIMITS,
      used: [],
      ours: new Map(),
      approvals: [],
      spent: [],
      tracks: new Map(),
      at: NOW,
    },
    spending: new Spending(),
    apply: async ({ changes }, { reader }) =>
      changes.map(({ change, approved }) => {
        writes.push(`${reader.server} ${change.address.key}`);
        const written = { handle: change.handle ?? '', state: change.after };
        return { change, approved, lane: true, outcome: { status: 'applied', written } };
      }),
  };
  return { ...(await runLane(input)), asked, writes, passed: input.spending.all };
}

describe('the block lane', () => {
  test.each(['person-blocked', 'institution-blocked', 'operator-blocked', 'closed'] as const)(
    'takes %s',
    async (kind) => {
      const { changes } = await lane([desired('anna', { reasons: [reason(kind)] })], [found('anna')]);
      expect(changes).toMatchObject([{ kind: 'disable', handle: 'guid-anna', classes: ['block'] }]);
    },
  );

  test.each(['ended', 'not-started'] as const)('leaves %s to the bulk', async (kind) => {
    expect((await lane([desired('anna', { reasons: [reason(kind)] })], [found('anna')])).asked).toEqual([]);
  });

  test('asks by name, and by the handle that the ledger has', async () => {
    const { asked } = await lane([desired('anna', BLOCKED), desired('berit', BLOCKED)], [], { rows: [row('anna')] });
    expect(asked).toEqual(['anna', 'guid-anna', 'berit']);
  });

  test('does not look again at whom the ledger shows shut out, unless nobody else will', async () => {
    const rows = [row('anna', { enabled: false, disabledFor: cause('person-blocked') })];
    const wanted = [desired('anna', BLOCKED)];
    expect((await lane(wanted, [found('anna')], { rows })).changes).toEqual([]);
    expect((await lane(wanted, [found('anna')], { rows, thorough: true })).changes).toHaveLength(1);
  });

  test('looks again at one that the ledger calls disabled by somebody else', async () => {
    const rows = [row('anna', { enabled: false })];
    expect((await lane([desired('anna', BLOCKED)], [found('anna')], { rows })).changes).toHaveLength(1);
  });

  test('P8: leaves whoever is in doubt to a person', async () => {
    expect((await lane([desired('anna', BLOCKED)], [found('anna')], { doubtful: ['anna'] })).asked).toEqual([]);
  });

  test('needs the mark or the handle, not both', async () => {
    const wanted = [desired('anna', BLOCKED)];
    expect((await lane(wanted, [found('anna', { ownership: 'foreign' })])).changes).toHaveLength(1);
    expect((await lane(wanted, [unmarked('anna')], { rows: [row('anna')] })).changes).toHaveLength(1);
    const neither = await lane(wanted, [unmarked('anna')]);
    expect(neither.changes).toEqual([]);
    expect(neither.notices).toMatchObject([{ kind: 'exists-not-ours', urgent: true }]);
  });

  test('shuts out nobody else: neither by the mark nor by the handle of another person', async () => {
    const wanted = [desired('anna', BLOCKED)];
    const berits = found('anna', { handle: 'guid-berit', markedKey: 'berit' });
    const { changes, notices } = await lane(wanted, [berits], { rows: [row('berit')] });
    expect(changes).toEqual([]);
    expect(notices).toMatchObject([{ urgent: true }]);
  });

  test('finds an account that was renamed, and raises an alarm over the stranger who has the name now', async () => {
    const things = [
      found('anna-old', { handle: 'guid-anna', markedKey: 'anna' }),
      unmarked('anna', { handle: 'guid-x' }),
    ];
    const { changes, notices } = await lane([desired('anna', BLOCKED)], things, { rows: [row('anna')] });
    expect(changes.map(({ handle }) => handle)).toEqual(['guid-anna']);
    expect(notices).toMatchObject([{ kind: 'exists-not-ours', urgent: true }]);
  });

  test('D15: never touches what is protected, and raises an alarm', async () => {
    const { changes, notices } = await lane(
      [desired('anna', BLOCKED)],
      [found('anna', { protectedBecause: 'adminCount is 1' })],
    );
    expect(changes).toEqual([]);
    expect(notices).toMatchObject([{ kind: 'protected', urgent: true, next: 'Disable the account by hand now.' }]);
  });

  test('does nothing, and says nothing, where the account is disabled', async () => {
    const { changes, notices } = await lane([desired('anna', BLOCKED)], [unmarked('anna', { enabled: false })]);
    expect([changes, notices]).toEqual([[], []]);
  });

  test('P1: over its limit everybody waits, on every server', async () => {
    const keys = people(26);
    const things = keys.map((key) => found(key));
    const result = await lane(
      keys.map((key) => desired(key, BLOCKED)),
      things,
      { others: [things] },
    );
    expect(result.writes).toEqual([]);
    expect(result.holds).toMatchObject([{ rule: 'block', changes: { length: 26 } }]);
  });

  test('P1: what one server took counts on the next, where others may look enabled', async () => {
    const keys = people(30);
    const wanted = keys.map((key) => desired(key, BLOCKED));
    const shown = (from: number, to: number) => keys.slice(from, to).map((key) => found(key));
    const { writes, passed } = await lane(wanted, shown(0, 20), { others: [shown(10, 30), shown(0, 20)] });
    // Twenty on the first; the second would make it thirty people, so it waits there; the third adds nobody.
    expect(writes.filter((one) => one.startsWith('dc1'))).toHaveLength(20);
    expect(writes.filter((one) => one.startsWith('dc2'))).toEqual([]);
    expect(writes.filter((one) => one.startsWith('dc3'))).toHaveLength(20);
    expect(new Set(passed.map(({ person }) => person)).size).toBe(20);
  });
});
