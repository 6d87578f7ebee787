/** Random repositories for properties of the model: people, institutions, blocks and orders, with what was taken in before. */
import fc from 'fast-check';
import type { AnyEntry } from '../../src/model/document.ts';
import type { OperatorBlock } from '../../src/model/model.ts';
import {
  afterPass,
  block,
  institution,
  operatorBlock,
  repository,
  startsAt,
  user,
  type Valid,
  type Written,
} from './model-builder.ts';

const DAYS = [
  '2026-01-01',
  '2026-03-29',
  '2026-03-30',
  '2026-06-14',
  '2026-06-15',
  '2026-06-16',
  '2026-10-25',
  '2027-01-01',
];
export const MOMENTS = DAYS.flatMap((day) => [startsAt(day) - 1, startsAt(day)]);
const INSTITUTIONS = ['a', 'b', 'c', 'd'];
const PEOPLE = ['anna', 'bo', 'carl'];

const dayOrNot = fc.option(fc.constantFrom(...DAYS), { freq: 1 });
export const moment = fc.constantFrom(...MOMENTS);

/** Sometimes of an institution that nobody declares, sometimes in other capitals. */
const anyUser: fc.Arbitrary<Valid> = fc
  .record({
    username: fc.constantFrom(...PEOPLE, 'Anna'),
    institution: fc.constantFrom(...INSTITUTIONS, 'nowhere'),
    state: fc.constantFrom('active' as const, 'active' as const, 'closed' as const),
    starts: dayOrNot,
    ends: dayOrNot,
    none: fc.subarray(['starts', 'ends']),
  })
  .map(({ username, none, ...fields }) => user(username, fields, none));

const anyInstitution: fc.Arbitrary<Valid> = fc
  .tuple(
    fc.constantFrom(...INSTITUTIONS),
    fc.option(fc.constantFrom(...INSTITUTIONS, 'nowhere')),
    fc.subarray(['partOf']),
  )
  .map(([id, partOf, none]) => institution(id, partOf === id ? null : partOf, none));

export function anyBlock(kind: 'blocked-user' | 'blocked-institution' | 'mail-block'): fc.Arbitrary<Valid> {
  const targets = kind === 'blocked-institution' ? INSTITUTIONS : PEOPLE;
  const dates = fc.tuple(fc.constantFrom(...DAYS), dayOrNot, dayOrNot);
  return fc
    .tuple(fc.constantFrom(...targets), dates, fc.subarray(['until', 'lifted']))
    .map(([target, [from, until, lifted], none]) =>
      block(kind, target, { from, ...(until === null ? {} : { until }), ...(lifted === null ? {} : { lifted }) }, none),
    );
}

export const anyOrder: fc.Arbitrary<OperatorBlock> = fc
  .tuple(fc.boolean(), moment, fc.option(moment))
  .map(([ofUser, at, until]) => operatorBlock(ofUser ? 'user' : 'institution', ofUser ? 'anna' : 'a', at, until));

/** What stands where: two files of people, two of institutions, three lists. */
export type World = Readonly<Record<string, readonly Written[]>>;

function worldOf(unique: boolean): fc.Arbitrary<World> {
  const entries = (one: fc.Arbitrary<Valid>, maxLength: number): fc.Arbitrary<Valid[]> =>
    unique ? fc.uniqueArray(one, { maxLength, selector: ({ key }) => key }) : fc.array(one, { maxLength });
  const places = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });
  return fc
    .record({
      institutions: entries(anyInstitution, 5),
      users: entries(anyUser, 4),
      blockedUsers: entries(anyBlock('blocked-user'), 3),
      blockedInstitutions: entries(anyBlock('blocked-institution'), 3),
      mailBlocks: entries(anyBlock('mail-block'), 2),
      places,
    })
    .map(({ institutions, users, blockedUsers, blockedInstitutions, mailBlocks, places: inFirst }) => {
      const [i1, i2] = split(institutions, inFirst);
      const [u1, u2] = split(users, inFirst);
      return {
        'institutions/1.yaml': i1,
        'institutions/2.yaml': i2,
        'users/1.yaml': u1,
        'users/2.yaml': u2,
        'blocked-users.yaml': blockedUsers,
        'blocked-institutions.yaml': blockedInstitutions,
        'mail-blocks.yaml': mailBlocks,
      };
    });
}

function split(entries: readonly Valid[], inFirst: readonly boolean[]): readonly [readonly Valid[], readonly Valid[]] {
  return [entries.filter((_, nth) => inFirst[nth]), entries.filter((_, nth) => !inFirst[nth])];
}

export const anyWorld = worldOf(false);
export const worldWithoutTwins = worldOf(true);

/** A world that grew: an earlier one was taken in before, so that there is something to hold and to vanish. */
export function withHistory<T>(
  world: fc.Arbitrary<T>,
): fc.Arbitrary<{ readonly world: T; readonly remembered: readonly AnyEntry[] }> {
  const history = fc.option(worldWithoutTwins).map((before) => (before === null ? [] : afterPass(repository(before))));
  return fc.record({ world, remembered: history });
}
