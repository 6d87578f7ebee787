/** Reviews of merge requests as `muster serve` has them: the forge, the process that reviews, and what came of merges. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { UntoldOutcome } from '../daemon/reviewer.ts';
import { reviewService } from '../daemon/reviews.ts';
import type { Service } from '../daemon/service.ts';
import { outcomeMarkdown } from '../views/review-outcome.ts';
import type { ForgeSite } from '../wiring/forge.ts';
import type { Site } from '../wiring.ts';
import { numberIn } from './review-messages.ts';
import { reviewerProcess } from './reviewing.ts';
import { untoldOfHeld } from './telling-held.ts';

/** None where no forge is configured. */
export function reviewsOf(config: Config, { forge, parts, log }: Site): readonly Service[] {
  const { forge: settings, source, statusPage } = config;
  if (settings === null || forge === null || source.kind === 'folder') return [];
  const base = statusPage?.url ?? null;
  return [
    reviewService({
      forge: forge.server,
      branch: source.branch,
      authors: settings.authors,
      everyMs: settings.everySeconds * 1000,
      reviewer: reviewerProcess(config.file),
      memory: forge.memory,
      outcomes: async () => [...(await outcomesOf(parts)), ...(await approvalsOf(parts, forge, source.branch))],
      linkTo: (number) => (base === null ? null : `${base}/merge-requests/${number}`),
      log,
      clock: parts.clock,
      sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    }),
  ];
}

/** What came of merged requests; branches that somebody reviewed at the command line have no place on a forge. */
async function outcomesOf({ seals, settings }: Site['parts']): Promise<readonly UntoldOutcome[]> {
  const untold = (await seals?.untold()) ?? [];
  return untold.flatMap(({ id, outcome }) => {
    const number = numberIn(outcome.name);
    if (number === null) return [];
    const told = async () => seals?.told(id, outcome.at);
    return [{ number, topic: 'outcome', text: outcomeMarkdown(outcome, settings.timeZone), told }];
  });
}

async function approvalsOf(
  { heldRevisions: memory, settings: { timeZone } }: Site['parts'],
  { server }: ForgeSite,
  branch: string,
): Promise<readonly UntoldOutcome[]> {
  return memory === undefined ? [] : untoldOfHeld({ memory, server, branch, timeZone });
}
