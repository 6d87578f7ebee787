/** Who approved what was merged, as GitLab tells it: for the newest commits, and for none that came before them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gitlabForge } from '../../src/forges/gitlab/adapter.ts';
import { gitlabSchema } from '../../src/forges/gitlab/settings.ts';
import type { Forge, ForgeApprovals } from '../../src/forges/port.ts';
import { BOT_TOKEN, type Lab, type LabRequest, labRequest, PROJECT, startGitlab } from '../support/gitlab.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';

const HEAD = 'a'.repeat(40);
const BASE = 'b'.repeat(40);

let lab: Lab;
let home: TestDirectory;
let forge: Forge & ForgeApprovals;

beforeEach(async () => {
  lab = await startGitlab();
  home = await makeTestDirectory('gitlab');
  const tokenFile = join(home.path, 'token');
  await writeFile(tokenFile, `${BOT_TOKEN}\n`, { mode: 0o600 });
  forge = gitlabForge({ ...gitlabSchema.parse({ url: lab.url, project: PROJECT, tokenFile }), instance: 'demo' });
});
afterEach(async () => {
  forge.close();
  await lab.close();
  await home.remove();
});

function opened(given: Partial<LabRequest>): void {
  labRequest(lab.state, 1, { head: HEAD, versions: [{ head: HEAD, base: BASE, at: 1_000 }], ...given });
}

describe('who let commits in', () => {
  const merge = 'd'.repeat(40);
  const squash = 'e'.repeat(40);
  const older = { head: 'c'.repeat(40), base: BASE, at: 3_000 };
  const merged = { state: 'merged', mergeCommit: merge } as const;

  async function approvers(given: Partial<LabRequest>): Promise<readonly string[]> {
    opened({ ...merged, ...given });
    return (await forge.bringing([merge], 'main')).flatMap(({ approvedBy }) => approvedBy);
  }

  test('the merged request, with its commits, what merging made of them, and who approved', async () => {
    const commits = [HEAD, 'c'.repeat(40)];
    const writers = new Map([[HEAD, ['rie@example.org', 'carl@example.org']]] as const);
    opened({ ...merged, squashCommit: squash, commits, writers, approvals: new Map([['bo', 2_000]]) });
    expect(await forge.bringing([merge, squash, ...commits], 'main')).toEqual([
      {
        ...{ number: 1, name: '!1', author: 'rie', commits, writers: ['rie@example.org', 'carl@example.org'] },
        ...{ results: [merge, squash], approvedBy: ['bo'] },
      },
    ]);
    // What one of them explains is not asked for again.
    expect(lab.state.asked.filter((line) => line.includes('/repository/commits/'))).toHaveLength(1);
  });

  test('an approval from before the last push is none, whatever GitLab still shows', async () => {
    const newest = { head: HEAD, base: BASE, at: 5_000 };
    const approvals = new Map([
      ['before', 4_999],
      ['after', 5_001],
    ]);
    expect(await approvers({ versions: [newest, older], approvals })).toEqual(['after']);
  });

  test('a head that was pushed away and back counts from the last time', async () => {
    const versions = [{ head: HEAD, base: BASE, at: 5_000 }, older, { head: HEAD, base: BASE, at: 1_000 }];
    expect(await approvers({ versions, approvals: new Map([['bo', 2_000]]) })).toEqual([]);
  });

  test('a GitLab that does not say when is believed only where nothing was ever pushed again', async () => {
    lab.state.tellsWhen = false;
    const approvals = new Map([['bo', 9_000]]);
    expect(await approvers({ approvals })).toEqual(['bo']);
    expect(await approvers({ approvals, versions: [{ head: HEAD, base: BASE, at: 5_000 }, older] })).toEqual([]);
  });

  test('nobody, for a commit that was pushed to the branch, is still open, or went into another branch', async () => {
    expect(await forge.bringing([merge], 'main')).toEqual([]);
    opened({ mergeCommit: merge });
    expect(await forge.bringing([merge], 'main')).toEqual([]);
    opened({ ...merged, targetBranch: 'other' });
    expect(await forge.bringing([merge], 'main')).toEqual([]);
  });
});
