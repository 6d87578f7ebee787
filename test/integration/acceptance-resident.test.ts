/** A process that stays: its passes read what changed, and read everything before anything is taken. */
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { pass } from '../../src/core/pass.ts';
import type { Reach } from '../../src/core/ports.ts';
import { wire } from '../../src/wiring.ts';
import { writesDuring } from '../support/account-dumps.ts';
import { deny } from '../support/denied-rights.ts';
import { daysFromToday, institution, people, person } from '../support/desired-state.ts';
import { modify, valuesOf } from '../support/directory-contents.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import { change, onFreshSite, outcomeOf, type TestSite } from '../support/site.ts';
import { watched } from '../support/watched-readings.ts';

const PEOPLE = Array.from({ length: 8 }, (_, n) => `cbs${n + 1}`);
const missing = missingForSamba();

describe.skipIf(missing.length > 0)('A process that stays', () => {
  test('reads changes alone while nothing is to be done, and writes what little there is to write on them', () =>
    onStaying(async ({ site, dc, sync }) => {
      expect(await sync()).toMatchObject({ read: ['changes'], applied: {} });
      await change(site, person('cbs1', { phone: '+45 20 99 99 99' }), 'A new number');
      expect(await sync()).toMatchObject({ read: ['changes'], applied: { update: 1 } });
      await modify(dc, `dn: ${dnOf(dc, 'cbs2')}\nchangetype: modify\nreplace: mobile\nmobile: +4520999998\n-\n`);
      expect(await sync()).toMatchObject({ read: ['changes'], applied: { update: 1 } });
      expect(await valuesOf(dc, dnOf(dc, 'cbs2'), 'mobile')).not.toEqual(['+4520999998']);
      await change(site, person('cbs9'), 'One more');
      expect(await sync()).toMatchObject({ read: ['changes'], applied: { create: 1 } });
      expect(await sync()).toMatchObject({ read: ['changes'], applied: {} });
    }));

  test('D7: finds out before it writes that an account was deleted or moved away', () =>
    onStaying(async ({ site, dc, sync }) => {
      await modify(dc, `dn: ${dnOf(dc, 'cbs1')}\nchangetype: delete\n`);
      const elsewhere = `OU=Elsewhere,${dc.baseDn}`;
      await modify(
        dc,
        `dn: ${dnOf(dc, 'cbs2')}\nchangetype: modrdn\nnewrdn: CN=cbs2\ndeleteoldrdn: 1\nnewsuperior: ${elsewhere}\n`,
      );
      expect(await sync()).toMatchObject({ read: ['changes'], notices: [] });
      await change(site, people(['cbs1', 'cbs2'], { given: 'Ida' }), 'New names');
      const writes = await writesDuring(dc, async () => {
        expect(await sync()).toMatchObject({ read: ['changes', 'full'], applied: {}, notices: ['gone', 'moved'] });
      });
      expect(writes).toBe(0);
    }));

  test('D1: reads everything before it takes anything, and takes nothing where that is not proven', () =>
    onStaying(async ({ site, dc, sync }) => {
      await change(site, people(PEOPLE.slice(4), { ends: daysFromToday(-2) }), 'Four left');
      expect(await sync()).toMatchObject({ read: ['changes', 'full'], applied: { disable: 4, update: 4 } });
      await change(site, people(PEOPLE.slice(2, 4), { ends: daysFromToday(-2) }), 'Two left');
      const giveBack = await deny(dc, `OU=CBS,${dc.researchersOu}`, 'LC');
      expect(await sync()).toMatchObject({ read: [], applied: {}, unread: 1 });
      await giveBack();
      expect(await sync()).toMatchObject({ read: ['full'], applied: { disable: 2, update: 2 } });
    }));
});

function dnOf(dc: SambaDc, username: string): string {
  return `CN=${username},OU=CBS,${dc.researchersOu}`;
}

interface Staying {
  readonly site: TestSite;
  readonly dc: SambaDc;
  /** One pass of the process that stays: how the directory was read, what was done, what was said. */
  sync(): Promise<{
    readonly read: readonly Reach[];
    readonly applied: object;
    readonly notices: readonly string[];
    readonly unread: number;
  }>;
}

async function onStaying(work: (staying: Staying) => Promise<void>): Promise<void> {
  await onFreshSite({ limits: '{ always: 50 }' }, async (site, dc) => {
    await change(site, { ...institution('cbs', 'CBS'), ...people(PEOPLE) }, 'People');
    const options = { progress: () => undefined, logLevel: 'silent', resident: true } as const;
    const opened = await wire(await loadConfig(site.configFile), options);
    const read: Reach[] = [];
    const parts = { ...opened.parts, reconcilers: opened.parts.reconcilers.map((one) => watched(one, read)) };
    const sync = async () => {
      read.length = 0;
      const report = await pass(parts, { trigger: 'schedule', dryRun: false });
      const notices = report.plan.notices.map(({ kind }) => kind);
      const unread = report.plan.unread.length;
      return { read: [...read], applied: outcomeOf(report).applied, notices, unread };
    };
    try {
      expect(await sync()).toMatchObject({ read: ['full'], applied: { create: PEOPLE.length } });
      expect(await sync()).toMatchObject({ read: ['changes'], applied: {} });
      await work({ site, dc, sync });
    } finally {
      await opened.close();
    }
  });
}
