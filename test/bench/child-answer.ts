/** What a child process of the benchmark says next. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** @throws Error with `ended` where the child ends before it says anything. */
export async function answerOf(child: ChildProcess, ended: string): Promise<unknown> {
  const over = new AbortController();
  const onExit = () => over.abort(new Error(ended));
  child.once('exit', onExit);
  try {
    const [message] = await once(child, 'message', { signal: over.signal });
    return message;
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : error;
  } finally {
    child.off('exit', onExit);
  }
}
