/** Who wrote the lines that changes rest on: asked of the history, within a time that writing can wait. */
import type { LineAuthors, Written } from '../core/mandate.ts';
import { placeOf } from '../core/mandate.ts';
import type { Source } from './source.ts';

/** Distinct lines that are asked about at once: each costs a process. A mass change rests on few lines, or on more than anybody reads. */
const LINES_MAX = 16;
/** At the same time: git works on one core each. */
const LINES_AT_ONCE = 4;
/** Milliseconds that writing waits for it: a block must not hang on a slow disk. What is not known by then is left out. */
const DEADLINE_MS = 1_000;

export function lineAuthors({ blame }: Pick<Source, 'blame'>): LineAuthors {
  return async (origins, revision) => {
    const queue = origins.slice(0, LINES_MAX).values();
    const lines = new Map<string, Written>();
    let late = false;
    const worker = async () => {
      for (const origin of queue) {
        if (late) return;
        const found = await blame(origin, revision).catch(() => null);
        if (found === null || late) continue;
        lines.set(placeOf(origin), { commit: found.commit, author: `${found.author} <${found.email}>`, at: found.at });
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DEADLINE_MS);
    });
    await Promise.race([Promise.all(Array.from({ length: LINES_AT_ONCE }, worker)), deadline]);
    late = true;
    clearTimeout(timer);
    return lines;
  };
}
