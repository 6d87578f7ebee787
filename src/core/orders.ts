/** Operators' orders: a block from the command line stays until the repository holds it, and says so until then. */
import type { Instant } from '../model/document.ts';
import type { Model, OperatorBlock } from '../model/model.ts';
import type { Notice } from './plan.ts';
import type { Store } from './ports.ts';

/** Whether the repository now holds a valid, unlifted entry for the same person or institution. */
export function isWrittenDown(order: OperatorBlock, model: Model): boolean {
  const list = order.scope === 'user' ? model.blockedUsers : model.blockedInstitutions;
  return list.some(
    ({ condition, document }) =>
      condition === 'declared' && document.target === order.target && document.lifted === null,
  );
}

/** One notice for each order that only the store knows, with the YAML to paste. */
export function orderNotices(model: Model, at: Instant): readonly Notice[] {
  return model.operatorBlocks
    .filter((order) => !isWrittenDown(order, model))
    .map((order) => noticeOf(order, model, at));
}

/** Ends the orders that the repository has taken over, so that lifting the entry lifts the block. */
export async function settleWrittenOrders(store: Store, model: Model, at: Instant): Promise<void> {
  for (const order of model.operatorBlocks) {
    if (isWrittenDown(order, model))
      await store.orders.unblock(order.id, 'muster', 'written down in the repository', at);
  }
}

function noticeOf(order: OperatorBlock, model: Model, at: Instant): Notice {
  const file = order.scope === 'user' ? 'blocked-users.yaml' : 'blocked-institutions.yaml';
  const label = model.users.get(order.target)?.document.username ?? order.target;
  const day = new Date(at).toISOString().slice(0, 10);
  const entry = `- ${order.scope}: ${label}\n  reason: ${JSON.stringify(order.reason)}\n  from: ${day}`;
  return {
    kind: 'operator-block',
    person: label,
    text: `${label} is blocked by ${order.by} from the command line (${order.reason}), and the repository does not say so yet.`,
    next: `Add to ${file}:\n${entry}`,
    origin: null,
    urgent: false,
  };
}
