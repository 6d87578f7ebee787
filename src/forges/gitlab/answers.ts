/** What GitLab answers, as far as it is looked at (docs.gitlab.com/api: merge_requests, notes, discussions, commits, merge_request_approvals). */
import { z } from 'zod';

const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const person = z.object({ id: z.number(), username: z.string() });
/** A moment in ISO 8601 as milliseconds since 1970; null: none is given, or it is no moment. */
const moment = z
  .string()
  .nullish()
  .transform((text) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) ? null : at;
  });

export const selfSchema = person;

const mergeRequest = z.object({
  iid: z.number().int().positive(),
  web_url: z.string(),
  state: z.string(),
  target_branch: z.string(),
  // Null while GitLab still prepares a merge request that was just opened.
  sha: sha.nullish(),
  author: person,
  source_project_id: z.number().nullish(),
  target_project_id: z.number(),
  merge_commit_sha: sha.nullish(),
  squash_commit_sha: sha.nullish(),
});
export const mergeRequestsSchema = z.array(mergeRequest);
export type MergeRequestAnswer = z.output<typeof mergeRequest>;

/** Thread notes have them; plain ones do not. */
const note = z.object({
  id: z.number(),
  body: z.string(),
  author: person,
  system: z.boolean(),
  resolvable: z.boolean().nullish(),
  resolved: z.boolean().nullish(),
  resolved_by: person.nullish(),
});
export const notesSchema = z.array(note);
export type NoteAnswer = z.output<typeof note>;

export const discussionsSchema = z.array(z.object({ id: z.string(), notes: z.array(note) }));

export const statusesSchema = z.array(
  z.object({
    name: z.string().nullish(),
    status: z.string(),
    description: z.string().nullish(),
    target_url: z.string().nullish(),
    author: person.nullish(),
  }),
);

/** The newest comes first. */
export const versionsSchema = z.array(
  z.object({
    head_commit_sha: sha,
    base_commit_sha: sha.nullable(),
    start_commit_sha: sha.nullable(),
    created_at: moment,
  }),
);

export const commitsSchema = z.array(z.object({ id: sha, author_email: z.string(), committer_email: z.string() }));

export const approvalsSchema = z.object({
  approved_by: z.array(z.object({ user: person, approved_at: moment })),
});
