/** When a reading of changes will do, and when everything has to be read again before anything is planned on it. */
import { type Change, canonicalJson, type Observed } from './change.ts';
import type { Known, Observation, Reader } from './ports.ts';

/**
 * Changes that may be planned on a reading of changes: each of their things is read again, one by one, and with many of them a full
 * reading costs no more.
 */
const CHANGES_FEW = 25;

/**
 * Whether what was planned on this reading may stand. A reading of changes does not show what vanished: deleted, moved away, or
 * behind a right that was lost. So nothing is taken on one, nor is much done at once; and the few things that would be
 * changed must be, when asked for by themselves, exactly what the reading says. Never throws.
 */
export async function mayStand(
  changes: readonly Change[],
  { reach, observed, elsewhere }: Observation,
  reader: Reader,
  known: Known,
): Promise<boolean> {
  if (reach === 'full' || changes.length === 0) return true;
  if (changes.length > CHANGES_FEW || changes.some(({ kind, effect }) => kind === 'disable' || effect === 'takes'))
    return false;
  const handles = new Set(changes.flatMap(({ handle }) => handle ?? []));
  if (handles.size === 0) return true;
  const wanted = changes.map(({ address, handle }) => ({ key: address.key, handle }));
  // A server that does not answer is met again by the full reading, which says so.
  const found = await reader.lookup(wanted, known).catch(() => []);
  const now = new Map(found.map((one) => [one.handle, one]));
  const then = [...observed, ...elsewhere].filter(({ handle }) => handles.has(handle));
  return then.length === handles.size && then.every((one) => isSame(one, now.get(one.handle)));
}

function isSame(then: Observed, now: Observed | undefined): boolean {
  return now !== undefined && canonicalJson(then) === canonicalJson(now);
}
