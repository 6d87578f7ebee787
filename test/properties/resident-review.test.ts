/** A reviewer that stays comes to what a new one comes to, review after review, over random histories of repository, branch, hands and passes. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { approveHeld } from '../../src/core/operations/approval.ts';
import { blockByOrder, unblockByOrder } from '../../src/core/operations/block.ts';
import { pass } from '../../src/core/pass.ts';
import type { Site } from '../../src/wiring.ts';
import { keepInGit, makeSite } from '../cli/site-folder.ts';
import type { Files } from '../support/desired-state.ts';
import { figure } from '../support/figures.ts';
import { type HandDirectory, handDirectory } from '../support/hand-directory.ts';
import { keepingThings } from '../support/kept-things.ts';
import { anyHand, refusedOnly } from '../support/random-acts.ts';
import { anyRevision, filesOf, NAMES } from '../support/random-declarations.ts';
import { type TwoReviewers, twoReviewers } from '../support/two-reviewers.ts';

/** Set MUSTER_SEED to repeat a run. */
const SEED = Number(process.env.MUSTER_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Each step is a commit or a pass, and two reviews, which run Git: a second. */
const HISTORIES = 1;
const STEPS = 12;
const TIMEOUT_MS = 600_000;

const HOUR_MS = 3_600_000;
const BY = { by: 'oper', reason: 'looked at it' };

interface World {
  readonly reviewers: TwoReviewers;
  readonly directory: HandDirectory;
  /** How far the clock of everybody is ahead. */
  aheadMs: number;
}

interface Step {
  readonly name: string;
  readonly run: (world: World) => Promise<unknown>;
}

/** No two commits are alike, and the two sides write it into files of their own. */
let commits = 0;

function differing(files: Files, file: string): Files {
  commits += 1;
  return { ...files, [file]: `${commits}\n` };
}

const declares: fc.Arbitrary<Step> = anyRevision.map((revision) => ({
  name: 'declare',
  run: ({ reviewers }) => reviewers.declare(differing(filesOf(revision), 'TARGET.md')),
}));

const proposes: fc.Arbitrary<Step> = anyRevision.map((revision) => ({
  name: 'propose anew',
  run: ({ reviewers }) => reviewers.proposeAnew(differing(filesOf(revision), 'BRANCH.md')),
}));

const goesOn: fc.Arbitrary<Step> = anyRevision.map((revision) => ({
  name: 'the branch goes on',
  run: ({ reviewers }) => reviewers.propose(differing(filesOf(revision), 'BRANCH.md')),
}));

const hands: fc.Arbitrary<Step> = anyHand(NAMES);

const waits: fc.Arbitrary<Step> = fc.constantFrom(1, 25, 24 * 40).map((hours) => ({
  name: `${hours} hours later`,
  run: async (world) => {
    world.aheadMs += hours * HOUR_MS;
  },
}));

const orders: fc.Arbitrary<Step> = fc.constantFrom(...NAMES).map((target) => ({
  name: `block ${target}, or end that`,
  run: ({ reviewers }) =>
    reviewers.elsewhere(async ({ parts }) => {
      const order = { scope: 'user', target, ...BY } as const;
      await blockByOrder(parts, { ...order, until: null }).catch(() => unblockByOrder(parts, order).catch(refusedOnly));
    }),
}));

const passes: fc.Arbitrary<Step> = fc.constant({
  name: 'two passes',
  run: ({ reviewers }: World) => passed(reviewers),
});

function passed(reviewers: TwoReviewers): Promise<void> {
  return reviewers.elsewhere(async ({ parts }: Site) => {
    const { holds } = await pass(parts, { trigger: 'command', dryRun: false });
    for (const { digest } of holds) if (digest !== null) await approveHeld(parts, digest, BY, 24).catch(refusedOnly);
    await pass(parts, { trigger: 'command', dryRun: false });
  });
}

const anyHistory = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: declares },
    { weight: 3, arbitrary: proposes },
    { weight: 2, arbitrary: goesOn },
    { weight: 4, arbitrary: hands },
    { weight: 1, arbitrary: waits },
    { weight: 2, arbitrary: orders },
    { weight: 3, arbitrary: passes },
  ),
  { minLength: STEPS, maxLength: STEPS },
);

async function onWorld(work: (world: World) => Promise<void>): Promise<void> {
  const site = await makeSite();
  keepInGit(site);
  const directory = await handDirectory(join(site.folder, 'directory.json'));
  const around = keepingThings();
  const reviewers = twoReviewers({
    configFile: site.config,
    repository: join(site.folder, 'repository'),
    database: join(site.folder, 'muster.db'),
    clock: () => Date.now() + world.aheadMs,
    around,
  });
  const world: World = { reviewers, directory, aheadMs: 0 };
  try {
    await work(world);
  } finally {
    await reviewers.close();
    site.remove();
  }
}

test(
  `the same comment, page and seal as a new process, over ${HISTORIES * STEPS} steps (seed ${SEED})`,
  async () => {
    const states: string[] = [];
    await fc.assert(
      fc.asyncProperty(anyRevision, anyRevision, anyHistory, (beginning, branch, history) =>
        onWorld(async (world) => {
          const { reviewers } = world;
          await reviewers.declare({
            ...differing(filesOf(beginning), 'TARGET.md'),
            'users/cbs.yaml': null,
            'institutions/cbs.yaml': null,
          });
          await passed(reviewers);
          await reviewers.proposeAnew(differing(filesOf(branch), 'BRANCH.md'));
          for (const { run } of [{ run: async () => undefined }, ...history]) {
            await run(world);
            const { resident, fresh } = await reviewers.both();
            expect(resident).toEqual(fresh);
            states.push('state' in fresh.reviewed ? fresh.reviewed.headline : 'trouble');
          }
        }),
      ),
      { numRuns: HISTORIES, seed: SEED, endOnFailure: true },
    );
    expect(new Set(states).size).toBeGreaterThan(HISTORIES);
    figure(`${states.length} reviews beside those of new processes, seed ${SEED}`);
  },
  TIMEOUT_MS,
);
