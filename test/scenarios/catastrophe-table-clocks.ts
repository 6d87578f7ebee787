/** Catastrophes of time: clocks that go wrong, and days that come for everybody at once. */
import { type Catastrophe, clock, edited, files, type Step } from '../support/catastrophe.ts';
import { blocks, people } from '../support/desired-state.ts';
import type { EmbeddedGround } from '../support/embedded-ground.ts';
import { ENABLED, type Ground } from '../support/ground.ts';
import { DAY_MS, HOUR_MS } from '../support/reconciliation.ts';

const YEAR_MS = 365 * DAY_MS;
const MINUTE_MS = 60_000;

/** A pass now, then one when so much time has gone by for everybody. */
const later = (ms: number) => async (ground: EmbeddedGround) => {
  await ground.sync();
  await clock(ms, 'along')(ground);
  return ground.sync('schedule');
};
const serverOff = (ms: number): Step<EmbeddedGround> => {
  return async ({ scene }) => {
    scene.clock.serverOffMs += ms;
  };
};
const NEW = Array.from({ length: 12 }, (_, nth) => `n${String(nth).padStart(2, '0')}`);

/** Blocks from tomorrow on, beside those that stand there, and lifted on that day or not. */
const fromTomorrow = (kind: 'user' | 'institution', targets: readonly string[], isLifted = false) =>
  files((ground: Ground) => {
    const path = `blocked-${kind}s.yaml`;
    const from = ground.day(1);
    const entries = targets.map((target) => ({ target, from, ...(isLifted ? { lifted: from } : {}) }));
    return { [path]: (ground.healthy[path] ?? '') + (blocks(kind, entries)[path] ?? '') };
  });
/** The same day for everybody who is active, whether or not they had one. */
const sameDay = (field: 'starts' | 'ends', make: (ground: Ground) => string) =>
  edited(/^users\//, (text, ground: Ground) =>
    text.replaceAll(/^( *)state: active((?:\n\1\w+: .*)*)/gm, (_, indent: string, rest: string) => {
      const kept = rest.replace(new RegExp(`\\n *${field}: .*`), '');
      return `${indent}state: active${kept}\n${indent}${field}: ${make(ground)}`;
    }),
  );
const noDay = (field: 'starts' | 'ends') =>
  edited(/^users\//, (text) =>
    text.replaceAll(/^( *)state: .*((?:\n\1\w+: .*)*)/gm, (entry, indent: string) =>
      entry.includes(`${field}: `) ? entry : `${entry}\n${indent}${field}: none`,
    ),
  );

const OURS: readonly (readonly [words: string, ms: number])[] = [
  ['six minutes ahead', 6 * MINUTE_MS],
  ['an hour ahead', HOUR_MS],
  ['a day ahead', DAY_MS],
  ['a year ahead', YEAR_MS],
  ['ten years ahead', 10 * YEAR_MS],
  ['an hour behind', -HOUR_MS],
  ['a day behind', -DAY_MS],
  ['a year behind', -YEAR_MS],
  ['ten years behind', -10 * YEAR_MS],
];

