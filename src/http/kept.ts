/** What is worked out at most once in a while, however often it is asked for. */

/**
 * The same work, of which a result serves everybody who asks within so many milliseconds; one that failed serves those who waited for it.
 * @param steady milliseconds that only go forward.
 */
export function keptFor<T>(ms: number, steady: () => number, work: () => Promise<T>): () => Promise<T> {
  let kept: { readonly at: number; readonly result: Promise<T> } | null = null;
  return () => {
    const now = steady();
    if (kept !== null && now - kept.at < ms) return kept.result;
    const mine = { at: now, result: work() };
    kept = mine;
    mine.result.catch(() => {
      if (kept === mine) kept = null;
    });
    return mine.result;
  };
}
