import { describe, expect, test } from 'vitest';
import { apply } from '../../src/core/apply.ts';
import type { Change } from '../../src/core/change.ts';
import { MusterError } from '../../src/errors.ts';
import { applyPartsWith, done, type Write } from '../support/apply-parts.ts';
import { silent, unwilling } from '../support/faulty-reconciler.ts';
import { changeOf, changesOf, gateOver, people } from '../support/gate-builder.ts';
import { row } from '../support/reconciliation.ts';

const plan = (...changes: readonly Change[]) => gateOver(changes).approved;

/** Refuses or loses the write of one person. */
function failing(key: string, error: () => Error): Write {
  return (change) => (change.address.key === key ? Promise.reject(error()) : done(change));
}

describe('apply', () => {
  test('journals every intent before the first write, and every outcome after its own', async () => {
    const steps: string[] = [];
    const { parts } = applyPartsWith(async (change) => {
      steps.push(`write ${change.address.key}`);
      return done(change);
    });
    const journal = {
      ...parts.journal,
      intend: async (intents: readonly unknown[]) => {
        steps.push(`intend ${intents.length}`);
      },
      settle: async ({ change }: { readonly change: Change }) => {
        steps.push(`settle ${change.address.key}`);
      },
    };
    await apply(plan(...changesOf('update', people(2))), { ...parts, journal, concurrency: 1 });
    expect(steps).toEqual(['intend 2', 'write person01', 'settle person01', 'write person02', 'settle person02']);
  });

  test('writes nothing where the journal takes no intents', async () => {
    let writes = 0;
    const { parts } = applyPartsWith((change) => {
      writes += 1;
      return done(change);
    });
    const journal = { ...parts.journal, intend: () => Promise.reject(new Error('disk full')) };
    const applied = await apply(plan(changeOf('update', 'anna')), { ...parts, journal });
    expect(applied).toMatchObject([
      { outcome: { status: 'skipped', because: 'the journal could not be written: disk full' } },
    ]);
    expect(writes).toBe(0);
  });

  test('stops where the journal takes no outcome, asks it for nothing more, and still says what was done', async () => {
    const { parts } = applyPartsWith(done);
    let asked = 0;
    const journal = {
      ...parts.journal,
      settle: () => {
        asked += 1;
        return Promise.reject(new Error('disk full'));
      },
    };
    const applied = await apply(plan(...changesOf('update', people(50))), { ...parts, journal, concurrency: 1 });
    expect(applied.map(({ outcome }) => outcome.status)).toEqual(['applied', ...people(49).map(() => 'skipped')]);
    expect(asked).toBe(1);
  });

  test('takes away from everybody before it does anything else, and gives last', async () => {
    const order: string[] = [];
    const { parts } = applyPartsWith(async (change) => {
      order.push(change.effect);
      return done(change);
    });
    const changes = [changeOf('create', 'anna'), changeOf('update', 'berit'), ...changesOf('block', people(5))];
    await apply(plan(...changes), { ...parts, concurrency: 8 });
    expect(order).toEqual([...people(5).map(() => 'takes'), 'neither', 'gives']);
  });

  test('has no more writes in flight than it may, and those of one person one after the other', async () => {
    let inFlight = 0;
    let most = 0;
    const ofAnna: string[] = [];
    const { parts } = applyPartsWith(async (change) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      if (change.address.key === 'anna') ofAnna.push(`begin ${change.classes[0]}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (change.address.key === 'anna') ofAnna.push(`end ${change.classes[0]}`);
      inFlight -= 1;
      return done(change);
    });
    await apply(plan(changeOf('phone', 'anna'), changeOf('update', 'anna'), ...changesOf('update', people(9))), {
      ...parts,
      concurrency: 3,
    });
    expect(most).toBe(3);
    expect(ofAnna).toEqual(['begin phone', 'end phone', 'begin update', 'end update']);
  });

  test('each row builds on the one before it', async () => {
    const { parts, recorded } = applyPartsWith(done, { ledger: new Map([['guid-anna', row('anna')]]) });
    await apply(plan(changeOf('phone', 'anna'), changeOf('block', 'anna')), parts);
    const rows = recorded.settled.map((one) => one.row);
    expect(rows.at(-1)).toMatchObject({
      state: { enabled: false, attributes: { mobile: '+4520999999', displayName: 'Anna Jensen' } },
      disabledFor: { kind: 'person-blocked' },
    });
  });

  test('a refusal fails that change and no other', async () => {
    const { parts, recorded } = applyPartsWith(failing('person02', unwilling));
    const applied = await apply(plan(...changesOf('update', people(4))), parts);
    expect(applied.map(({ outcome }) => outcome.status)).toEqual(['applied', 'failed', 'applied', 'applied']);
    expect(applied[1]?.outcome).toMatchObject({ error: 'The server is not willing to do this.', next: 'Look.' });
    expect(recorded.settled).toHaveLength(4);
  });

  test('so does an account that was changed or deleted meanwhile', async () => {
    const changed = () =>
      new MusterError({ remedy: 'retry', where: 'dc1', what: 'It was changed by someone else.', next: 'Next pass.' });
    const { parts } = applyPartsWith(failing('person02', changed));
    const applied = await apply(plan(...changesOf('update', people(4))), parts);
    expect(applied.map(({ outcome }) => outcome.status)).toEqual(['applied', 'failed', 'applied', 'applied']);
  });

  test.each([
    ['no answer', () => silent('unanswered')],
    ['an error nobody expected', () => new TypeError('undefined is not a function')],
  ])('D11: %s leaves the intent open, and stops what follows', async (_, error) => {
    const { parts, recorded } = applyPartsWith(failing('person02', error));
    const applied = await apply(plan(...changesOf('update', people(4))), { ...parts, concurrency: 1 });
    expect(applied.map(({ outcome }) => outcome.status)).toEqual(['applied', 'failed', 'skipped', 'skipped']);
    expect(recorded.settled.map(({ intent }) => intent.change.address.key)).toEqual([
      'person01',
      'person03',
      'person04',
    ]);
  });

  test('a connection that is gone is no failure of the change: it is skipped, and so is what follows', async () => {
    const { parts, recorded } = applyPartsWith(failing('person02', () => silent('cut-off')));
    const applied = await apply(plan(...changesOf('update', people(3))), { ...parts, concurrency: 1 });
    expect(applied.map(({ outcome }) => outcome.status)).toEqual(['applied', 'skipped', 'skipped']);
    expect(recorded.settled).toHaveLength(3);
  });

  test('H1: a lease that was lost stops everything that has not begun', async () => {
    let writes = 0;
    const { parts } = applyPartsWith(
      (change) => {
        writes += 1;
        return done(change);
      },
      { renewLease: () => Promise.reject(new Error('somebody else took over')), concurrency: 1 },
    );
    const ours = new Map([['directory', 10_000]]);
    const { approved } = gateOver(changesOf('update', people(120)), { ours });
    const applied = await apply(approved, parts);
    expect(writes).toBe(99);
    expect(applied.filter(({ outcome }) => outcome.status === 'skipped')).toHaveLength(21);
    expect(applied.at(-1)?.outcome).toEqual({ status: 'skipped', because: 'somebody else took over' });
  });

  test('what belongs to a system that is not connected is skipped', async () => {
    const { parts } = applyPartsWith(done, { sessions: new Map() });
    expect(await apply(plan(changeOf('update', 'anna')), parts)).toMatchObject([
      { outcome: { status: 'skipped', because: 'directory is not connected' } },
    ]);
  });
});