export const CLOCKS: readonly Catastrophe[] = [
  ...OURS.map(
    ([words, ms]): Catastrophe => ({
      title: `P8: our clock is ${words}`,
      strike: [clock(ms)],
      says: 'until then nothing is done that depends on which one is right.',
    }),
  ),
  {
    title: 'P8: the directory’s clock is a year ahead',
    strike: [serverOff(YEAR_MS)],
    says: 'until then nothing is done that depends on which one is right.',
  },
  {
    title: 'P8: the directory’s clock is a year behind',
    strike: [serverOff(-YEAR_MS)],
    says: 'until then nothing is done that depends on which one is right.',
  },
  {
    title: 'P8: the directory’s clock stands at its beginning',
    strike: [({ scene }) => Promise.resolve(Object.assign(scene.clock, { serverOffMs: -scene.clock.now }))],
    says: 'until then nothing is done that depends on which one is right.',
  },
  {
    title: 'P8: both clocks are a year ahead',
    strike: [clock(YEAR_MS, 'along')],
    says: '18 people of 60 accounts; the limit of "due" is 15 %.',
  },
  {
    title: 'P8: both clocks are a century ahead',
    strike: [clock(100 * YEAR_MS, 'along')],
    says: '18 people of 60 accounts; the limit of "due" is 15 %.',
  },
  {
    title: 'P8: both clocks are a year behind',
    strike: [clock(-YEAR_MS, 'along')],
    says: 'with each other or with what was done already',
  },
  {
    title: 'P8: both clocks stand at the beginning of 1970',
    strike: [({ scene }) => Promise.resolve(Object.assign(scene.clock, { now: 0 }))],
    says: 'with each other or with what was done already',
  },
  {
    title: 'P8: our clock is a year ahead, and everybody’s access ends within it',
    strike: [sameDay('ends', (ground) => ground.day(100)), clock(YEAR_MS)],
    says: 'the clocks disagree',
    undo: [noDay('ends')],
  },
  {
    title: 'P1: the day comes on which everybody is blocked by name',
    strike: [fromTomorrow('user', ENABLED)],
    meet: later(DAY_MS),
    says: '39 people in one run; the limit of "block" is 5.',
    undo: [fromTomorrow('user', ENABLED, true)],
  },
  {
    title: 'P1: the day comes on which every institution is blocked',
    strike: [fromTomorrow('institution', ['cbs', 'dtu'])],
    meet: later(DAY_MS),
    says: '2 institutions within 24 hours; the limit of "block" is 1.',
    undo: [fromTomorrow('institution', ['cbs', 'dtu'], true)],
  },
  {
    title: 'P1: the day comes on which everybody’s access ends',
    strike: [sameDay('ends', (ground) => ground.day(0))],
    meet: later(DAY_MS),
    says: '39 people of 60 accounts; the limit of "due" is 15 %.',
    undo: [noDay('ends')],
  },
  {
    title: 'P1: the day comes on which a dozen people begin',
    strike: [files((ground) => people(NEW, { starts: ground.day(1) }))],
    meet: later(DAY_MS),
    says: '12 people of 60 accounts; the limit of "due" is 15 %.',
  },
  {
    title: 'P4: the day comes on which every block ends',
    strike: [
      edited(/^blocked-/, (text, ground) => text.replaceAll(/^( {2}from: .*)$/gm, `$1\n  until: ${ground.day(0)}`)),
    ],
    meet: later(DAY_MS),
    says: '20 people of 60 accounts; the limit of "due" is 15 %.',
    undo: [edited(/^blocked-/, (text) => text.replaceAll(/^( {2}from: .*)$/gm, '$1\n  until: none'))],
  },
  {
    title: 'P4: the day comes for which every block was lifted beforehand',
    strike: [
      edited(/^blocked-/, (text, ground) => text.replaceAll(/^( {2}from: .*)$/gm, `$1\n  lifted: ${ground.day(1)}`)),
    ],
    meet: later(DAY_MS),
    says: '20 people of 60 accounts; the limit of "due" is 15 %.',
    undo: { never: 'a block that was lifted stays so' },
  },
  {
    title: 'Y9: everybody’s access ends on the day with 25 hours',
    strike: [sameDay('ends', () => '2026-10-25')],
    meet: later(132 * DAY_MS + 15 * HOUR_MS),
    says: '39 people of 60 accounts; the limit of "due" is 15 %.',
    undo: [noDay('ends')],
  },
  {
    title: 'Y9: everybody begins on the day with 23 hours',
    strike: [files(people(NEW, { starts: '2027-03-28' }))],
    meet: later(285 * DAY_MS + 14 * HOUR_MS),
    says: '30 people of 60 accounts; the limit of "due" is 15 %.',
  },
];
