/** Muster's one comment on a merge request: found by who wrote it and by a mark nobody sees, and written where its text is another. */
import { type NoteAnswer, notesSchema } from './answers.ts';
import { type Client, PER_PAGE } from './client.ts';

/** @param me id of the account that the token belongs to. */
export async function writeComment(
  client: Client,
  me: number,
  mark: string,
  request: number,
  text: string,
): Promise<void> {
  const body = `${mark}\n${harmless(text)}`;
  const path = `merge_requests/${request}/notes`;
  const notes = await client.all(`${path}?sort=asc&order_by=created_at&per_page=${PER_PAGE}`, notesSchema);
  const [first, ...others] = notes.filter((note) => isOurs(note, me, mark));
  if (first === undefined) await client.send('POST', path, { body });
  else if (first.body.trim() !== body.trim()) await client.send('PUT', `${path}/${first.id}`, { body });
  // Where an answer was lost on its way, the same was written twice.
  for (const { id } of others) await client.send('DELETE', `${path}/${id}`);
}

/** A comment of HTML, which is kept and not shown. */
export function markOf(what: string, instance: string): string {
  return `<!-- muster ${what} ${instance} -->`;
}

/** The mark alone proves nothing: anybody can copy it. */
export function isOurs({ author, system, body }: NoteAnswer, me: number, mark: string): boolean {
  return author.id === me && !system && body.startsWith(mark);
}

/** A line that begins with a slash may be an order to GitLab (`/merge`), carried out with the rights of whoever writes it. */
export function harmless(text: string): string {
  return text.replace(/^(\s*)\//gm, '$1&#47;');
}
