/** Properties of tokens over random histories: a real database, a directory, a system of tokens, and people who change tokens by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pass } from '../../src/core/pass.ts';
import { passReuse } from '../../src/core/pass-reuse.ts';
import type { Stored } from '../../src/reconcilers/tokens/embedded/token-file.ts';
import type { HandTokens } from '../support/hand-tokens.ts';
import { anyRevision, filesOf, NAMES, type Name, Remembered, type Revision } from '../support/random-declarations.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { planned } from '../support/story.ts';

/** A history costs some tenths of a second: enough to meet every pair of steps, few enough for every check. */
const RUNS = 12;
const TIMEOUT_MS = 120_000;

const PHONES = ['+45 26 11 11 11', '+4526222222', '+4526333333'] as const;

/** What somebody does to the tokens of one person. */
const ACTS = {
  give: (tokens: HandTokens, name: Name, phone: string) => tokens.give(name, phone).then(() => undefined),
  'give one that is off': (tokens, name, phone) => tokens.give(name, phone, { enabled: false }).then(() => undefined),
  off: (tokens, name) => each(tokens, name, { enabled: false }),
  on: (tokens, name) => each(tokens, name, { enabled: true }),
  'new number': (tokens, name, phone) => each(tokens, name, { phone }),
  revoke: (tokens, name) => each(tokens, name, { revoked: true }),
  'take away': (tokens, name) => each(tokens, name, { user: null }),
  'hand over': (tokens, name) => each(tokens, name, { user: name === 'anna' ? 'berit' : 'anna' }),
  remove: async (tokens, name) => {
    for (const { serial } of await of(tokens, name)) await tokens.remove(serial);
  },
} as const satisfies Readonly<Record<string, (tokens: HandTokens, name: Name, phone: string) => Promise<void>>>;

const anyActs = fc.array(
  fc.tuple(
    fc.constantFrom(...NAMES),
    fc.constantFrom(...(Object.keys(ACTS) as (keyof typeof ACTS)[])),
    fc.constantFrom(...PHONES),
  ),
  { maxLength: 4 },
);

async function of(tokens: HandTokens, name: string): Promise<readonly Stored[]> {
  return (await tokens.all()).filter(({ user }) => user === name);
}

async function each(tokens: HandTokens, name: Name, values: Partial<Stored>): Promise<void> {
  for (const { serial } of await of(tokens, name)) await tokens.change(serial, values);
}

async function inScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await makeScene({ tokens: true });
  try {
    await work(scene);
  } finally {
    await scene.close();
  }
}

/** Numbers that each person is reached by. */
async function reached(scene: Scene): Promise<ReadonlyMap<Name, readonly string[]>> {
  const all = await Promise.all(NAMES.map(async (name) => [name, await scene.tokens.reached(name)] as const));
  return new Map(all);
}

describe('a history without hands in the tokens', () => {
  test(
    'plan, apply, plan: the second plan is empty, and exactly those who may log in have one token, with their number',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyRevision, { minLength: 1, maxLength: 4 }), (history: readonly Revision[]) =>
          inScene(async (scene) => {
            const remembered = new Remembered();
            for (const revision of history) {
              remembered.take(revision);
              await scene.declare(filesOf(revision));
              await scene.settle();
              expect(planned(await scene.plan())).toEqual([]);
              const now = await reached(scene);
              for (const name of NAMES) {
                if (!remembered.mayLogIn(name)) expect([name, now.get(name)]).toEqual([name, []]);
                else if (remembered.isDeclared(name)) {
                  const phone = remembered.people.get(name)?.phone.replaceAll(' ', '');
                  expect([name, now.get(name)]).toEqual([name, [phone]]);
                }
                expect((await of(scene.tokens, name)).length).toBeLessThan(2);
              }
            }
          }),
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

describe('a history with hands in the tokens', () => {
  test(
    'T2: ends in an empty plan, reaches nobody who may not log in, gives nobody a second token, and deletes or revokes none',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(anyRevision, anyActs), { minLength: 1, maxLength: 4 }), (history) =>
          inScene(async (scene) => {
            const remembered = new Remembered();
            const reuse = passReuse();
            for (const [revision, acts] of history) {
              remembered.take(revision);
              await scene.declare(filesOf(revision));
              await scene.settle();
              for (const [name, act, phone] of acts) await ACTS[act](scene.tokens, name, phone);
              const [before, tokens] = [await reached(scene), await scene.tokens.all()];
              // A process that has passed before comes to what a new one comes to.
              const resident = await pass({ ...scene.parts(), reuse }, { trigger: 'command', dryRun: true });
              expect(planned(resident)).toEqual(planned(await scene.plan()));
              await scene.settle();
              await scene.settle();
              expect(planned(await scene.plan())).toEqual([]);
              await checkTokens(scene, before, tokens, remembered);
            }
          }),
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

async function checkTokens(
  scene: Scene,
  before: ReadonlyMap<Name, readonly string[]>,
  tokens: readonly Stored[],
  remembered: Remembered,
): Promise<void> {
  const after = new Map((await scene.tokens.all()).map((one) => [one.serial, one]));
  for (const { serial, user, revoked } of tokens) expect(after.get(serial)).toMatchObject({ user, revoked });
  for (const [name, now] of await reached(scene)) {
    const known = remembered.people.has(name);
    if (known && !remembered.mayLogIn(name)) expect([name, now]).toEqual([name, []]);
    expect(now.length).toBeLessThanOrEqual(Math.max(1, before.get(name)?.length ?? 0));
  }
}
