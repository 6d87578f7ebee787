/** Changes of each class for the gate, made by the real diff, and the gate with the limits that the documentation shows. */
import type { Change, ChangeClass } from '../../src/core/change.ts';
import { type GateInput, gate } from '../../src/core/gate.ts';
import type { Limits } from '../../src/core/limits.ts';
import type { Gated } from '../../src/core/plan.ts';
import { cause, desired, diffOf, ended, found, LONG_AGO, NOW, reason, row, values } from './reconciliation.ts';

/** As in the configuration that the documentation shows. */
export const LIMITS: Limits = {
  always: 5,
  disable: { people: 25, percent: 5, perDay: 100 },
  enable: { people: 25, percent: 5, perDay: 50 },
  create: { people: 50, percent: 10, perDay: 200 },
  update: { people: 250, percent: 20 },
  phone: { people: 10, percent: 5, perDay: 30 },
  due: { percent: 20 },
  block: { people: 25, perDay: 100, institutions: 3, institutionPeople: 2000 },
  lift: { people: 25, perDay: 100, institutions: 3, institutionPeople: 2000 },
};

/** `person01`, `person02` … */
export function people(count: number, from = 1): readonly string[] {
  return Array.from({ length: count }, (_, nth) => `person${String(nth + from).padStart(2, '0')}`);
}

/** One change that counts in that class alone. */
export function changeOf(kind: ChangeClass, key: string, institutions: readonly string[] = []): Change {
  const [change] = MAKERS[kind](key, institutions);
  if (change === undefined) throw new Error(`no ${kind} came out`);
  return change;
}

type Maker = (key: string, institutions: readonly string[]) => readonly Change[];

function disabledFor(kind: string, key: string, institutions: readonly string[] = []) {
  return row(key, { enabled: false, disabledFor: cause(kind, institutions) });
}

const MAKERS: Readonly<Record<ChangeClass, Maker>> = {
  block: (key, institutions) => {
    const reasons =
      institutions.length === 0
        ? [reason('person-blocked')]
        : institutions.map((institution) => reason('institution-blocked', { institution }));
    return diffOf([desired(key, { reasons })], [found(key)], [row(key)]).changes;
  },
  disable: (key) => diffOf([desired(key, { reasons: [reason('ended')] })], [found(key)], [row(key)]).changes,
  due: (key) => {
    const reasons = [reason('ended', { knownSince: LONG_AGO })];
    return diffOf([desired(key, { reasons })], [found(key)], [row(key)]).changes;
  },
  update: (key) =>
    diffOf([desired(key, { attributes: { displayName: 'New Name' } })], [found(key)], [row(key)]).changes,
  phone: (key) => diffOf([desired(key, { attributes: { mobile: '+4520999999' } })], [found(key)], [row(key)]).changes,
  create: (key) => diffOf([desired(key)], [], []).changes,
  lift: (key, institutions) => {
    const kind = institutions.length === 0 ? 'person-blocked' : 'institution-blocked';
    const wanted = desired(key, { ended: [ended(kind)] });
    return diffOf([wanted], [found(key, { enabled: false })], [disabledFor(kind, key, institutions)]).changes;
  },
  enable: (key) => diffOf([desired(key)], [found(key, { enabled: false })], [disabledFor('closed', key)]).changes,
  adopt: (key) => {
    const state = { enabled: true, attributes: values() };
    const [update] = MAKERS.update(key, []);
    if (update?.kind !== 'update') return [];
    return [{ ...update, kind: 'adopt', classes: ['adopt'], before: state, after: state }];
  },
};

export function changesOf(
  kind: ChangeClass,
  keys: readonly string[],
  institutions: readonly string[] = [],
): readonly Change[] {
  return keys.map((key) => changeOf(kind, key, institutions));
}

/** A gate over a hundred accounts of ours, with nothing used up, approved or troubled unless said otherwise. */
export function gateOver(changes: readonly Change[], more: Partial<GateInput> = {}): Gated {
  return gate({
    revision: 'r1',
    changes,
    limits: LIMITS,
    used: [],
    earlier: [],
    ours: new Map([['directory', 1000]]),
    approvals: [],
    spent: [],
    tracks: new Map(),
    at: NOW,
    paused: null,
    storeLost: false,
    patient: false,
    ...more,
  });
}

/** How many went through, and how many each rule held: `{ passed: 3, block: 26 }`. */
export function tally({ approved, holds }: Gated): Readonly<Record<string, number>> {
  const held = holds.map((hold) => [hold.rule, hold.changes.length] as const);
  return { passed: approved.changes.length, ...Object.fromEntries(held) };
}
