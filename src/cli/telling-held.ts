/** Who is told, on their merge request, that the revision it came in with is held because it is not approved, and how that ended. */
import { type HeldRevision, type HeldRevisions, stateOf, type ToldRequest } from '../core/approval/held.ts';
import { joined, tellings } from '../core/approval/held-telling.ts';
import type { UntoldOutcome } from '../daemon/reviewer.ts';
import { tellingMarkdown } from '../views/held-revision.ts';
import type { ForgeSite } from '../wiring/forge.ts';

/** Commits of which the forge is asked by which merge request they came: one or more requests each, and people merge fewer in a day. */
const ASKED_MAX = 100;

interface Parts {
  readonly memory: HeldRevisions;
  readonly server: Pick<ForgeSite['server'], 'bringing'>;
  /** The branch that counts. */
  readonly branch: string;
  /** IANA name. */
  readonly timeZone: string;
}

/**
 * Those who do not know yet how it stands. Whoever is about to be told is written down before: where that is broken off, they are told
 * again, and of the end in any case. Throws MusterError where the forge can't be asked.
 */
export async function untoldOfHeld({ memory, server, branch, timeZone }: Parts): Promise<readonly UntoldOutcome[]> {
  const standing = await memory.standing();
  if (standing === null) return [];
  const [state, told] = [stateOf(standing), await memory.told()];
  if (told.state === state) return [];
  const found = standing.letIn === null ? await requestsOf(standing.held, server, branch) : [];
  const requests = joined(told.requests, found);
  await memory.keepTold({ state: told.state, requests });
  const all = tellings(standing, requests);
  const gone = new Set(all.flatMap(({ number, how }) => (how === 'gone' ? [number] : [])));
  const left = standing.letIn === null ? requests.filter(({ number }) => !gone.has(number)) : [];
  const done = () => memory.keepTold({ state, requests: left });
  if (all.length === 0) await done();
  return all.map((telling, nth) => ({
    number: telling.number,
    topic: 'approval',
    text: tellingMarkdown(standing, telling, timeZone),
    told: () => (nth === all.length - 1 ? done() : Promise.resolve()),
  }));
}

async function requestsOf(
  { commits, lacks }: HeldRevision,
  server: Parts['server'],
  branch: string,
): Promise<readonly ToldRequest[]> {
  const lacking = new Set(lacks.map(({ commit }) => commit));
  // Those of which something is missing first: their people have something to do.
  const asked = [...commits].sort((a, b) => Number(lacking.has(b)) - Number(lacking.has(a))).slice(0, ASKED_MAX);
  const brought = await server.bringing(asked, branch);
  return brought.map(({ number, commits: own, results }) => ({ number, commits: [...own, ...results] }));
}
