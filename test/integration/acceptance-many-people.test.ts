/** Many people, from Git to a real domain controller and back: created, changed, blocked, lifted, closed, among as many accounts of others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differing, everythingBut, writesDuring } from '../support/account-dumps.ts';
import {
  blocks,
  daysFromToday,
  type Files,
  institution,
  type PersonFields,
  people,
  person,
} from '../support/desired-state.ts';
import { addUsers, dump, highestCommittedUsn, modify, type TestUser } from '../support/directory-contents.ts';
import { figure } from '../support/figures.ts';
import { missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import {
  approveAll,
  change,
  makeSite,
  outcomeOf,
  plan,
  sealedPasswords,
  sync,
  type TestSite,
} from '../support/site.ts';

/** `MUSTER_PEOPLE=1000` asks for more: a password costs the controller 40 ms, every other write 10. */
const COUNT = Number(process.env.MUSTER_PEOPLE ?? 100);
const OTHERS = COUNT;
const USERNAMES = Array.from({ length: COUNT }, (_, n) => `p${String(n).padStart(4, '0')}`);
const BY_HAND = 'p0007';
/** For a thousand of them, a hundred seconds on two idle cores. */
const PATIENCE_MS = 900_000;

const missing = missingForSamba();

describe.skipIf(missing.length > 0)(`${COUNT} people on a real domain controller`, () => {
  let dc: SambaDc;
  let site: TestSite;
  beforeAll(async () => {
    dc = await startSamba();
    await addUsers(dc, othersIn(dc));
    site = await makeSite(dc);
  });
  afterAll(async () => {
    await site?.remove();
    await dc?.stop();
  });

  test('are created, changed, blocked by institution, lifted and closed, and nobody else is touched', {
    timeout: PATIENCE_MS,
  }, async () => {
    const before = await everythingBut(dc, isOurs);
    expect(before.size).toBeGreaterThan(OTHERS);

    await change(site, { ...institution('cbs', 'CBS'), ...people(USERNAMES) }, 'Many people');
    await throughApproval('created', { create: COUNT });
    expect(await count('(userAccountControl=512)')).toBe(COUNT);
    const sealed = await sealedPasswords(site);
    expect(sealed.filter(({ state, password }) => state === 'ready' && password !== '').length).toBe(COUNT);

    await change(site, institution('cbs', 'Copenhagen Business School'), 'A new name');
    await throughApproval('given the new name of their institution', { update: COUNT });
    expect(await count('(company=Copenhagen Business School)')).toBe(COUNT);

    await change(site, fivePhones({}), 'Five new numbers');
    await atOnce('given new phone numbers', { update: 5 });
    expect(await count('(mobile=+452099999*)')).toBe(5);

    const block = { target: 'cbs', from: daysFromToday(-3) };
    await change(site, blocks('institution', [block]), 'Block CBS');
    await atOnce('blocked by their institution', { disable: COUNT });
    expect(await count('(userAccountControl=514)')).toBe(COUNT);

    await change(site, blocks('institution', [{ ...block, lifted: daysFromToday(-1) }]), 'Lift the block');
    await atOnce('given back', { enable: COUNT });
    expect(await count('(userAccountControl=512)')).toBe(COUNT);

    await stayDisabledByHand();

    await change(site, { ...people(USERNAMES, { state: 'closed' }), ...fivePhones({ state: 'closed' }) }, 'All closed');
    await throughApproval('closed', { disable: COUNT - 1 });
    expect(await count('(userAccountControl=514)')).toBe(COUNT);

    expect(differing(before, await everythingBut(dc, isOurs))).toEqual([]);
    figure(`${before.size} other objects, ${OTHERS} of them accounts in the same units: unchanged to the byte`);
  });

  /** Everything is held, whole, without a write; approved by its digest, all of it goes, and then there is nothing to do. */
  async function throughApproval(what: string, kinds: Readonly<Record<string, number>>): Promise<void> {
    const before = await highestCommittedUsn(dc);
    const held = await sync(site);
    expect(await highestCommittedUsn(dc)).toBe(before);
    const { applied, held: waiting, exit } = outcomeOf(held);
    expect({ applied, waiting: Object.values(waiting), exit }).toEqual({
      applied: {},
      waiting: Object.values(kinds),
      exit: 2,
    });
    await approveAll(site, held);
    await atOnce(what, kinds);
  }

  async function atOnce(what: string, kinds: Readonly<Record<string, number>>): Promise<void> {
    const begin = performance.now();
    const done = await sync(site);
    const seconds = (performance.now() - begin) / 1000;
    expect(outcomeOf(done)).toEqual({ applied: kinds, held: {}, exit: 0 });
    await nothingToDo();
    figure(`${what}: ${JSON.stringify(kinds)} in ${seconds.toFixed(1)} s`);
  }

  async function nothingToDo(): Promise<void> {
    const next = await plan(site);
    expect(next.plan.changes).toEqual([]);
    expect(next.plan.notices.filter(({ kind }) => kind !== 'disabled-by-hand')).toEqual([]);
    expect(await writesDuring(dc, () => sync(site))).toBe(0);
  }

  async function stayDisabledByHand(): Promise<void> {
    const dn = `CN=${BY_HAND},OU=CBS,${dc.researchersOu}`;
    await modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n`);
    const asLeft = await dump(dc, dn);
    for (let pass = 1; pass <= 10; pass += 1) {
      expect(
        await writesDuring(dc, async () => {
          const { plan: planned } = await sync(site);
          expect(planned.notices.map(({ kind, person: who }) => `${kind}: ${who}`)).toEqual([
            `disabled-by-hand: Anna Jensen (${BY_HAND})`,
          ]);
        }),
      ).toBe(0);
    }
    expect(await dump(dc, dn)).toEqual(asLeft);
    figure('an account disabled by hand stayed so over ten passes');
  }

  async function count(filter: string): Promise<number> {
    const found = await dump(dc, dc.researchersOu, filter, ['cn']);
    return [...found.keys()].filter(isOurs).length;
  }
});

function isOurs(dn: string): boolean {
  return /^CN=p\d{4},/.test(dn);
}

function fivePhones(fields: PersonFields): Files {
  const changed = USERNAMES.slice(0, 5).map((username, n) =>
    person(username, { ...fields, phone: `+45 20 99 99 9${n}` }),
  );
  return Object.assign({}, ...changed);
}

/** In the same units: unmarked, marked by another instance or another tool, some disabled, names that begin like ours. */
function othersIn(dc: SambaDc): readonly TestUser[] {
  const marks = [null, 'muster:other-site:somebody:1', 'Imported by HR 2019', null, 'muster:research-service:'];
  return Array.from({ length: OTHERS }, (_, n) => {
    const mark = marks[n % marks.length] ?? null;
    return {
      name: `p${String(n).padStart(4, '0')}${n % 2 === 0 ? '.old' : '-adm'}`,
      parent: n % 4 === 3 ? dc.researchersOu : `OU=${n % 2 === 0 ? 'CBS' : 'DTU'},${dc.researchersOu}`,
      disabled: n % 3 === 0,
      attributes: {
        displayName: 'Somebody Else',
        company: 'CBS',
        ...(mark === null ? {} : { adminDescription: mark }),
      },
    };
  });
}
