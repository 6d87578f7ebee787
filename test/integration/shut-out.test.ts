/** Whether somebody is out, as real domain controllers have it: two that do not replicate, and a real Muster in front of them. */
import { describe, expect, test } from 'vitest';
import { blockByOrder } from '../../src/core/operations/block.ts';
import type { ShutOut } from '../../src/core/shut-out.ts';
import { whyOf } from '../../src/core/why.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { whyPage } from '../../src/views/why.ts';
import { daysFromToday, institution, people, person } from '../support/desired-state.ts';
import { missingForSamba } from '../support/samba.ts';
import { change, OPERATOR, onSite, onTwoServers, outcomeOf, sync, type TestSite } from '../support/site.ts';

/** Ten hours, in milliseconds. */
const TICKET_MS = 36_000_000;

describe.skipIf(missingForSamba().length > 0)('two domain controllers', () => {
  test('M3: a block is called one when both were read back, and tickets count for ten hours from then', () =>
    onTwo(async (site) => {
      const before = Date.now();
      const { readBack } = await block(site, 'cbs1');
      const after = Date.now();
      expect(readBack.map(({ shutOut }) => shutOut.verdict)).toEqual(['blocked']);
      const asked = await ask(site, 'cbs1');
      expect(found(asked)).toEqual(['shut (disabled)', 'shut (disabled)']);
      const [tickets, sessions] = asked.remains;
      expect(tickets?.until).toBeGreaterThanOrEqual(before + TICKET_MS);
      expect(tickets?.until).toBeLessThanOrEqual(after + TICKET_MS);
      expect(tickets?.uncounted).toEqual([]);
      expect(sessions).toMatchObject({ until: null });
      expect(asked.remains).toHaveLength(2);
    }));

  test('D5: who is disabled on the first only is being blocked, and the second is named as still open', () =>
    onTwo(async (site, _, second) => {
      await change(site, person('cbs2', { ends: daysFromToday(-2) }), 'Over');
      expect(outcomeOf(await sync(site)).applied).toEqual({ disable: 1, update: 1 });
      const asked = await ask(site, 'cbs2');
      expect(asked.verdict).toBe('being-blocked');
      expect(found(asked)).toEqual(['shut (disabled)', 'open (enabled)']);
      expect(asked.outstanding.map(({ server }) => server)).toEqual([expect.stringContaining(second.ldapsUrl)]);
      expect(await shown(site, 'cbs2')).toContain(`NOT blocked yet: log in is open on ${second.ldapsUrl}`);
    }));

  test('D5: nobody is called blocked while one of them does not answer', () =>
    onTwo(async (site, _, second) => {
      await block(site, 'cbs1');
      await second.kill();
      const asked = await ask(site, 'cbs1');
      expect(asked.verdict).toBe('being-blocked');
      expect(asked.outstanding).toMatchObject([{ server: second.ldapsUrl, found: 'unknown' }]);
      const other = await block(site, 'cbs2');
      expect(other.readBack[0]?.shutOut).toMatchObject({
        verdict: 'being-blocked',
        outstanding: [{ server: second.ldapsUrl, found: 'unknown' }],
      });
    }));
});

async function block(site: TestSite, target: string) {
  return onSite(site, ({ parts }) => blockByOrder(parts, { ...OPERATOR, scope: 'user', target, until: null }));
}

async function ask(site: TestSite, username: string): Promise<ShutOut> {
  return onSite(site, async ({ parts }) => (await whyOf(parts, null, username)).shutOut);
}

async function shown(site: TestSite, username: string): Promise<string> {
  return onSite(site, async ({ parts }) =>
    pageAsText(whyPage(await whyOf(parts, null, username), 'Europe/Copenhagen'), plainStyle),
  );
}

function found({ channels }: ShutOut): readonly string[] {
  return channels.flatMap(({ answers }) => answers.map((answer) => `${answer.found} (${answer.what})`));
}

/** With the same two accounts. */
const onTwo = (work: Parameters<typeof onTwoServers>[2]) =>
  onTwoServers(
    '{ always: 50 }',
    async (site) => {
      await change(site, { ...institution('cbs', 'CBS'), ...people(['cbs1', 'cbs2']) }, 'People');
      await sync(site);
    },
    work,
  );
