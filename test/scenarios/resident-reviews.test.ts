/** A reviewer that stays says what a new one says, whatever happened since it last looked. */
import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Answer } from '../../src/cli/review-messages.ts';
import { approveHeld } from '../../src/core/operations/approval.ts';
import { blockByOrder } from '../../src/core/operations/block.ts';
import { pass } from '../../src/core/pass.ts';
import type { Site } from '../../src/wiring.ts';
import { keepInGit, makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { blocks, daysFromToday, institution, people, person } from '../support/desired-state.ts';
import { type HandDirectory, handDirectory } from '../support/hand-directory.ts';
import { runCommand } from '../support/run-command.ts';
import { takeOffline } from '../support/scene.ts';
import { type TwoReviewers, twoReviewers } from '../support/two-reviewers.ts';

const BY = { by: 'oper', reason: 'looked at it' };
/** Some forty reviews, every other one over an installation that is opened for it. */
const TIMEOUT_MS = 120_000;

interface World {
  readonly site: SiteFolder;
  readonly reviewers: TwoReviewers;
  readonly directory: HandDirectory;
  readonly database: string;
  /** After the directory was taken away. */
  bringBack: () => Promise<void>;
}

let world: World;

beforeEach(async () => {
  const site = await makeSite();
  keepInGit(site);
  const database = join(site.folder, 'muster.db');
  const repository = join(site.folder, 'repository');
  const reviewers = twoReviewers({ configFile: site.config, repository, database, clock: Date.now });
  const directory = await handDirectory(join(site.folder, 'directory.json'));
  world = { site, reviewers, database, directory, bringBack: async () => undefined };
  await reviewers.declare({
    'users/cbs.yaml': null,
    ...institution('cbs', 'Business'),
    ...institution('itu', 'Northlake IT'),
    ...people(['a1', 'a2', 'a3', 'a4']),
    ...person('only', { institution: 'itu' }),
  });
  await passed(world);
  await copyFile(database, `${database}.before`);
}, TIMEOUT_MS);

afterEach(async () => {
  await world.reviewers.close();
  world.site.remove();
});

/** One that approves what is held, and one that applies it. */
async function passed({ reviewers }: World): Promise<void> {
  await reviewers.elsewhere(async ({ parts }: Site) => {
    const { holds } = await pass(parts, { trigger: 'command', dryRun: false });
    for (const { digest } of holds) if (digest !== null) await approveHeld(parts, digest, BY, 24);
    await pass(parts, { trigger: 'command', dryRun: false });
  });
}

type Row = readonly [what: string, happens: (world: World) => Promise<unknown>, says: RegExp];

/** One after the other, over the same two reviewers; what is said shows that it made a difference. */
const ROWS: readonly Row[] = [
  [
    'a branch',
    ({ reviewers }) => reviewers.propose(person('a1', { phone: '+45 20 99 99 99' })),
    /1 phone number changes/,
  ],
  ['nothing', () => Promise.resolve(), /1 phone number changes/],
  [
    'the configuration leaves numbers alone',
    async ({ site }) => site.configure(', mobile: "{phone}"', ''),
    /^Nothing changes for anybody/,
  ],
  [
    'the configuration has numbers written again',
    async ({ site }) =>
      site.configure('company: "{institution.name}"', 'company: "{institution.name}", mobile: "{phone}"'),
    /1 phone number changes/,
  ],
  [
    'an institution that is not there is only observed',
    async ({ site }) => site.configure('mode: enforce', 'mode: enforce\nmodes: { dtu: observe }'),
    /changes to 1 person would wait/,
  ],
  [
    'everybody is looked after again',
    async ({ site }) => site.configure('\nmodes: { dtu: observe }', ''),
    /^(?!.*would wait)1 phone number changes/s,
  ],
  [
    'the branch goes on',
    ({ reviewers }) => reviewers.propose(person('a2', { state: 'closed' })),
    /1 person loses access, 1 phone number changes/,
  ],
  ['an account is disabled by hand', ({ directory }) => directory.disable('a2'), /^1 phone number changes/],
  ['it is given back', ({ directory }) => directory.enable('a2'), /1 person loses access, 1 phone number changes/],
  [
    'the number that the branch wants is set by hand',
    ({ directory }) => directory.set('a1', { mobile: '+4520999999' }),
    /1 person loses access.*(?:would not|not happen)/is,
  ],
  [
    'another number is set by hand',
    ({ directory }) => directory.set('a1', { mobile: '+4520111111' }),
    /1 phone number changes/,
  ],
  ['the target moves', ({ reviewers }) => reviewers.declare(person('n1')), /With or without it, 1 change to 1 person/],
  ['a pass writes', passed, /^(?!.*With or without it)/s],
  [
    'an operator blocks somebody',
    ({ reviewers }) =>
      reviewers.elsewhere(({ parts }) => blockByOrder(parts, { scope: 'user', target: 'a2', until: null, ...BY })),
    /^1 phone number changes/,
  ],
  [
    'a block is added to the branch',
    ({ reviewers }) => reviewers.propose(blocks('institution', [{ target: 'itu', from: daysFromToday(-1) }])),
    /Nobody of Northlake IT has access any more/,
  ],
  ['an account is deleted by hand', ({ directory }) => directory.remove('a1'), /1 person loses access/],
  ['a pass takes note of it', passed, /1 person loses access/],
  [
    'the directory is away',
    async (one) => {
      one.bringBack = await takeOffline(one.directory);
    },
    /^What would happen is not known/,
  ],
  ['the directory is back', (one) => one.bringBack(), /^1 person loses access/],
  [
    'the branch begins anew',
    ({ reviewers }) => reviewers.proposeAnew(people(['a3', 'a4'], { state: 'closed' })),
    /^2 people lose access/,
  ],
  [
    'the database is put back to an older copy',
    async ({ database }) => {
      for (const end of ['-wal', '-shm']) await rm(database + end, { force: true });
      await rename(`${database}.before`, database);
    },
    /^2 people lose access/,
  ],
  [
    'the target is set back by force',
    async ({ site, reviewers }) => {
      await reviewers.declare(person('n2'));
      await passed(world);
      await reset(site, 'HEAD~1');
    },
    /^What would happen is not known/,
  ],
  ['and forward again', async ({ site }) => reset(site, 'ORIG_HEAD'), /^2 people lose access/],
  [
    'the mirror is thrown away',
    ({ site }) => rm(join(site.folder, 'mirror.git'), { recursive: true }),
    /^2 people lose access/,
  ],
  [
    'a mistake comes into the branch',
    ({ reviewers }) => reviewers.propose({ 'users/cbs/a3.yaml': 'username: a3\nstate: clsed\n' }),
    /^5 mistakes to correct/,
  ],
  [
    'the target changes the same lines',
    ({ reviewers }) => reviewers.declare({ 'users/cbs/a3.yaml': 'username: a3\nstate: activ\n' }),
    /^It cannot be merged by itself/,
  ],
];

function reset({ folder }: SiteFolder, to: string): Promise<string> {
  return runCommand('git', ['-C', join(folder, 'repository'), 'reset', '--quiet', '--hard', to]);
}

test(
  'a comment, its page and what is kept are those of a new reviewer, whatever happened in between',
  async () => {
    for (const [what, happens, says] of ROWS) {
      await happens(world);
      const { resident, fresh } = await world.reviewers.both();
      expect(resident, what).toEqual(fresh);
      expect(textOf(fresh.reviewed), what).toMatch(says);
    }
  },
  TIMEOUT_MS,
);

function textOf(reviewed: object): string {
  const { headline, markdown } = reviewed as Answer;
  return `${headline}\n${markdown}`;
}
