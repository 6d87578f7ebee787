/** A directory server that takes the log-on and then says nothing, beside a system that works: by the adapter itself, over a real connection. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pass } from '../../src/core/pass.ts';
import type { Reconciler } from '../../src/core/ports.ts';
import { mappingOf } from '../../src/reconcilers/directory/mapping.ts';
import { directoryReconciler } from '../../src/reconcilers/directory/reconciler.ts';
import { institution, people } from '../support/desired-state.ts';
import type { Asked, Manners } from '../support/directory-simulator-manners.ts';
import { UNIT } from '../support/directory-simulator-tree.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { type SimulatedDirectory, simulatedDirectory, treeOfPeople } from '../support/simulated-directory.ts';

/** Its own deadline, in seconds: far beyond what the test waits for. */
const ANSWER_SECONDS = 600;
/** What `patience` stands for here, in milliseconds. */
const ROUND_MS = 200;
const TEST_MS = 120_000;

let scene: Scene;
let simulated: SimulatedDirectory;

beforeEach(async () => {
  scene = await makeScene({ limits: { always: 1_000 } });
  simulated = await simulatedDirectory();
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(['anna', 'berit', 'carl']) });
});
afterEach(async () => {
  await scene.close();
  await simulated.end();
});

/** One pass over the simulated server and, beside it, the directory of the scene. */
async function passBeside(manners: Manners) {
  const tree = treeOfPeople(60);
  await simulated.start({ manners: { pageEntriesMax: 5, ...manners }, tree });
  const adapter = simulated.adapter({}, { timeouts: { answerSeconds: ANSWER_SECONDS } });
  const settings = {
    instance: 'research-service',
    create: [],
    upnSuffix: 'example.org',
    protected: new Set<string>(),
    mapping: mappingOf({ mobile: '{phone}' }),
    reported: new Set<string>(),
    mustChangePassword: true,
    passwords: null,
  };
  const tokens: Reconciler = {
    ...directoryReconciler(adapter, settings, { lasting: false }),
    system: 'tokens',
    project: () => [],
  };
  const parts = scene.parts();
  const reconcilers = [tokens, ...parts.reconcilers];
  const passing = pass(
    { ...parts, reconcilers, patience: () => wait(ROUND_MS) },
    { trigger: 'schedule', dryRun: false },
  );
  const report = await Promise.race([passing, wait(TEST_MS / 2, null, { ref: false })]);
  if (report === null) expect.fail('it waited for the directory that says nothing');
  return report;
}

/** Pages of the reading of the managed unit, and nothing that belongs to connecting. */
const isPage = ({ scope, dn }: Asked) => scope === 'sub' && dn === UNIT;

test.each([
  ['the first page of a reading', 0],
  ['a later page', 4],
] as const)(
  'that says nothing to %s keeps nobody elsewhere from getting an account',
  async (_what, page) => {
    const { plan, applied } = await passBeside({
      delayMs: (asked) => (isPage(asked) && asked.page === page ? TEST_MS : 0),
    });
    expect(applied.map(({ change, outcome }) => `${change.kind} ${change.address.key} ${outcome.status}`)).toEqual([
      'create anna applied',
      'create berit applied',
      'create carl applied',
    ]);
    expect(plan.unread.map(({ system, what }) => [system, what])).toEqual([
      // On a busy machine patience is over before it has answered at all.
      [
        'tokens',
        expect.stringMatching(/^(The server has fallen silent|No server has answered yet), and the other systems/),
      ],
    ]);
  },
  TEST_MS,
);

test(
  'that answers each page late, but does answer, is read to its end',
  async () => {
    const { plan, applied } = await passBeside({ delayMs: (asked) => (isPage(asked) ? ROUND_MS * 1.5 : 0) });
    expect(plan.unread).toEqual([]);
    expect(plan.read).toHaveLength(2);
    expect(plan.read[0]?.server).toContain(simulated.simulator.url);
    expect(applied).toHaveLength(3);
  },
  TEST_MS,
);
