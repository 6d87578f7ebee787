/** What was changed by hand, as replication remembers it: from a real domain controller to the plan, the pass, and why. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyOf } from '../../src/core/why.ts';
import { numberOf, stampsIn } from '../../src/reconcilers/directory/active-directory/last-changes.ts';
import type { DirectoryConnection } from '../../src/reconcilers/directory/port.ts';
import { type ActiveDirectoryFixture, activeDirectoryFixture } from '../support/active-directory-fixture.ts';
import { pageOf } from '../support/catastrophe.ts';
import { institution, person } from '../support/desired-state.ts';
import { modify } from '../support/directory-contents.ts';
import { missingForSamba, startSamba } from '../support/samba.ts';
import { change, onFreshSite, onSite, plan, sync } from '../support/site.ts';

/** Replication remembers whole seconds. */
const SECOND_MS = 1_000;

describe.skipIf(missingForSamba().length > 0)('when and where an attribute was last changed', () => {
  let fixture: ActiveDirectoryFixture;
  let connection: DirectoryConnection;
  let guid: string;
  beforeAll(async () => {
    fixture = await activeDirectoryFixture(await startSamba());
    const { unit } = fixture;
    guid = await fixture.add('ajensen', unit, { displayName: 'Anna Jensen', mobile: '+4520123456' });
    connection = await fixture.connect({
      read: [unit],
      markAttribute: 'adminDescription',
      mappedAttributes: ['displayName', 'mobile', 'mail', 'employeeNumber', 'company'],
      protected: [],
    });
  });
  afterAll(async () => {
    await connection?.close();
    await fixture?.stop();
  });

  test('is told for each attribute by itself, with the name of the controller', async () => {
    const [, name] = /\((.+)\)/.exec(connection.reader.server) ?? [];
    const before = Math.floor((await connection.reader.now()) / SECOND_MS) * SECOND_MS;
    const first = await connection.reader.lastChanges?.(guid, ['mobile', 'displayName', 'mail']);
    expect(new Set(first?.keys())).toEqual(new Set(['displayName', 'mobile']));
    await new Promise((resolve) => setTimeout(resolve, 2 * SECOND_MS));
    await fixture.set(guid, 'mobile', '+4520999999');
    const now = await connection.reader.lastChanges?.(guid, ['mobile', 'displayName']);
    expect(now?.get('displayName')).toEqual(first?.get('displayName'));
    expect(now?.get('mobile')?.server).toBe(name);
    expect(now?.get('mobile')?.at).toBeGreaterThan(before);
    expect(now?.get('mobile')?.at).toBeLessThanOrEqual(await connection.reader.now());
  });

  test('is told of attributes from every part of the schema', async () => {
    const values = {
      mail: 'ajensen@example.org',
      employeeNumber: '17',
      employeeID: '18',
      company: 'CBS',
      title: 'Researcher',
      departmentNumber: '19',
      accountExpires: '134000000000000000',
    };
    for (const [name, value] of Object.entries(values)) await fixture.set(guid, name, value);
    const known = await connection.reader.lastChanges?.(guid, Object.keys(values));
    expect(new Set(known?.keys())).toEqual(new Set(Object.keys(values)));
  });

  test('is not told of what is not in the schema, nor of an account that is not there', async () => {
    expect(await connection.reader.lastChanges?.(guid, ['noSuchAttribute'])).toEqual(new Map());
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect(await connection.reader.lastChanges?.(nobody, ['mobile'])).toEqual(new Map());
  });

  test('is asked for without a write', async () => {
    const before = await fixture.lastWrite();
    await connection.reader.lastChanges?.(guid, ['mobile', 'mail']);
    expect(await fixture.lastWrite()).toEqual(before);
  });
});

