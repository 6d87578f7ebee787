/** The soak: thousands of passes in one process through the loop of the daemon; prints memory and open handles as they go. */
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FORECAST_DAYS } from '../src/core/forecast.ts';
import { pass } from '../src/core/pass.ts';
import type { Report } from '../src/core/report.ts';
import { startLoop } from '../src/daemon/loop.ts';
import { passLog } from '../src/daemon/pass-log.ts';
import { openLog } from '../src/log.ts';
import { openSoakSite, type SoakSite } from '../test/support/soak-site.ts';
import { say } from './command.ts';

const HELP = `script/soak [options]

Passes over an embedded directory, one for each hour of a virtual clock; something has changed before most of them, in Git or by hand.

  --passes N   how many; 2000 by default
  --users N    how many people; 10000 by default

Prints a line every so often, and at the end by how much the resident memory grew between pass ${'`'}--passes / 10${'`'} and the last, as the
median of the readings around each, and how many handles and files are open then and at the end. Exit code 1: it grew by more than
5 %, or something was left open.`;

/** What the memory may grow by from a tenth of the passes to the last. */
const GROWTH_MAX = 0.05;
/** Readings whose median is taken at each end: a collector's work shows in single ones. */
const READINGS = 51;
const HOUR_MS = 3_600_000;

const { values } = parseArgs({
  options: {
    passes: { type: 'string', default: '2000' },
    users: { type: 'string', default: '10000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) say(HELP);
else process.exitCode = await soak(Number(values.passes), Number(values.users));

/** What is held by the process at one moment. */
interface Reading {
  readonly rssMb: number;
  /** Timers, sockets, child processes and the like, as Node counts them. */
  readonly handles: number;
  readonly files: number;
}

async function soak(passes: number, users: number): Promise<number> {
  if (!Number.isInteger(passes) || passes < 20 || !Number.isInteger(users) || users < 100) {
    say(HELP);
    return 1;
  }
  const site = await openSoakSite(users);
  try {
    const readings = await run(site, passes);
    return judge(readings, passes, users);
  } finally {
    await site.close();
  }
}

/** Runs all passes; gives a reading after each. */
async function run(site: SoakSite, passes: number): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  const tell = passLog(openLog('error', () => undefined));
  const begin = performance.now();
  let written = 0;
  await new Promise<void>((resolve, reject) => {
    const loop = startLoop({
      pass: async (trigger) => {
        await site.change(readings.length);
        const report = await pass(site.parts, { trigger, dryRun: false, forecastDays: FORECAST_DAYS });
        tell(report);
        written += report.applied.length;
        assertDone(report, readings.length);
        readings.push(reading());
        if (readings.length % Math.ceil(passes / 40) === 0) progress(readings, written, performance.now() - begin);
        if (readings.length === passes) void loop.stop().then(resolve, reject);
        else loop.ask('schedule');
        site.clock.now += HOUR_MS;
        return { nextDue: null, away: [], gaveWay: false };
      },
      clock: () => site.clock.now,
      sleep: () => setImmediate(),
      onTrouble: async (trouble) => reject(new Error(`a pass could not begin: ${trouble.what}`)),
    });
    loop.ended.catch(reject);
  });
  return readings;
}

/** A pass that does nothing, because something is wrong, would make a fine soak. */
function assertDone({ trouble, applied, plan, holds, diagnostics }: Report, nth: number): void {
  const failed = applied.filter(({ outcome }) => outcome.status !== 'applied');
  const wrong = trouble.length + failed.length + plan.unread.length + holds.length + diagnostics.length;
  if (wrong === 0 && plan.notices.length === 0) return;
  throw new Error(
    `pass ${nth} did not do everything: ${JSON.stringify({ trouble, failed, holds, diagnostics, notices: plan.notices }).slice(0, 2_000)}`,
  );
}

function reading(): Reading {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return {
    rssMb: Number(kilobytes) / 1024,
    handles: process.getActiveResourcesInfo().length,
    files: readdirSync('/proc/self/fd').length,
  };
}

function progress(readings: readonly Reading[], written: number, ms: number): void {
  const { rssMb, handles, files } = readings.at(-1) ?? { rssMb: 0, handles: 0, files: 0 };
  const each = Math.round(ms / readings.length);
  say(
    `${readings.length} passes, ${written} writes, ${each} ms each: ${rssMb.toFixed(0)} MB, ${handles} handles, ${files} files`,
  );
}

function judge(readings: readonly Reading[], passes: number, users: number): number {
  const from = Math.floor(passes / 10);
  const width = Math.min(READINGS, from);
  const early = median(readings.slice(from, from + width));
  const late = median(readings.slice(-width));
  const growth = late.rssMb / early.rssMb - 1;
  const percent = `${growth < 0 ? '' : '+'}${(growth * 100).toFixed(1)} %`;
  say(
    `${passes} passes over ${users} people: ${early.rssMb.toFixed(0)} MB at pass ${from}, ${late.rssMb.toFixed(0)} MB at the end (${percent});`,
  );
  say(`${early.handles} handles and ${early.files} files open then, ${late.handles} and ${late.files} at the end.`);
  const leaks = late.handles > early.handles || late.files > early.files;
  if (growth > GROWTH_MAX) say(`The memory grew by more than ${GROWTH_MAX * 100} %.`);
  if (leaks) say('Something was left open.');
  return growth > GROWTH_MAX || leaks ? 1 : 0;
}

function median(readings: readonly Reading[]): Reading {
  const middle = (pick: (one: Reading) => number) =>
    readings.map(pick).toSorted((a, b) => a - b)[Math.floor(readings.length / 2)] ?? 0;
  return {
    rssMb: middle((one) => one.rssMb),
    handles: middle((one) => one.handles),
    files: middle((one) => one.files),
  };
}
