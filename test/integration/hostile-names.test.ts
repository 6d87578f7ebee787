/** Names full of separators, escapes, NULs and other scripts: through encoder and parser, and through a real domain controller. */
import { readFileSync } from 'node:fs';
import { AndFilter, Attribute, Client, EqualityFilter, ResultCodeError, SearchRequest } from 'ldapts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountDn, foldDn, isBelow, parentDn } from '../../src/reconcilers/directory/distinguished-name.ts';
import { type ActiveDirectoryFixture, activeDirectoryFixture } from '../support/active-directory-fixture.ts';
import { children, textOf } from '../support/ber.ts';
import { readRequest, searchOf } from '../support/directory-simulator-messages.ts';
import { UNIT } from '../support/directory-simulator-tree.ts';
import { hostileName, randomFrom } from '../support/hostile-names.ts';
import { missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import { SITE } from '../support/simulated-directory.ts';
import { dnKey, readDn } from '../support/simulated-names.ts';

/** Another seed repeats another run. */
const SEED = Number(process.env.MUSTER_NAMES_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** A million take minutes; `MUSTER_NAMES=1000000` asks for them. */
const NAMES = Number(process.env.MUSTER_NAMES ?? 20_000);
/** Milliseconds for each: forty times what it takes. */
const PATIENCE_MS = 2;

/** operationsError (Samba, of some names with a NUL), invalidAttributeSyntax, entryAlreadyExists, namingViolation, invalidDNSyntax, constraintViolation, unwilling (RFC 4511 appendix A). */
const REFUSED_NAMES: ReadonlySet<number> = new Set([1, 19, 21, 34, 53, 64, 68]);

const UNIT_FOLDED = foldDn(UNIT);
const UNIT_KEY = dnKey(UNIT);

/** What is wrong with the way of one name, or null. */
function problemOf(name: string): string | null {
  const dn = accountDn(name, UNIT);
  const request = new SearchRequest({
    messageId: 7,
    baseDN: dn,
    filter: new AndFilter({ filters: [new EqualityFilter({ attribute: 'cn', value: name })] }),
  });
  const sent = searchOf(readRequest(request.write()));
  if (sent.base !== dn) return 'the base is another one';
  const [wanted] = children(sent.filter);
  if (textOf(children(wanted)[1]) !== name || children(sent.filter).length !== 1)
    return 'the filter asks for something else';
  const [leaf] = readDn(sent.base);
  if (leaf?.length !== 1 || leaf[0]?.type !== 'CN' || leaf[0].value !== name) return 'the server reads another name';
  if (!dnKey(sent.base).startsWith(UNIT_KEY) || readDn(sent.base).length !== 4) return 'it lies elsewhere';
  const folded = foldDn(dn);
  if (!isBelow(folded, UNIT_FOLDED) || parentDn(dn) !== UNIT) return 'it is thought to lie elsewhere';
  // The other spelling that RFC 4514 section 2.4 allows: every byte as a hex pair.
  const pairs = Buffer.from(name).toString('hex').replaceAll(/../g, '\\$&');
  return foldDn(`cn=${pairs},${UNIT}`) === folded ? null : 'its other spelling is thought to be another name';
}

describe('D13: names', () => {
  test(
    `D13: ${NAMES} random ones come through encoder and parser as they were (seed ${SEED})`,
    () => {
      const random = randomFrom(SEED);
      for (let count = 0; count < NAMES; count += 1) {
        const name = hostileName(random);
        const problem = problemOf(name);
        if (problem !== null) throw new Error(`Seed ${SEED}, name ${count} (${JSON.stringify(name)}): ${problem}.`);
      }
    },
    60_000 + NAMES * PATIENCE_MS,
  );
});

const missing = missingForSamba();
/** So many objects a domain controller makes in some seconds; `MUSTER_NAMES_MADE=2000` asks for more. */
const MADE = Number(process.env.MUSTER_NAMES_MADE ?? 400);
const IN_FLIGHT = 8;
/**
 * Samba 4.17 cuts such a name off before its last space and one more character, whoever writes it (`z ,` becomes nothing at all); given the comma as
 * a hex pair it takes the name, but then cannot read its own object again. So nobody can have one there.
 */
const CUT_SHORT_BY_SAMBA = / ,+$/;

describe.skipIf(missing.length > 0)('D13: names on a real domain controller', () => {
  let dc: SambaDc;
  let fixture: ActiveDirectoryFixture;
  let admin: Client;
  beforeAll(async () => {
    dc = await startSamba();
    fixture = await activeDirectoryFixture(dc);
    admin = new Client({ url: dc.ldapsUrl, tlsOptions: { ca: readFileSync(dc.caFile) } });
    await admin.bind(dc.adminUser, dc.adminPassword);
  });
  afterAll(async () => {
    await admin?.unbind();
    await fixture?.stop();
  });

  /** Makes an object of that name. @returns whether the server took the name. */
  const make = async (name: string, username: string): Promise<boolean> => {
    const attributes = { objectClass: ['user'], sAMAccountName: [username], userAccountControl: ['512'] };
    const list = Object.entries(attributes).map(([type, values]) => new Attribute({ type, values }));
    try {
      await admin.add(accountDn(name, dc.researchersOu), list);
      return true;
    } catch (error) {
      // Names that the server itself has no room for; nothing may be there under another one.
      if (error instanceof ResultCodeError && REFUSED_NAMES.has(error.code)) return false;
      throw error;
    }
  };

  test(`D13: ${MADE} random ones are found by name, by filter and by GUID, changed, and come back (seed ${SEED})`, async () => {
    const random = randomFrom(SEED);
    const names = new Map<string, string>();
    const folded = new Set<string>();
    while (names.size < MADE) {
      const name = hostileName(random);
      if (CUT_SHORT_BY_SAMBA.test(name)) continue;
      const key = foldDn(accountDn(name, UNIT)).normalize('NFKC').replaceAll(/\s+/g, ' ');
      if (!folded.has(key)) names.set(`hostile${names.size}`, name);
      folded.add(key);
    }
    const refused = new Map<string, string>();
    await each([...names], async ([username, name]) => {
      if (!(await make(name, username))) refused.set(username, name);
    });
    for (const username of refused.keys()) names.delete(username);
    // What the server has no room for: NUL at certain places, and names that it takes for equal to one that is there.
    expect(refused.size).toBeLessThan(MADE / 10);

    const connection = await fixture.connect({ ...SITE, read: [dc.researchersOu] });
    const { reader, writer } = connection;
    const { accounts } = await reader.readAll(new Set());
    expect(accounts).toHaveLength(names.size);
    await each(accounts, async ({ guid, dn, raw, username }) => {
      const name = names.get(username) ?? '';
      expect(foldDn(dn), JSON.stringify(name)).toBe(foldDn(accountDn(name, dc.researchersOu)));
      const filter = new EqualityFilter({ attribute: 'cn', value: name });
      const byName = await admin.search(accountDn(name, dc.researchersOu), {
        scope: 'base',
        filter,
        attributes: ['sAMAccountName'],
      });
      expect(
        byName.searchEntries.map(({ sAMAccountName }) => sAMAccountName),
        JSON.stringify(name),
      ).toEqual([username]);
      await writer.modify({ guid, dn, raw, set: { mobile: `+45${username.slice(7)}` } });
    });
    const byGuid = await reader.find({ guids: accounts.map(({ guid }) => guid) });
    const byUsername = await reader.find({ usernames: [...names.keys()] });
    for (const found of [byGuid, byUsername]) {
      expect(found).toHaveLength(names.size);
      for (const { username, attributes, managed } of found) {
        expect([attributes.mobile, managed]).toEqual([`+45${username.slice(7)}`, true]);
      }
    }
    await connection.close();
  });
});

/** Runs `work` on every item, some at a time. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}
