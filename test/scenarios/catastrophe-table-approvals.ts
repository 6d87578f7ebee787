/** Catastrophes around what people decide: approvals of yesterday and of something else, pauses, and writes that never take hold. */

import type { ChangeKind } from '../../src/core/change.ts';
import { rejectHeld } from '../../src/core/operations/approval.ts';
import { blockByOrder, unblockByOrder } from '../../src/core/operations/block.ts';
import type { Reconciler, Session } from '../../src/core/ports.ts';
import {
  allSet,
  type Catastrophe,
  clock,
  edited,
  files,
  hands,
  type Step,
  usernameOf,
} from '../support/catastrophe.ts';
import { blocks, people } from '../support/desired-state.ts';
import type { EmbeddedGround } from '../support/embedded-ground.ts';
import { BLOCKED, CBS, DTU } from '../support/ground.ts';
import { DAY_MS, HOUR_MS } from '../support/reconciliation.ts';
import { OPERATOR } from '../support/scene.ts';

const EVERYBODY = /^users\//;
const PLAIN = CBS.slice(6, 19);
const NEW = Array.from({ length: 8 }, (_, nth) => `n${nth}`);
const newPhones = edited(EVERYBODY, (text) => text.replaceAll('+45 26', '+45 28'));
const otherPhones = edited(EVERYBODY, (text) => text.replaceAll('+45 28', '+45 31'));
const closedAll = edited(EVERYBODY, (text) => text.replaceAll('state: active', 'state: closed'));
const PHONES_HELD = '60 people in one run; the limit of "phone" is 5.';
const DIFFERS = 'these people are in an approved plan, but what would happen to them now is not what was approved.';

/** What is held is approved. */
const approved: Step<EmbeddedGround> = async (ground) => ground.approve(await ground.sync());
const paused: Step<EmbeddedGround> = ({ scene }) => scene.store.orders.pause('oper', 'a fire drill', scene.clock.now);
const resumed: Step<EmbeddedGround> = ({ scene }) => scene.store.orders.resume('oper', scene.clock.now);
const PAUSED = 'oper paused Muster: a fire drill';

/** A directory that confirms writes of that kind (to these people; to all by default) and forgets them. */
const forgetting =
  (kind: ChangeKind, keys?: readonly string[]) =>
  (reconciler: Reconciler): Reconciler => {
    const around = ({ reader, writer }: Session): Session => ({
      reader,
      writer: {
        write: async (change, attempt) =>
          change.kind === kind && change.handle !== null && keys?.includes(change.address.key) !== false
            ? { handle: change.handle, state: change.after }
            : writer.write(change, attempt),
      },
    });
    return {
      ...reconciler,
      connect: async (...args) => around(await reconciler.connect(...args)),
      connectAll: async () => {
        const { sessions, unreachable } = await reconciler.connectAll();
        return { sessions: sessions.map(around), unreachable };
      },
    };
  };
/** So many passes, an hour apart. */
const passes = (count: number) => async (ground: EmbeddedGround) => {
  let report = await ground.sync('schedule');
  for (let nth = 1; nth < count; nth += 1) {
    await clock(HOUR_MS, 'along')(ground);
    report = await ground.sync('schedule');
  }
  return report;
};
/** The same, with something new for somebody else in each. */
const busyPasses = (count: number) => async (ground: EmbeddedGround) => {
  for (let nth = 1; nth < count; nth += 1) {
    await ground.declare(people(PLAIN.slice(6, 7), { phone: `+45 28 00 00 1${nth}` }));
    await ground.sync('schedule');
    await clock(HOUR_MS, 'along')(ground);
  }
  return ground.sync('schedule');
};
const FLAPPING = 'the same change was made 3 times within a day and was undone each time.';
const liftedOne = files(({ day }) =>
  blocks(
    'user',
    BLOCKED.map((target, nth) => ({ target, from: day(-5), ...(nth === 0 ? { lifted: day(0) } : {}) })),
  ),
);
const isNamed = (names: readonly string[]) => (one: Parameters<typeof usernameOf>[0]) =>
  names.includes(usernameOf(one));
