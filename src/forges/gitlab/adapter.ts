/** GitLab as a forge: merge requests by its REST API v4, each thing asked for before it is changed. */
import type { Forge, ForgeApprovals, MergeRequest } from '../port.ts';
import { type MergeRequestAnswer, mergeRequestsSchema, selfSchema } from './answers.ts';
import { requestsBringing } from './approvals.ts';
import { type Client, gitlabClient, PER_PAGE } from './client.ts';
import { markOf, writeComment } from './comment.ts';
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
    comment: async ({ number }, topic, text) => {
      const own = await me();
      await writeComment(client, own, markOf(topic, instance), number, text).catch((error: unknown) => {
        // Whoever owns the project may delete it. That the project is there was seen when its open ones were asked for.
        if (!(error instanceof Refusal && error.status === 404)) throw error;
      });
    },
    remark: async (request, remarks) => settleRemarks(client, await me(), instance, request, remarks),
    judge: async (request, verdict) => {
      if (!request.isFork) await setStatus(client, instance, request, verdict);
    },
    bringing: (commits, branch) => requestsBringing(client, commits, branch),
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
