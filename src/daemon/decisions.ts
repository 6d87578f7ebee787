/** The operators' trigger: what they decide at the command line, in another process, takes effect at once. */
import type { Store } from '../core/ports.ts';
import type { Instant } from '../model/document.ts';

/** How often the store is asked, in milliseconds; it answers in one. */
const ASK_EVERY_MS = 1_000;

/**
 * Calls when blocks, approvals or a pause have come or gone since it began; gives what ends it. A store that can't answer is
 * asked again. @throws what the store throws at the beginning.
 */
export async function watchDecisions(
  store: Store,
  clock: () => Instant,
  call: () => void,
): Promise<() => Promise<void>> {
  let known = await decisionsIn(store, clock());
  let asking: Promise<void> = Promise.resolve();
  const ask = async () => {
    const now = await decisionsIn(store, clock()).catch(() => known);
    if (now !== known) call();
    known = now;
  };
  const timer = setInterval(() => {
    asking = asking.then(ask);
  }, ASK_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await asking;
  };
}

/** How often a running pass looks for a new block, in milliseconds: an operator waits for it. */
const BLOCK_EVERY_MS = 300;

/** Calls when an operator gave a block that did not stand when it began; gives what ends it. */
export function watchBlocks(store: Pick<Store, 'orders'>, call: () => void): () => void {
  const EVER = 0;
  const ids = async () => (await store.orders.blocks(EVER)).map(({ id }) => id);
  let known: ReadonlySet<string> | null = null;
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    // A store that can't answer is asked again.
    const now = await ids().catch(() => null);
    asking = false;
    if (now !== null && known !== null && now.some((id) => known?.has(id) === false)) call();
    if (now !== null) known = new Set(now);
  };
  void ask();
  const timer = setInterval(() => void ask(), BLOCK_EVERY_MS);
  return () => clearInterval(timer);
}

async function decisionsIn({ orders, approvals }: Store, at: Instant): Promise<string> {
  const [blocks, valid, paused] = await Promise.all([orders.blocks(0), approvals.valid(at), orders.paused()]);
  const texts = [...blocks.map(({ id, until }) => `${id} ${until}`), ...valid.map(({ digest }) => digest)];
  return JSON.stringify([texts.sort(), paused]);
}