const five = { never: 'what was approved was made, and stands' };

export const DECISIONS: readonly Catastrophe[] = [
  {
    title: 'P6: an approval has expired',
    strike: [newPhones, approved, clock(DAY_MS, 'along')],
    says: PHONES_HELD,
  },
  {
    title: 'P6: an approval has expired a year ago',
    strike: [newPhones, approved, clock(300 * DAY_MS, 'along')],
    says: 'the limit of "due" is 15 %.',
  },
  {
    title: 'P6: after the approval everybody gets yet another number',
    strike: [newPhones, approved, otherPhones],
    says: DIFFERS,
  },
  {
    title: 'P6: after the approval everybody is closed as well',
    strike: [newPhones, approved, closedAll],
    says: '39 people in one run; the limit of "block" is 5.',
    written: { changed: 21 },
    approved: true,
    undo: five,
  },
  {
    title: 'P6: after the approval somebody changes every number by hand',
    strike: [newPhones, approved, hands((_, nth) => ({ set: { mobile: `+4532${String(nth).padStart(6, '0')}` } }))],
    says: DIFFERS,
  },
  {
    title: 'P6: after the approval every mark is removed',
    strike: [newPhones, approved, allSet({ adminDescription: null })],
    says: 'in adminDescription, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'P6: after the approval everybody is made an administrator',
    strike: [newPhones, approved, allSet({ adminCount: '1' })],
    says: 'Anna Jensen (c01) is protected (it is or was in an administrators group (adminCount is set)) and is never changed by Muster.',
    exit: 0,
  },
  {
    title: 'P6: after the approval the directory can’t be read',
    strike: [newPhones, approved, allSet({ objectSid: null })],
    says: 'objectSid, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'P6: after the approval Muster is paused',
    strike: [newPhones, approved, paused],
    says: PAUSED,
    undo: [resumed],
  },
  {
    title: 'P6: after the approval the database is lost',
    strike: [newPhones, approved, ({ scene }) => scene.loseStore()],
    says: "Muster's database does not know any of the 60 accounts",
    undo: five,
  },
  {
    title: 'P6: after the approval the clock jumps ahead by a year, and all blocks are lifted',
    strike: [
      edited(/^blocked-/, (text, { day }) => text.replaceAll(/^( {2}from: .*)$/gm, `$1\n  until: ${day(300)}`)),
      approved,
      clock(365 * DAY_MS),
    ],
    says: 'the clocks disagree',
    undo: [edited(/^blocked-/, (text) => text.replaceAll(/^( {2}from: .*)$/gm, '$1\n  until: none'))],
  },
  {
    title: 'P6: after the approval everything is undone in the repository',
    strike: [
      files(people(NEW)),
      approved,
      files(Object.fromEntries(Object.keys(people(NEW)).map((path) => [path, null]))),
    ],
    says: 'is no longer declared.',
    undo: five,
  },
  {
    title: 'P6: what was approved is rejected',
    strike: [newPhones],
    meet: async (ground) => {
      const report = await ground.sync();
      await ground.approve(report);
      await rejectHeld(ground.scene.parts(), report.holds[0]?.digest ?? '', OPERATOR);
      return ground.sync();
    },
    says: PHONES_HELD,
  },
  {
    title: 'P6: the approval is of somebody else’s changes',
    strike: [
      files(people(PLAIN.slice(0, 6), { phone: '+45 28 00 00 00' })),
      approved,
      files(people(PLAIN.slice(0, 6))),
      files(people(PLAIN.slice(6, 12), { phone: '+45 28 00 00 00' })),
    ],
    says: '6 people in one run; the limit of "phone" is 5.',
  },
  {
    title: 'P6: after the approval of new accounts their names are taken by hand',
    strike: [
      files(people(NEW)),
      approved,
      async ({ scene }) => {
        for (const name of NEW) await scene.directory.add(name);
      },
    ],
    says: "and is not Muster's; it is left alone.",
    undo: five,
  },
  {
    title: 'P1: Muster is paused, and everybody gets another number',
    strike: [paused, newPhones],
    says: PAUSED,
    undo: [resumed],
  },
  {
    title: 'P1: Muster is paused, and every block is lifted',
    strike: [
      paused,
      edited(/^blocked-/, (text, { day }) => text.replaceAll(/^( {2}from: .*)$/gm, `$1\n  lifted: ${day(0)}`)),
    ],
    says: PAUSED,
    undo: { never: 'a block that was lifted stays so' },
  },
  {
    title: 'P1: Muster is paused, and everybody is closed',
    strike: [paused, closedAll],
    says: '39 people in one run; the limit of "block" is 5.',
    undo: [resumed],
  },
  {
    title: 'P1: Muster is paused, and forty people are new',
    strike: [paused, files(people(NEW))],
    says: PAUSED,
    undo: [resumed],
  },
  {
    title: 'P4: an operator’s block of an institution with everybody ends at once for all',
    strike: [
      ({ scene }) => blockByOrder(scene.parts(), { ...OPERATOR, scope: 'institution', target: 'cbs', until: null }),
      ({ scene }) => unblockByOrder(scene.parts(), { ...OPERATOR, scope: 'institution', target: 'cbs' }),
    ],
    says: '19 people behind institutions within 24 hours; the limit of "lift" is 12.',
    undo: { never: 'the block was carried out before' },
  },
  {
    title: 'P4: an operator’s block ends by its own time for everybody of an institution',
    strike: [
      ({ scene }) =>
        blockByOrder(scene.parts(), {
          ...OPERATOR,
          scope: 'institution',
          target: 'dtu',
          until: scene.clock.now + HOUR_MS,
        }),
      clock(2 * HOUR_MS, 'along'),
    ],
    says: '20 people of 60 accounts; the limit of "due" is 15 %.',
    undo: { never: 'the block was carried out before' },
  },
  {
    title: 'P9: the directory forgets every update of three people, and takes all others',
    options: { around: forgetting('update', PLAIN.slice(0, 3)) },
    strike: [files(people(PLAIN.slice(0, 3), { given: 'Ida' }))],
    meet: busyPasses(6),
    written: { changed: 1 },
    says: FLAPPING,
  },
  {
    title: 'P9: the directory forgets every update',
    options: { around: forgetting('update') },
    strike: [files(people(PLAIN.slice(0, 3), { given: 'Ida' }))],
    meet: passes(6),
    says: 'does not show what Muster last wrote for Ida Jensen (c07): displayName, givenName.',
  },
  {
    title: 'P9: the directory forgets that somebody got their access back',
    options: { around: forgetting('enable') },
    strike: [liftedOne],
    meet: passes(6),
    exit: 0,
    says: 'Anna Jensen (c21) was disabled by hand in the directory',
    undo: { never: 'a block that was lifted stays so' },
  },
  {
    title: 'P9: the directory forgets that somebody was shut out',
    options: { around: forgetting('disable') },
    strike: [files(people(PLAIN.slice(0, 2), { state: 'closed' }))],
    meet: passes(6),
    says: 'Anna Jensen (c07): whether the account is enabled did not read back as written.',
  },
  {
    title: 'P9: somebody sets three numbers back after every pass',
    strike: [],
    meet: async (ground) => {
      const hand = hands((one) => (isNamed(DTU.slice(0, 3))(one) ? { set: { mobile: '+4531000000' } } : null));
      for (let nth = 0; nth < 4; nth += 1) {
        await hand(ground);
        await ground.sync('schedule');
        await clock(HOUR_MS, 'along')(ground);
      }
      await hand(ground);
      return ground.sync('schedule');
    },
    says: FLAPPING,
    written: { changed: 3 },
  },
];
