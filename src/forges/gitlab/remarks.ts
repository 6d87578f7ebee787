/** Threads on the lines that problems are about: opened, settled when the problem is gone, opened again when it is back. */
import { createHash } from 'node:crypto';
import type { MergeRequest, Remark } from '../port.ts';
import { discussionsSchema, type NoteAnswer, versionsSchema } from './answers.ts';
import { type Client, PER_PAGE } from './client.ts';
import { harmless, isOurs } from './comment.ts';
import { Refusal } from './failures.ts';

/** Threads on one merge request: beyond that nobody reads them, and the comment has them all. */
const REMARKS_MAX = 20;

interface Version {
  readonly head_commit_sha: string;
  readonly base_commit_sha: string | null;
  readonly start_commit_sha: string | null;
}

/** @param me id of the account that the token belongs to. */
export async function settleRemarks(
  client: Client,
  me: number,
  instance: string,
  request: MergeRequest,
  remarks: readonly Remark[],
): Promise<void> {
  const path = `merge_requests/${request.number}/discussions`;
  const threads = await client.all(`${path}?per_page=${PER_PAGE}`, discussionsSchema);
  const prefix = `<!-- muster remark ${instance} `;
  const ours = threads.flatMap(({ id, notes: [note] }) =>
    note !== undefined && isOurs(note, me, prefix) ? [{ id, note, mark: firstLine(note) }] : [],
  );
  const wanted = new Map(remarks.slice(0, REMARKS_MAX).map((remark) => [`${prefix}${digest(remark)} -->`, remark]));
  for (const { id, note, mark } of ours) {
    const isOver = !wanted.has(mark);
    // What a person settled stays settled.
    const mayReopen = note.resolved === true && note.resolved_by?.id === me;
    if (isOver && note.resolved === false) await client.send('PUT', `${path}/${id}`, { resolved: true });
    else if (!isOver && mayReopen) await client.send('PUT', `${path}/${id}`, { resolved: false });
  }
  const there = new Set(ours.map(({ mark }) => mark));
  const missing = [...wanted].filter(([mark]) => !there.has(mark));
  if (missing.length === 0) return;
  const versions = await client.all(`merge_requests/${request.number}/versions?per_page=${PER_PAGE}`, versionsSchema);
  const [newest] = versions;
  // Something was pushed meanwhile: those lines are looked at anew in a moment.
  if (newest?.head_commit_sha !== request.head) return;
  for (const [mark, remark] of missing) await open(client, path, newest, mark, remark);
}

async function open(client: Client, path: string, version: Version, mark: string, remark: Remark): Promise<void> {
  const { file, line, text } = remark;
  const body = `${mark}\n${harmless(text)}`;
  const position = {
    base_sha: version.base_commit_sha,
    head_sha: version.head_commit_sha,
    start_sha: version.start_commit_sha,
    old_path: file,
    new_path: file,
  };
  try {
    await client.send('POST', path, { body, position: { ...position, position_type: 'text', new_line: line } });
  } catch (error) {
    if (!isRefusedPlace(error)) throw error;
    // The line is not among those that were changed: it stands on the file, or, where that is not changed either, in the comment.
    await client
      .send('POST', path, { body: `${body}\n\nLine ${line}.`, position: { ...position, position_type: 'file' } })
      .catch((again: unknown) => {
        if (!isRefusedPlace(again)) throw again;
      });
  }
}

function isRefusedPlace(error: unknown): boolean {
  return error instanceof Refusal && (error.status === 400 || error.status === 422);
}

function firstLine({ body }: NoteAnswer): string {
  const [line = ''] = body.split('\n', 1);
  return line.trim();
}

function digest({ file, line, text }: Remark): string {
  return createHash('sha256')
    .update(JSON.stringify([file, line, text]))
    .digest('hex')
    .slice(0, 16);
}
