/** (i) A pass with nothing to do over mail and tokens as well, of a Muster that stays; over curl reading the same pages of tokens. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertNothingToDo } from '../built-muster.ts';
import type { Bench, Figure } from '../figure.ts';
import { ResidentMuster } from '../resident-muster.ts';
import type { ResidentPass } from '../resident-process.ts';
import { type ChannelSite, openChannelSite } from '../site-of-channels.ts';
import { missingForSlapd } from '../slapd.ts';
import { median, medianOfEach } from '../statistics.ts';
import { timed } from '../timed-command.ts';
import { seconds } from './cold-plan.ts';

const RATIO_MAX = 2;
const BLOCKED = 2_000;
const RUNS = 5;
/** As Muster asks. */
const PAGE = 1000;
/** Requests of a pass that are no page of tokens: its rights, and what it looks up. */
const REQUESTS_BESIDES = 5;

export const channels: Figure = {
  key: 'i',
  title: 'pass over mail and tokens, nothing to do',
  missing: () => [...missingForSlapd(), ...(existsSync('/usr/bin/curl') ? [] : ['curl'])],
  measure: async (bench) => {
    const blocked = Math.min(BLOCKED, Math.floor(bench.users / 10));
    bench.say(`(i) a control file with ${blocked} people, and ${bench.users} tokens`);
    const slapd = await bench.scale(bench.users).site();
    const site = await openChannelSite(bench.workshop, slapd, blocked, bench.say);
    try {
      const { passes, floor } = await measured(bench, site, () => slapd.server.freshen());
      const figure = {
        key: 'i',
        title: `${channels.title}: ${bench.users} tokens, ${blocked} people blocked`,
        unit: 's' as const,
        muster: seconds('one pass', passes),
        floor: { what: 'curl of the same pages of tokens, over one connection', median: median(floor), runs: floor },
        goal: { kind: 'ratio' as const, value: RATIO_MAX },
        steps: medianOfEach(passes.map(({ report }) => report.durationsMs)),
      };
      return () => [figure];
    } finally {
      await site.close();
    }
  },
};

async function measured(bench: Bench, site: ChannelSite, freshen: () => Promise<unknown>) {
  const muster = await ResidentMuster.start(bench.workshop, site.configFile);
  const passes: ResidentPass[] = [];
  const floor: number[] = [];
  try {
    // The first is the full reading of every process that starts; the next ones are not yet optimized by the engine.
    for (let run = 0; run < 3; run += 1) assertNothingToDo((await muster.pass()).report);
    for (let run = 0; run < RUNS; run += 1) {
      floor.push(await byCurl(bench, site));
      await freshen();
      const before = await site.count();
      const pass = await muster.pass();
      assertNothingToDo(pass.report);
      assertFewRequests(await site.count(), before, bench.users);
      passes.push(pass);
    }
    return { passes, floor };
  } finally {
    await muster.close();
  }
}

/** @throws Error where a pass with nothing to do wrote, or read more than each page once. */
function assertFewRequests(
  after: Awaited<ReturnType<ChannelSite['count']>>,
  before: Awaited<ReturnType<ChannelSite['count']>>,
  users: number,
): void {
  const [requests, writes] = [after.requests - before.requests, after.writes - before.writes];
  const most = Math.ceil(users / PAGE) + REQUESTS_BESIDES;
  if (writes > 0 || requests > most) throw new Error(`A pass made ${requests} requests, ${writes} of them writes.`);
}

async function byCurl({ workshop, users }: Bench, { otp }: ChannelSite): Promise<number> {
  const config = join(workshop.folder, 'curl.txt');
  const urls = Array.from({ length: Math.ceil(users / PAGE) }, (_, nth) => {
    const query = new URLSearchParams({
      type: 'sms',
      tokenrealm: otp.realm,
      page: String(nth + 1),
      pagesize: String(PAGE),
    });
    return `url = "${otp.url}/token/?${query}"\noutput = "/dev/null"\n`;
  });
  await writeFile(config, `header = "Authorization: ${otp.apiToken}"\n${urls.join('')}`);
  const done = await timed('curl', ['--silent', '--fail', '--config', config], { folder: workshop.folder });
  return done.ms / 1000;
}
