/** One system of three fails, at any step: the others do their part, what takes away comes first, and the next pass finishes the rest. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Reconciler } from '../../src/core/ports.ts';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import { MusterError, type Silence } from '../../src/errors.ts';
import { makeCompany } from '../support/company.ts';
import { blocks, person } from '../support/desired-state.ts';
import { type Faults, noFaults, withFaults } from '../support/faulty-reconciler.ts';
import type { Scene } from '../support/scene.ts';
import { sorted, story } from '../support/story.ts';

const SYSTEMS = ['directory', 'mail', 'tokens'] as const;
type System = (typeof SYSTEMS)[number];
const STEPS = ['connecting', 'looking people up', 'reading', 'writing', 'answering a write'] as const;
type Step = (typeof STEPS)[number];

const TODAY = '2026-06-15';
const NEW_NUMBER = '+45 20 99 99 99';
const NEW = '+4520999999';

/** All that is to be written for the changes of `declareAll`, and nothing else, in however many passes. */
const WRITES: Readonly<Record<System, readonly string[]>> = {
  directory: ['create eva', 'disable anna', 'disable dora', 'enable berit', 'update carl'],
  mail: ['disable anna', 'disable dora', 'enable berit'],
  tokens: ['create eva', 'disable anna', 'disable dora', 'enable berit', 'update carl'],
};

let scene: Scene;
afterEach(() => scene?.close());

/** Five people in three systems, of which each may be made to fail; one of them is blocked. */
async function company() {
  const faults = { directory: noFaults(), mail: noFaults(), tokens: noFaults() };
  const down = new Set<System>();
  const around = (system: System) => (reconciler: Reconciler) =>
    reachable(withFaults(reconciler, faults[system]), () => !down.has(system));
  scene = await makeCompany({
    mailBlocks: true,
    tokens: true,
    around: around('directory'),
    aroundMail: around('mail'),
    aroundTokens: around('tokens'),
  });
  await scene.declare(blocks('user', [{ target: 'berit', from: TODAY }]));
  await scene.sync();
  for (const { written } of Object.values(faults)) written.length = 0;
  return { faults, down };
}

function reachable(reconciler: Reconciler, isUp: () => boolean): Reconciler {
  const whileUp = <T>(work: () => Promise<T>) => (isUp() ? work() : Promise.reject(failure('It does not answer.')));
  return {
    ...reconciler,
    connect: (suits) => whileUp(() => reconciler.connect(suits)),
    connectAll: () => whileUp(() => reconciler.connectAll()),
  };
}

function failure(what: string, silence?: Silence): MusterError {
  const trouble = { remedy: 'retry', where: 'the system', what, next: 'Wait.' } as const;
  return new MusterError(silence === undefined ? trouble : { ...trouble, silence });
}

function breakDown(step: Step, system: System, down: Set<System>, faults: Faults): void {
  const fail = () => {
    throw failure('It broke down.');
  };
  if (step === 'connecting') down.add(system);
  else if (step === 'looking people up') faults.lookup = fail;
  else if (step === 'reading') faults.observe = fail;
  else if (step === 'writing') faults.write = () => Promise.reject(failure('It is read-only.'));
  else {
    faults.write = async (_change, real) => {
      await real();
      throw failure('No answer came.', 'unanswered');
    };
  }
}

function mend(down: Set<System>, faults: Faults): void {
  down.clear();
  const { written, open } = faults;
  Object.assign(faults, noFaults(), { written, open });
}

/** Somebody blocked, somebody closed, a block lifted, a new number, somebody new. */
function declareAll(): Promise<unknown> {
  return scene.declare({
    ...blocks('user', [
      { target: 'anna', from: TODAY },
      { target: 'berit', from: TODAY, lifted: TODAY },
    ]),
    ...person('dora', { institution: 'dtu', state: 'closed' }),
    ...person('carl', { phone: NEW_NUMBER }),
    ...person('eva'),
  });
}

