/** Catastrophes at the limits: each class over each of its limits, limits raised by those whom they guard, and limits of odd values. */
import type { ChangeClass } from '../../src/core/change.ts';
import type { Limits } from '../../src/core/limits.ts';
import { type Catastrophe, edited, files } from '../support/catastrophe.ts';
import { blocks, type Files, people } from '../support/desired-state.ts';
import { BLOCKED, CBS, type Ground } from '../support/ground.ts';

type Class = Exclude<ChangeClass, 'adopt' | 'due' | 'enable'>;

/** People without dates, one file each. */
const PLAIN = CBS.slice(6, 19);
const NEW = Array.from({ length: 20 }, (_, nth) => `n${String(nth).padStart(2, '0')}`);

/** Files that make changes of one class alone, for so many people. */
const CHANGE: Readonly<Record<Class, (count: number, ground: Ground) => Files>> = {
  phone: (count) => people(PLAIN.slice(0, count), { phone: '+45 28 00 00 00' }),
  update: (count) => people(PLAIN.slice(0, count), { given: 'Ida' }),
  create: (count) => people(NEW.slice(0, count)),
  disable: (count, { day }) => people(PLAIN.slice(0, count), { starts: day(300) }),
  block: (count) => people(PLAIN.slice(0, count), { state: 'closed' }),
  lift: (count, { day }) =>
    blocks(
      'user',
      BLOCKED.map((target, nth) => ({ target, from: day(-5), ...(nth < count ? { lifted: day(0) } : {}) })),
    ),
};
/** What puts back those of them who were changed all the same. */
const UNDO: Partial<Record<Class, NonNullable<Catastrophe['undo']>>> = {
  disable: [edited(/^users\/cbs/, (text) => (text.includes('starts: ') ? text : `${text}starts: none\n`))],
  lift: [
    files(({ day, healthy }: Ground) => {
      const list = healthy['blocked-users.yaml'] ?? '';
      const anew = blocks(
        'user',
        BLOCKED.map((target) => ({ target, from: day(0) })),
      )['blocked-users.yaml'];
      return { 'blocked-users.yaml': list.replaceAll(/^( {2}from: .*)$/gm, `$1\n  lifted: ${day(0)}`) + (anew ?? '') };
    }),
  ],
};
const CLASSES: readonly Class[] = ['phone', 'update', 'create', 'disable', 'block', 'lift'];
/** What the first of two runs writes. */
const WRITES = {
  phone: 'changed',
  update: 'changed',
  create: 'created',
  disable: 'disabled',
  block: 'disabled',
  lift: 'enabled',
} as const;

function limitsOf(name: Class, limit: object): Partial<Limits> {
  const none = { people: 1000, perDay: 1000, institutions: 1000, institutionPeople: 1000 };
  const open: Partial<Record<Class | 'enable', object>> = Object.fromEntries(
    [...CLASSES, 'enable'].map((one) => [one, none]),
  );
  // One class is limited, so that no other one holds its changes first.
  return { ...open, [name]: { ...none, ...limit } } as Partial<Limits>;
}

const overPeople = CLASSES.map(
  (name): Catastrophe => ({
    title: `P1: "${name}": four people, where three may be in one run`,
    options: { limits: limitsOf(name, { people: 3 }) },
    strike: [files((ground) => CHANGE[name](4, ground))],
    says: `4 people in one run; the limit of "${name}" is 3.`,
    ...(UNDO[name] === undefined ? {} : { undo: UNDO[name] }),
  }),
);

const overPercent = (['phone', 'update', 'create', 'disable'] as const).map(
  (name): Catastrophe => ({
    title: `P1: "${name}": seven people of sixty, where ten percent may be`,
    options: { limits: limitsOf(name, { percent: 10 }) },
    strike: [files((ground) => CHANGE[name](7, ground))],
    says: `7 people of 60 accounts; the limit of "${name}" is 10 %.`,
    ...(UNDO[name] === undefined ? {} : { undo: UNDO[name] }),
  }),
);

/** Accounts stay once they are made. */
const made = { undo: { never: 'three accounts were made' } };

const overDay = CLASSES.map(
  (name): Catastrophe => ({
    title: `P2: "${name}": three people in each of two runs, where five may be in a day`,
    options: { limits: limitsOf(name, { people: 3, perDay: 5 }) },
    strike: [],
    meet: async (ground) => {
      await ground.declare(CHANGE[name](3, ground));
      await ground.sync();
      await ground.declare(CHANGE[name](6, ground));
      return ground.sync();
    },
    says: `3 people now, 6 people within 24 hours; the limit of "${name}" is 5 a day.`,
    written: { [WRITES[name]]: 3 },
    ...(name === 'create' ? made : UNDO[name] === undefined ? {} : { undo: UNDO[name] }),
  }),
);