describe.skipIf(missingForSamba().length > 0)('a value that somebody changed by hand', () => {
  const accounts = '      drift: { mobile: report, mail: revert }\n';

  test('is a question where it is only reported, and told of where it is put back, in plan, pass and why', () =>
    onFreshSite({ accounts }, async (site, dc) => {
      await change(site, { ...institution('cbs', 'CBS'), ...person('ajensen') }, 'Begin');
      await sync(site);
      const dn = `CN=ajensen,OU=CBS,${dc.researchersOu}`;
      await modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: mobile\nmobile: +4520999999\n-\n`);
      await modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: mail\nmail: other@example.org\n-\n`);
      const planned = await plan(site);
      const notice = planned.plan.notices.find(({ kind }) => kind === 'drift');
      expect(notice?.drift).toMatchObject({
        attribute: 'mobile',
        found: '+4520999999',
        changed: { server: expect.stringMatching(/^DC/i) },
        edit: { origin: { file: 'users/cbs/ajensen.yaml', line: 4 }, lines: 'phone: "+4520999999"' },
      });
      const shown = pageOf(planned);
      expect(shown).toMatch(/phone number \(mobile\) was changed by hand on DC\S* at \d{4}-\d\d-\d\d/i);
      expect(shown).toContain('To keep it, write in users/cbs/ajensen.yaml:4 instead: phone: "+4520999999"');
      expect(shown).toMatch(/e-mail \(mail\) was changed by hand on DC/i);
      const done = await sync(site);
      expect(done.applied.map(({ change: { cause } }) => cause.byHand?.map(({ attribute }) => attribute))).toEqual([
        ['mail'],
      ]);
      const answer = await onSite(site, ({ parts }) => whyOf(parts, null, 'ajensen'));
      expect(answer.drifted?.map(({ drift }) => drift?.attribute)).toEqual(['mobile']);
      expect(answer.history[0]?.byHand?.[0]).toMatchObject({
        attribute: 'mail',
        changed: { server: expect.any(String) },
      });
      // What the question advises settles it.
      await change(site, { 'users/cbs/ajensen.yaml': textWith('phone: "+4520999999"') }, 'Keep the new number');
      expect((await plan(site)).plan).toMatchObject({ changes: [], notices: [] });
    }));
});

function textWith(line: string): string {
  const text = person('ajensen')['users/cbs/ajensen.yaml'] ?? '';
  return text.replace(/^phone: .*$/m, line);
}

describe('what replication remembers, as bytes', () => {
  const entry = (id: number, seconds: bigint) => {
    const bytes = Buffer.alloc(48);
    bytes.writeUInt32LE(id, 0);
    bytes.writeBigUInt64LE(seconds, 8);
    return bytes;
  };
  const blob = (version: number, count: number, ...entries: readonly Buffer[]) => {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(version, 0);
    head.writeUInt32LE(count, 8);
    return Buffer.concat([head, ...entries]);
  };
  const NEW_YEAR_2026 = BigInt(Date.UTC(2026, 0, 1) / 1000) + 11_644_473_600n;

  test('gives moment and origin by attribute', () => {
    const stamps = stampsIn(blob(1, 2, entry(13, NEW_YEAR_2026), entry(0x90092, NEW_YEAR_2026)));
    expect([...stamps.keys()]).toEqual([13, 0x90092]);
    expect(stamps.get(13)?.at).toBe(Date.UTC(2026, 0, 1));
  });

  test.each([
    ['of another version', blob(2, 1, entry(13, NEW_YEAR_2026)), 0],
    ['empty', Buffer.alloc(0), 0],
    ['cut off in its head', Buffer.alloc(15, 1), 0],
    ['cut off in its second entry', blob(1, 2, entry(13, NEW_YEAR_2026), Buffer.alloc(47)), 1],
    ['with a count beyond all bounds', blob(1, 0xffffffff, entry(13, NEW_YEAR_2026)), 1],
  ])('is not taken for more than it is where it is %s', (_what, bytes, known) => {
    expect(stampsIn(bytes).size).toBe(known);
  });

  test.each([
    ['2.5.4.13', 13],
    ['1.2.840.113556.1.4.159', 0x9009f],
    ['0.9.2342.19200300.100.1.41', 0x150029],
    ['1.3.6.1.4.1.99999.7.1', null],
    ['', null],
  ])('numbers %s', (identifier, number) => {
    expect(numberOf(identifier)).toBe(number);
  });
});
