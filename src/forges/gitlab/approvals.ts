/** Which merge requests brought commits into a branch, and who approved what was merged (docs.gitlab.com/api/merge_request_approvals). */
import type { BroughtIn } from '../port.ts';
import {
  approvalsSchema,
  commitsSchema,
  type MergeRequestAnswer,
  mergeRequestsSchema,
  versionsSchema,
} from './answers.ts';
import { type Client, PER_PAGE } from './client.ts';
import { Refusal } from './failures.ts';

export async function requestsBringing(
  client: Client,
  commits: readonly string[],
  branch: string,
): Promise<readonly BroughtIn[]> {
  const found = new Map<number, BroughtIn>();
  const explained = new Set<string>();
  for (const commit of commits) {
    // Most commits of a range came with the one before them.
    if (explained.has(commit)) continue;
    for (const answer of await requestsWith(client, commit)) {
      if (found.has(answer.iid) || answer.state !== 'merged' || answer.target_branch !== branch) continue;
      const one = await broughtIn(client, answer);
      found.set(answer.iid, one);
      for (const id of [...one.commits, ...one.results]) explained.add(id);
    }
  }
  return [...found.values()];
}

async function requestsWith(client: Client, commit: string): Promise<readonly MergeRequestAnswer[]> {
  const path = `repository/commits/${encodeURIComponent(commit)}/merge_requests?per_page=${PER_PAGE}`;
  return client.all(path, mergeRequestsSchema).catch((error: unknown) => {
    // A commit that GitLab does not know came with no merge request.
    if (error instanceof Refusal && error.status === 404) return [];
    throw error;
  });
}

async function broughtIn(client: Client, answer: MergeRequestAnswer): Promise<BroughtIn> {
  const { iid, author: opener, merge_commit_sha: merge, squash_commit_sha: squash } = answer;
  const path = `merge_requests/${iid}`;
  const commits = await client.all(`${path}/commits?per_page=${PER_PAGE}`, commitsSchema);
  return {
    number: iid,
    name: `!${iid}`,
    author: opener.username,
    commits: commits.map(({ id }) => id),
    writers: [
      ...new Set(commits.flatMap(({ author_email: author, committer_email: committer }) => [author, committer])),
    ],
    results: [merge, squash].filter((id) => id !== null && id !== undefined),
    approvedBy: await approversOf(client, path, answer.sha ?? null),
  };
}

/** GitLab keeps approvals over a push unless it is told to take them back, and not every edition can be told. */
async function approversOf(client: Client, path: string, head: string | null): Promise<readonly string[]> {
  const versions = await client.all(`${path}/versions?per_page=${PER_PAGE}`, versionsSchema);
  const { approved_by: approved } = await client.get(client.project(`${path}/approvals`), approvalsSchema);
  // The same head can come twice, where another was pushed meanwhile: what was said in between was said of that one.
  const since = versions.filter(({ head_commit_sha: one }) => one === head).map(({ created_at: at }) => at);
  const latest = since.length === 0 || since.includes(null) ? null : Math.max(...since.map((at) => at ?? 0));
  // Where there never was another version, every approval is of this one, whenever it was given.
  const isOnlyOne = versions.length === 1 && since.length === 1;
  const counts = (at: number | null) => isOnlyOne || (at !== null && latest !== null && at >= latest);
  return approved.filter(({ approved_at: at }) => counts(at)).map(({ user }) => user.username);
}
