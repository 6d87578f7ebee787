/** The status beside a commit: set where it is not what it should be (docs.gitlab.com/api/commits, commit status). */
import type { MergeRequest, Verdict, VerdictState } from '../port.ts';
import { statusesSchema } from './answers.ts';
import { type Client, PER_PAGE } from './client.ts';
import { Refusal } from './failures.ts';

/** Characters of a description and of an address there. */
const TEXT_CHARACTERS_MAX = 255;

const STATES: Readonly<Record<VerdictState, string>> = { working: 'running', passed: 'success', failed: 'failed' };

export async function setStatus(
  client: Client,
  instance: string,
  { head }: Pick<MergeRequest, 'head'>,
  { state, text, link }: Verdict,
): Promise<void> {
  const name = `muster/${instance}`;
  const wanted = { state: STATES[state], description: cut(text), target_url: link };
  const query = new URLSearchParams({ name, per_page: String(PER_PAGE) });
  const statuses = await client.all(`repository/commits/${head}/statuses?${query}`, statusesSchema);
  const current = statuses.find((one) => one.name === name);
  const same =
    current?.status === wanted.state &&
    (current.description ?? '') === wanted.description &&
    (current.target_url ?? null) === wanted.target_url;
  if (same) return;
  // GitLab takes no step from one unfinished state to the same, or back to an earlier one.
  if (state === 'working' && (current?.status === 'running' || current?.status === 'pending')) return;
  const fits = link !== null && link.length <= TEXT_CHARACTERS_MAX;
  const body = { name, state: wanted.state, description: wanted.description, ...(fits ? { target_url: link } : {}) };
  await client.send('POST', `statuses/${head}`, body).catch((error: unknown) => {
    // Somebody else, as another Muster with the same name, was faster.
    if (error instanceof Refusal && error.status === 400 && /cannot transition/i.test(error.what)) return;
    throw error;
  });
}

/** In whole characters, so that no emoji is cut in two. */
function cut(text: string): string {
  if (text.length <= TEXT_CHARACTERS_MAX) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > TEXT_CHARACTERS_MAX - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
