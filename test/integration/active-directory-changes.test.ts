/** Readings of changes on top of a full one: what they show, what they can't show, and when everything is read again. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Reach } from '../../src/core/ports.ts';
import type {
  Account,
  DirectoryAdapter,
  DirectoryConnection,
  DirectorySite,
  Reading,
} from '../../src/reconcilers/directory/port.ts';
import { type ActiveDirectoryFixture, activeDirectoryFixture } from '../support/active-directory-fixture.ts';
import { deny } from '../support/denied-rights.ts';
import { addUsers, modify } from '../support/directory-contents.ts';
import { copyState, missingForSamba, type SambaDc, snapshotState, startSamba } from '../support/samba.ts';

const missing = missingForSamba();

describe.skipIf(missing.length > 0)('Reading the changes of a real domain controller', () => {
  let dc: SambaDc;
  let fixture: ActiveDirectoryFixture;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    dc = await startSamba();
    fixture = await activeDirectoryFixture(dc);
  });
  afterAll(() => fixture?.stop());
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const siteOf = (unit: string): DirectorySite => ({
    read: [unit],
    markAttribute: 'adminDescription',
    mappedAttributes: ['mobile', 'displayName'],
    protected: [],
  });

  let units = 0;
  /** A fresh unit with so many people `n<unit>p<number>`, and an adapter that lasts. */
  const begin = async (count: number, urls = [dc.ldapsUrl]) => {
    units += 1;
    const unit = `OU=Unit${units},${dc.researchersOu}`;
    await modify(dc, `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n`);
    const names = Array.from({ length: count }, (_, at) => `n${units}p${at}`);
    await addUsers(
      dc,
      names.map((name) => ({ name, parent: unit, attributes: { mobile: '+4520123456' } })),
    );
    return { unit, names, adapter: fixture.adapter(siteOf(unit), { urls }, { resident: true }) };
  };
  const read = async (adapter: DirectoryAdapter, reach: Reach = 'changes', known: readonly string[] = []) => {
    const connection: DirectoryConnection = await adapter.connect();
    try {
      return await connection.reader.readAll(new Set(known), new Map(), reach);
    } finally {
      await connection.close();
    }
  };
  const fresh = (unit: string) => read(fixture.adapter(siteOf(unit)), 'full');
  const phone = (dn: string, number: string) =>
    modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: mobile\nmobile: ${number}\n-\n`);
  const rename = (dn: string, name: string, parent: string) =>
    modify(dc, `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${name}\ndeleteoldrdn: 1\nnewsuperior: ${parent}\n`);
  const named = ({ accounts }: Reading, username: string) => accounts.find((one) => one.username === username);

  test('the first reading is a full one, whatever was asked for; with nothing changed at all, the next is the very same', async () => {
    const { adapter } = await begin(3);
    const first = await read(adapter);
    const second = await read(adapter);
    expect([first.reach, second.reach]).toEqual(['full', 'changes']);
    expect(second.accounts).toBe(first.accounts);
    expect(await read(adapter)).toBe(second);
    expect((await read(adapter, 'full')).reach).toBe('full');
  });

  test('an adapter that does not last reads everything each time', async () => {
    const { unit } = await begin(1);
    const adapter = fixture.adapter(siteOf(unit));
    expect([(await read(adapter)).reach, (await read(adapter)).reach]).toEqual(['full', 'full']);
  });

  test('D7: what was changed, made, renamed or moved in shows; everybody else is the same object', async () => {
    const { unit, names, adapter } = await begin(6);
    const elsewhere = `CN=late${units},OU=Elsewhere,${dc.baseDn}`;
    await addUsers(dc, [{ name: `late${units}`, parent: `OU=Elsewhere,${dc.baseDn}` }]);
    const before = await read(adapter);
    await phone(`CN=${names[0]},${unit}`, '+4520999999');
    await rename(`CN=${names[1]},${unit}`, 'CN=renamed', unit);
    await rename(elsewhere, `CN=late${units}`, unit);
    await addUsers(dc, [{ name: `new${units}`, parent: unit }]);
    const after = await read(adapter);
    expect(after).toEqual({ ...(await fresh(unit)), reach: 'changes' });
    expect(after.accounts).toHaveLength(8);
    expect(named(after, names[0] ?? '')?.attributes.mobile).toBe('+4520999999');
    for (const name of names.slice(2)) expect(named(after, name)).toBe(named(before, name));
  });

  test('D1: what was deleted or moved away shows in a full reading only', async () => {
    const { unit, names, adapter } = await begin(4);
    const before = await read(adapter);
    const guids = before.accounts.map(({ guid }) => guid);
    await modify(dc, `dn: CN=${names[0]},${unit}\nchangetype: delete\n`);
    await rename(`CN=${names[1]},${unit}`, `CN=${names[1]}`, `OU=Elsewhere,${dc.baseDn}`);
    expect((await read(adapter, 'changes', guids)).accounts).toEqual(before.accounts);
    const full = await read(adapter, 'full', guids);
    expect([full.accounts.length, full.moved.length, full.gone.length]).toEqual([2, 1, 1]);
  });

  test('D7: an account made anew under the name of a deleted one brings a full reading', async () => {
    const { unit, names, adapter } = await begin(3);
    await read(adapter);
    await modify(dc, `dn: CN=${names[0]},${unit}\nchangetype: delete\n`);
    await addUsers(dc, [{ name: names[0] ?? '', parent: unit }]);
    expect(await read(adapter)).toEqual(await fresh(unit));
  });

  test('D7: a unit in it that was renamed brings a full reading: its accounts have changed without a change of their own', async () => {
    const { unit, adapter } = await begin(1);
    const inner = `OU=Inner,${unit}`;
    await modify(dc, `dn: ${inner}\nchangetype: add\nobjectClass: organizationalUnit\n`);
    await addUsers(dc, [{ name: `in${units}`, parent: inner }]);
    await read(adapter);
    await rename(inner, 'OU=Renamed', unit);
    const after = await read(adapter);
    expect(after.reach).toBe('full');
    expect(named(after, `in${units}`)?.dn).toBe(`CN=in${units},OU=Renamed,${unit}`);
  });

  test('D1: rights that were taken away from a unit change that unit: everything is read, and not proven', async () => {
    const { unit, adapter } = await begin(3);
    const { accounts } = await read(adapter);
    const known = accounts.map(({ guid }) => guid);
    ends.push(await deny(dc, unit, 'LC'));
    await expect(read(adapter, 'changes', known)).rejects.toThrow('does not count');
  });

  test('D6: a server that was set back, and one with another life, are read in full', async () => {
    const { adapter, names, unit } = await begin(2);
    await read(adapter);
    const snapshot = await snapshotState(dc);
    ends.push(snapshot.remove);
    await phone(`CN=${names[0]},${unit}`, '+4520999999');
    await read(adapter);
    await dc.rollBackTo(snapshot);
    const back = await read(adapter);
    expect(back).toEqual(await fresh(unit));
    expect(named(back, names[0] ?? '')?.attributes.mobile).toBe('+4520123456');
    expect((await read(adapter)).reach).toBe('changes');
    await dc.beginAnotherLife();
    expect((await read(adapter)).reach).toBe('full');
  });

  test('D5: another server has another counter, and is read in full', async () => {
    const other = await copyState(dc);
    ends.push(() => other.stop());
    await other.beginAnotherLife();
    const { adapter, unit } = await begin(2, [dc.ldapsUrl, other.ldapsUrl]);
    await modify(other, `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n`);
    await read(adapter);
    expect((await read(adapter)).reach).toBe('changes');
    await dc.kill();
    const there = await read(adapter);
    await dc.restart();
    expect([there.reach, there.accounts.length]).toEqual(['full', 0]);
    expect((await read(adapter)).reach).toBe('full');
  });

  test('after random work of another client, full readings and readings of changes agree about everybody who is still there', async () => {
    const { unit, adapter } = await begin(12);
    const inner = `OU=Inner,${unit}`;
    await modify(dc, `dn: ${inner}\nchangetype: add\nobjectClass: organizationalUnit\n`);
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = generator(seed);
    for (let round = 0; round < 8; round += 1) {
      for (let work = 0; work < 3; work += 1) await disturb(dc, unit, inner, random, `x${units}r${round}w${work}`);
      const changes = await read(adapter);
      const full = await fresh(unit);
      const there = new Set(full.accounts.map(({ guid }) => guid));
      const stillThere = changes.accounts.filter(({ guid }) => there.has(guid));
      expect(stillThere, `seed ${seed}, round ${round}`).toEqual(full.accounts);
    }
  });

  /** One thing that an administrator does. */
  async function disturb(on: SambaDc, unit: string, inner: string, random: (below: number) => number, name: string) {
    const { accounts } = await fresh(unit);
    const one: Account | undefined = accounts[random(accounts.length)];
    if (one === undefined) return;
    const rdn = one.dn.slice(0, one.dn.indexOf(','));
    const work = [
      () => phone(one.dn, `+45209999${10 + random(90)}`),
      () => rename(one.dn, `CN=${name}`, unit),
      () => rename(one.dn, rdn, one.dn.endsWith(inner) ? unit : inner),
      () => rename(one.dn, rdn, `OU=Elsewhere,${on.baseDn}`),
      () => modify(on, `dn: ${one.dn}\nchangetype: delete\n`),
      () => addUsers(on, [{ name, parent: random(2) === 0 ? unit : inner }]),
      () => addUsers(on, [{ name, parent: unit, disabled: true }]),
    ];
    await work[random(work.length)]?.();
  }
});

/** A small generator (Numerical Recipes' constants), so that a failure can be played again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
