/** GitLab as a forge: merge requests by its REST API v4, each thing asked for before it is changed. */
import type { BroughtIn, Forge, ForgeApprovals, MergeRequest } from '../port.ts';
import {
  approvalsSchema,
  type MergeRequestAnswer,
  mergeRequestsSchema,
  selfSchema,
  versionsSchema,
} from './answers.ts';
import { type Client, gitlabClient, PER_PAGE } from './client.ts';
import { writeComment } from './comment.ts';
import { Refusal } from './failures.ts';
import { settleRemarks } from './remarks.ts';
import type { GitlabSettings } from './settings.ts';
import { setStatus } from './status.ts';

/** Characters: a tenth of what GitLab takes (docs.gitlab.com/api/notes), for more is not read by anybody, and shown slowly. */
const COMMENT_CHARACTERS_MAX = 100_000;

export interface GitlabOptions extends GitlabSettings {
  /** Several installations may look after one project: each has its own comment and status. */
  readonly instance: string;
}

export function gitlabForge({ instance, ...settings }: GitlabOptions): Forge & ForgeApprovals {
  const client = gitlabClient(settings);
  let self: Promise<number> | null = null;
  const me = () => {
    self ??= client.get('user', selfSchema).then(({ id }) => id);
    return self.catch((error: unknown) => {
      self = null;
      throw error;
    });
  };
  return {
    where: client.where,
    commentCharactersMax: COMMENT_CHARACTERS_MAX,
    openRequests: (branch) => openRequests(client, branch),
    comment: async ({ number }, text) => writeComment(client, await me(), instance, number, text),
    remark: async (request, remarks) => settleRemarks(client, await me(), instance, request, remarks),
    judge: async (request, verdict) => {
      if (!request.isFork) await setStatus(client, instance, request, verdict);
    },
    broughtIn: (commit, branch) => broughtIn(client, commit, branch),
    close: () => client.close(),
  };
}

async function openRequests(client: Client, branch: string): Promise<readonly MergeRequest[]> {
  // By age of opening, so that one that comes meanwhile moves no other to another page.
  const query = new URLSearchParams({
    state: 'opened',
    target_branch: branch,
    order_by: 'created_at',
    sort: 'asc',
    per_page: String(PER_PAGE),
  });
  const found = await client.all(`merge_requests?${query}`, mergeRequestsSchema);
  const open = found.filter(({ state, target_branch: target }) => state === 'opened' && target === branch);
  const byNumber = new Map(open.flatMap((one) => requestOf(one)).map((one) => [one.number, one]));
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

function requestOf(answer: MergeRequestAnswer): readonly MergeRequest[] {
  const { iid, web_url: url, sha, author, source_project_id: source, target_project_id: target } = answer;
  if (sha === null || sha === undefined) return [];
  // A source that was deleted meanwhile has no id: whose it was is not known, and so it is nobody's of here.
  const isFork = source !== target;
  return [{ number: iid, url, head: sha, ref: `refs/merge-requests/${iid}/head`, author: author.username, isFork }];
}

async function broughtIn(client: Client, commit: string, branch: string): Promise<BroughtIn | null> {
  const path = `repository/commits/${encodeURIComponent(commit)}/merge_requests?per_page=${PER_PAGE}`;
  const found = await client.all(path, mergeRequestsSchema).catch((error: unknown) => {
    // A commit that GitLab does not know came from no merge request.
    if (error instanceof Refusal && error.status === 404) return [];
    throw error;
  });
  const merged = found.filter(({ state, target_branch: target }) => state === 'merged' && target === branch);
  const latest = merged.toSorted((a, b) => (b.merged_at ?? 0) - (a.merged_at ?? 0))[0];
  if (latest?.sha === null || latest?.sha === undefined) return null;
  const { iid, web_url: url, sha: head, author } = latest;
  const versions = await client.all(`merge_requests/${iid}/versions?per_page=${PER_PAGE}`, versionsSchema);
  const { approved_by: approved } = await client.get(
    client.project(`merge_requests/${iid}/approvals`),
    approvalsSchema,
  );
  const since = versions.filter(({ head_commit_sha: one }) => one === head).map(({ created_at: at }) => at);
  return {
    number: iid,
    url,
    author: author.username,
    head,
    // The same head can come twice, when it was pushed over meanwhile: what was said in between counts from the last.
    headSince: since.includes(null) || since.length === 0 ? null : Math.max(...since.map((at) => at ?? 0)),
    approvals: approved.map(({ user, approved_at: at }) => ({ by: user.username, at })),
  };
}
