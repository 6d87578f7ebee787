/** A process that passes again and again comes to what a new one comes to, pass after pass, over random histories. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { approveHeld } from '../../src/core/operations/approval.ts';
import { blockByOrder, unblockByOrder } from '../../src/core/operations/block.ts';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { type PassParts, pass } from '../../src/core/pass.ts';
import type { Files } from '../support/desired-state.ts';
import { figure } from '../support/figures.ts';
import { anyHand, refusedOnly } from '../support/random-acts.ts';
import { anyRevision, filesOf, INSTITUTIONS, NAMES } from '../support/random-declarations.ts';
import { makeTwin, type Twin } from '../support/resident-twin.ts';
import { takeOffline } from '../support/scene.ts';

/** Set MUSTER_SEED to repeat a run. */
const SEED = Number(process.env.MUSTER_SEED ?? Math.floor(Math.random() * 2 ** 31));
const HISTORIES = 8;
const STEPS = 16;
const TIMEOUT_MS = 600_000;

const HOUR_MS = 3_600_000;
const BY = { by: 'oper', reason: 'looked at it' };

/** What happens between two passes. */
interface Step {
  readonly name: string;
  readonly run: (twin: Twin) => Promise<void>;
}

const somebody = fc.constantFrom(...NAMES);

/** Files that a person got wrong, or right again. */
const SPOILT: readonly Files[] = [
  { 'users/all.yaml': '- username: [anna\n' },
  { 'users/all.yaml': '[]\n' },
  { 'muster.yaml': 'format: 1\ninstance: another\n' },
  { 'muster.yaml': 'format: 1\ninstance: research-service\n' },
  {
    'institutions/all.yaml':
      '- id: cbs\n  name: CBS\n  contacts: [it@cbs.example.net]\n  partOf: dtu\n- id: dtu\n  name: DTU\n  contacts: [it@dtu.example.net]\n',
  },
  { 'institutions/all.yaml': '- id: cbs\n  name: Business\n  contacts: [it@cbs.example.net]\n' },
  {
    'users/twin.yaml':
      'username: Anna\nname: { given: Ida, family: Jensen }\nemail: ida@example.org\nphone: +45 26 22 22 22\ninstitution: nowhere\nstate: closed\n',
  },
  {
    'users/twin.yaml':
      'username: fie\nname: { given: Fie, family: Jensen }\nemail: anna@example.org\nphone: +45 26 11 11 11\ninstitution: cbs\nstate: active\n',
  },
  { 'mail-blocks.yaml': '- user: anna\n  reason: A test\n  from: 2026-06-01\n' },
];

const declares: fc.Arbitrary<Step> = anyRevision.map((revision) => ({
  name: 'declare',
  run: (twin) => twin.declare(filesOf(revision)),
}));

const spoils: fc.Arbitrary<Step> = fc.constantFrom(...SPOILT).map((files) => ({
  name: `write ${JSON.stringify(files)}`,
  run: (twin) => twin.declare(files),
}));

const hands: fc.Arbitrary<Step> = anyHand([...NAMES, 'fie']);

const waits: fc.Arbitrary<Step> = fc.constantFrom(1, 14, 24, 24 * 47, 24 * 300, -2).map((hours) => ({
  name: `${hours} hours later`,
  run: async ({ clock }) => {
    clock.now += hours * HOUR_MS;
  },
}));

const clocksPart: fc.Arbitrary<Step> = fc.constantFrom(0, 0, 24 * 60 * HOUR_MS).map((ms) => ({
  name: `the server's clock is ${ms} ms ahead`,
  run: async ({ clock }) => {
    clock.serverOffMs = ms;
  },
}));

type Work = (parts: PassParts) => Promise<unknown>;

/** What another process does: an operator, or a whole pass. */
const works: fc.Arbitrary<readonly [name: string, work: Work]> = fc.oneof(
  somebody.map((target): [string, Work] => [
    `block ${target}`,
    (parts) => blockByOrder(parts, { scope: 'user', target, ...BY, until: null }),
  ]),
  somebody.map((target): [string, Work] => [
    `unblock ${target}`,
    (parts) => unblockByOrder(parts, { scope: 'user', target, ...BY }),
  ]),
  fc
    .constantFrom(...INSTITUTIONS)
    .map((target): [string, Work] => [
      `block ${target} for 20 hours`,
      (parts) => blockByOrder(parts, { scope: 'institution', target, ...BY, until: parts.clock() + 20 * HOUR_MS }),
    ]),
  somebody.map((name): [string, Work] => [`enable ${name}`, (parts) => enableByOrder(parts, name, BY)]),
  fc.constantFrom<[string, Work]>(
    ['pause', ({ store, clock }) => store.orders.pause(BY.by, BY.reason, clock())],
    ['resume', ({ store, clock }) => store.orders.resume(BY.by, clock())],
    ['sync', (parts) => pass(parts, { trigger: 'command', dryRun: false })],
    ['approve all', approveAll],
  ),
);

const elsewhere: fc.Arbitrary<Step> = works.map(([name, work]) => ({
  name: `another process: ${name}`,
  run: async (twin) => {
    await twin.elsewhere((parts) => work(parts).catch(refusedOnly));
  },
}));

async function approveAll(parts: PassParts): Promise<void> {
  const { holds } = await pass(parts, { trigger: 'command', dryRun: false });
  for (const { digest } of holds) if (digest !== null) await approveHeld(parts, digest, BY, 24);
}

const outage: fc.Arbitrary<Step> = fc.constant({
  name: 'the directory is away for two passes',
  run: async (twin: Twin) => {
    const back = await takeOffline(twin.directory);
    try {
      await same(twin, true);
      await same(twin, false);
    } finally {
      await back();
    }
  },
});

const nothing: fc.Arbitrary<Step> = fc.constant({ name: 'nothing', run: async () => undefined });

const anyHistory = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 4, arbitrary: declares },
      { weight: 2, arbitrary: spoils },
      { weight: 4, arbitrary: hands },
      { weight: 3, arbitrary: waits },
      { weight: 1, arbitrary: clocksPart },
      { weight: 4, arbitrary: elsewhere },
      { weight: 1, arbitrary: outage },
      { weight: 1, arbitrary: nothing },
    ),
    fc.constantFrom(true, false, false),
  ),
  { minLength: STEPS, maxLength: STEPS },
);

async function same(twin: Twin, dryRun: boolean): Promise<void> {
  const { resident, fresh } = await twin.pass(dryRun);
  expect(resident.report).toEqual(fresh.report);
  expect(resident.left).toEqual(fresh.left);
}

test(
  `the same report and the same writes as a new process, over ${HISTORIES * STEPS} steps (seed ${SEED})`,
  async () => {
    let passes = 0;
    await fc.assert(
      fc.asyncProperty(anyRevision, anyHistory, async (beginning, history) => {
        const twin = await makeTwin();
        try {
          await twin.declare(filesOf(beginning));
          for (const dryRun of [false, false, true]) await same(twin, dryRun);
          for (const [step, dryRun] of history) {
            await step.run(twin);
            await same(twin, dryRun);
            passes += 1;
          }
        } finally {
          await twin.close();
        }
      }),
      { numRuns: HISTORIES, seed: SEED, endOnFailure: true },
    );
    figure(`${passes} passes beside those of new processes, seed ${SEED}`);
  },
  TIMEOUT_MS,
);
