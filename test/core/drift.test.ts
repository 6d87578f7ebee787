/** What a pass finds out about values that were changed by hand, and what it advises. */
import { describe, expect, test } from 'vitest';
import { withHandChanges } from '../../src/core/drift.ts';
import type { LastChange } from '../../src/core/hand-change.ts';
import type { Entry, User } from '../../src/model/document.ts';
import { desired, diffOf, found, NOW, row, TRAITS } from '../support/reconciliation.ts';

const CHANGED: LastChange = { at: NOW, server: 'DC2' };

/** One person whose account was changed by hand in this attribute, with that attribute only reported. */
function drifted(key: string, attribute: string, value: string | null) {
  const wanted = desired(key);
  const person = { ...wanted.person, label: `Anna Jensen (${key})` };
  const traits = { ...TRAITS, drift: () => 'report' as const };
  return diffOf([{ ...wanted, person }], [found(key, { attributes: { [attribute]: value } })], [row(key)], { traits });
}

function modelWith(key: string, fields: Record<string, number>) {
  const document: User = {
    ...{ username: key, name: { given: 'Anna', family: 'Jensen' }, email: `${key}@example.org`, phone: '+4520123456' },
    ...{ institution: 'cbs', state: 'active' as const, starts: null, ends: null },
  };
  const entry = {
    kind: 'user',
    key,
    document,
    origin: { file: `users/${key}.yaml`, line: 10 },
    fields,
  } as unknown as Entry<User>;
  return { users: new Map([[key, entry]]) } as unknown as Parameters<typeof withHandChanges>[2];
}

const BLOCK = { name: 1, 'name.given': 2, 'name.family': 3, email: 4, phone: 5 };
const FLOW = { name: 1, 'name.given': 1, 'name.family': 1, email: 2, phone: 3 };

async function editOf(attribute: string, value: string | null, fields: Record<string, number> = BLOCK) {
  const told = await withHandChanges(drifted('anna', attribute, value), {}, modelWith('anna', fields), TRAITS);
  const edit = told.notices[0]?.drift?.edit;
  return edit === undefined ? null : `${edit.origin.line}: ${edit.lines}`;
}

describe('what to write to keep a value', () => {
  test.each([
    ['mobile', '+4520999999', BLOCK, '15: phone: "+4520999999"'],
    ['mobile', '+4520999999', FLOW, '13: phone: "+4520999999"'],
  ])('%s %s', async (attribute, value, fields, expected) => {
    expect(await editOf(attribute, value, fields)).toBe(expected);
  });

  test.each([
    ['a number that the rules refuse', 'mobile', '12'],
    ['nothing, where the repository must say something', 'mobile', null],
    ['a value that several fields make up', 'displayName', 'Anna Holm'],
    ["the institution's name, which is everybody's", 'company', 'Copenhagen Business School'],
  ])('is not said of %s', async (_what, attribute, value) => {
    expect(await editOf(attribute, value)).toBeNull();
  });
});

describe('when and where', () => {
  const reader = (answers: (handle: string) => Promise<ReadonlyMap<string, LastChange>>) => {
    const asked: string[] = [];
    const lastChanges = (handle: string) => {
      asked.push(handle);
      return answers(handle);
    };
    return { asked, lastChanges };
  };
  const knows = () =>
    Promise.resolve(
      new Map([
        ['mobile', CHANGED],
        ['displayName', CHANGED],
      ]),
    );

  test('is told of what is put back, and of what is only reported', async () => {
    const put = diffOf([desired('anna')], [found('anna', { attributes: { displayName: 'Other' } })], [row('anna')]);
    const told = await withHandChanges(put, reader(knows), modelWith('anna', BLOCK), TRAITS);
    expect(told.changes[0]?.cause.byHand).toEqual([{ attribute: 'displayName', changed: CHANGED }]);
    const reported = await withHandChanges(
      drifted('anna', 'mobile', '+4520999999'),
      reader(knows),
      modelWith('anna', BLOCK),
      TRAITS,
    );
    expect(reported.notices[0]?.drift?.changed).toEqual(CHANGED);
  });

  test('is asked of nothing that did not drift', async () => {
    const declared = diffOf([desired('anna', { attributes: { displayName: 'New' } })], [found('anna')], [row('anna')]);
    const one = reader(knows);
    expect(await withHandChanges(declared, one, modelWith('anna', BLOCK), TRAITS)).toBe(declared);
    expect(one.asked).toEqual([]);
  });

  test('is asked of so many things at most, whatever a script did to everybody', async () => {
    const keys = Array.from({ length: 100 }, (_, nth) => `p${nth}`);
    const all = diffOf(
      keys.map((key) => desired(key)),
      keys.map((key) => found(key, { attributes: { displayName: 'Other' } })),
      keys.map((key) => row(key)),
    );
    const one = reader(knows);
    const told = await withHandChanges(all, one, modelWith('p0', BLOCK), TRAITS);
    expect(one.asked).toHaveLength(20);
    expect(told.changes).toHaveLength(100);
  });

  test('is left out where the server does not answer, and nothing else changes', async () => {
    const silent = reader(() => Promise.reject(new Error('gone')));
    const put = drifted('anna', 'mobile', '+4520999999');
    const told = await withHandChanges(put, silent, modelWith('anna', BLOCK), TRAITS);
    expect(told.notices[0]?.drift?.changed).toBeUndefined();
    expect(told.notices[0]?.text).toBe(put.notices[0]?.text);
  });
});