/** Limits as somebody might write them into the repository. */
const RAISED = 'limits:\n  always: 100000\n  phone: { people: 100000, percent: 100, perDay: 100000 }\n';
const newPhones = edited(/^users\//, (text) => text.replaceAll('+45 26', '+45 28'));
const PHONES_HELD = '60 people in one run; the limit of "phone" is 5.';

const raised: readonly (readonly [where: string, files: Files, says?: string])[] = [
  ['limits.yaml', { 'limits.yaml': RAISED }, PHONES_HELD],
  ['config/muster.yaml', { 'config/muster.yaml': RAISED }, PHONES_HELD],
  ['.muster/limits.yaml', { '.muster/limits.yaml': RAISED }, PHONES_HELD],
  ['muster.limits.yaml', { 'muster.limits.yaml': RAISED }, PHONES_HELD],
  ['a file of an institution', { 'institutions/limits.yaml': RAISED }, PHONES_HELD],
  [
    'muster.yaml',
    { 'muster.yaml': `format: 1\ninstance: research-service\n${RAISED}` },
    'There is no field `limits` here.',
  ],
];

const ODD: readonly (readonly [words: string, limits: Partial<Limits>, says: string])[] = [
  ['nobody in a run', { phone: { people: 0 } }, '60 people in one run; the limit of "phone" is 0.'],
  [
    'no percentage at all, and always nobody',
    { always: 0, phone: { percent: 0 } },
    '60 people of 60 accounts; the limit of "phone" is 0 %.',
  ],
  [
    'nobody in a day',
    { phone: { perDay: 0 } },
    '60 people now, 60 people within 24 hours; the limit of "phone" is 0 a day.',
  ],
  [
    'more always than in one run',
    { always: 1000, phone: { people: 5, percent: 10 } },
    '60 people in one run; the limit of "phone" is 5.',
  ],
  [
    'less in a day than in one run',
    { phone: { people: 1000, perDay: 59 } },
    '60 people now, 60 people within 24 hours; the limit of "phone" is 59 a day.',
  ],
  ['a part of one percent', { phone: { percent: 0.5 } }, '60 people of 60 accounts; the limit of "phone" is 0.5 %.'],
  ['just less than all', { phone: { people: 59 } }, '60 people in one run; the limit of "phone" is 59.'],
  [
    'just less than a hundred percent',
    { phone: { percent: 99.9 } },
    '60 people of 60 accounts; the limit of "phone" is 99.9 %.',
  ],
];

const NO_BLOCKS = { people: 0, perDay: 0, institutions: 0, institutionPeople: 0 };

export const LIMIT_ROWS: readonly Catastrophe[] = [
  ...overPeople,
  ...overPercent,
  ...overDay,
  ...raised.map(
    ([where, added, says = '']): Catastrophe => ({
      title: `P5: everybody gets another number, and ${where} in the repository raises the limits`,
      strike: [files(added), newPhones],
      says,
    }),
  ),
  {
    title: 'P5: everybody is closed, and every entry raises the limits for itself',
    strike: [edited(/^users\//, (text) => text.replaceAll(/^( *)state: active$/gm, '$1state: closed\n$1limits: none'))],
    says: 'There is no field `limits` here.',
  },
  ...ODD.map(
    ([words, limits, says]): Catastrophe => ({
      title: `P1: everybody gets another number, where the limit is ${words}`,
      options: { limits },
      strike: [newPhones],
      says,
    }),
  ),
  {
    title: 'P1: one person is closed, where nobody may be blocked',
    options: { limits: { block: NO_BLOCKS } },
    strike: [files(people(PLAIN.slice(0, 1), { state: 'closed' }))],
    says: '1 person in one run; the limit of "block" is 0.',
  },
  {
    title: 'P1: one institution’s block is lifted, where none may be',
    options: { limits: { lift: NO_BLOCKS } },
    strike: [files(({ day }) => blocks('institution', [{ target: 'kea', from: day(-5), lifted: day(0) }]))],
    says: '1 institutions within 24 hours; the limit of "lift" is 0.',
    undo: { never: 'a block that was lifted stays so' },
  },
];