const reached = async () => {
  const all = await scene.tokens.all();
  return sorted(all.flatMap(({ user, enabled }) => (enabled && user !== null ? [user] : [])));
};
const IN = ['berit', 'carl', 'emil', 'eva'];
const isUrgentFor = ({ plan }: Report, name: string) =>
  plan.notices.some(({ urgent, person: label }) => urgent && label?.includes(`(${name})`) === true);

const cases = SYSTEMS.flatMap((system) => STEPS.map((step) => [system, step] as const));

describe('A2: half of a change that reaches several systems', () => {
  test.each(cases)('the %s fail(s) at %s, and the rest goes on', async (system, step) => {
    const { faults, down } = await company();
    breakDown(step, system, down, faults[system]);
    await declareAll();
    const report = await scene.sync();
    expect(exitCodeOf(report)).not.toBe(0);
    // Whom the failing system could not shut out somebody is told of at once, and every other system has done it.
    const readOnly = step === 'reading' || step === 'answering a write';
    if (!readOnly) expect([isUrgentFor(report, 'anna'), isUrgentFor(report, 'dora')]).toEqual([true, true]);
    if (system !== 'directory') expect(await scene.directory.enabled()).not.toContain('anna');
    if (system !== 'mail') expect(await scene.mailList.refused()).toEqual(expect.arrayContaining(['anna', 'dora']));
    if (system !== 'tokens') expect(await reached()).not.toContain('anna');
    // Nobody has a token without an account.
    if (!(await scene.directory.all()).has('eva')) expect(await reached()).not.toContain('eva');
    mend(down, faults[system]);
    await scene.sync();
    await scene.sync();
    expect(await scene.directory.enabled()).toEqual(IN);
    expect(await scene.mailList.refused()).toEqual(['anna', 'dora']);
    expect(await reached()).toEqual(IN);
    expect(await scene.tokens.reached('carl')).toEqual([NEW]);
    for (const one of SYSTEMS) expect([one, sorted(faults[one].written)]).toEqual([one, WRITES[one]]);
    expect(story(await scene.sync())).toEqual([]);
  });
});

describe('T5: the system of tokens is down', () => {
  test('while somebody is blocked: the account goes at once, it is told each time, and the token follows', async () => {
    const { faults, down } = await company();
    down.add('tokens');
    await scene.declare(
      blocks('user', [
        { target: 'anna', from: TODAY },
        { target: 'berit', from: TODAY },
      ]),
    );
    const first = await scene.sync();
    expect(await scene.directory.isEnabled('anna')).toBe(false);
    expect(first.plan.unread.map(({ system }) => system)).toEqual(['tokens']);
    const urgent = first.plan.notices.filter((notice) => notice.urgent).map(({ text, next }) => `${text} ${next}`);
    expect(urgent).toEqual([expect.stringMatching(/anna.*should get no passcodes.*Switch the token off by hand/)]);
    expect(story(await scene.sync())).toEqual(story(await scene.sync()));
    expect(await scene.tokens.reached('anna')).toHaveLength(1);
    mend(down, faults.tokens);
    expect(story(await scene.sync())).toEqual(['disable anna']);
    expect(await scene.tokens.reached('anna')).toEqual([]);
  });

  test('while somebody new comes: the account is made, and the token follows', async () => {
    const { faults, down } = await company();
    down.add('tokens');
    await scene.declare(person('eva'));
    await scene.sync();
    expect(await scene.directory.isEnabled('eva')).toBe(true);
    mend(down, faults.tokens);
    expect(story(await scene.sync())).toEqual(['create eva']);
  });
});

describe('T3: the answer to a create gets lost', () => {
  test('the token is found again by its attempt, and no second one is made', async () => {
    const { faults, down } = await company();
    breakDown('answering a write', 'tokens', down, faults.tokens);
    await scene.declare(person('eva'));
    await scene.sync();
    mend(down, faults.tokens);
    const report = await scene.sync();
    expect(report.applied).toEqual([]);
    expect(await scene.tokens.reached('eva')).toHaveLength(1);
    expect(faults.tokens.written).toEqual(['create eva']);
    await scene.declare(person('eva', { state: 'closed' }));
    await scene.sync();
    expect(await scene.tokens.reached('eva')).toEqual([]);
  });
});
