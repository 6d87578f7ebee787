/** Operators' orders: a block from the command line stays until the repository holds it, and says so until then. */
import { daysIn, windowOf } from '../model/block-window.ts';
import { dayOf, endInWords } from '../model/day.ts';
import type { Instant } from '../model/document.ts';
import type { Model, OperatorBlock } from '../model/model.ts';
import { asValue, quoted } from '../model/wording.ts';
import type { Hold, Notice } from './plan.ts';
import type { Store } from './ports.ts';

/**
 * Whether the repository blocks the same person or institution at this moment by a valid entry, so that nothing is given
 * back when the order ends. An entry with an end counts only where it was written after the order, in answer to it,
 * or lasts as long.
 */
export function isWrittenDown(order: OperatorBlock, model: Model, at: Instant): boolean {
  const days = daysIn(model.timeZone);
  const list = order.scope === 'user' ? model.blockedUsers : model.blockedInstitutions;
  return list.some(({ condition, document, knownSince }) => {
    if (condition !== 'declared' || document.target !== order.target) return false;
    const { from, to } = windowOf(document, days);
    if (at < from || (to !== null && to <= at)) return false;
    const lastsAsLong = to === null || (order.until !== null && order.until <= to);
    return lastsAsLong || knownSince === null || knownSince >= order.at;
  });
}

/** Whether the order still counts: it has no end of its own, or that has not come yet. */
function isStanding(order: OperatorBlock, at: Instant): boolean {
  return order.until === null || at < order.until;
}

/** One notice for each order that only the store knows, with the YAML to paste. */
export function orderNotices(model: Model, at: Instant): readonly Notice[] {
  return model.operatorBlocks
    .filter((order) => isStanding(order, at) && !isWrittenDown(order, model, at))
    .map((order) => noticeOf(order, model, at));
}

/** A pause that holds nothing at present is said all the same: else nobody thinks of ending it. Where it holds something, that says it. */
export function pauseNotices(
  paused: { readonly by: string; readonly reason: string } | null,
  holds: readonly Hold[],
): readonly Notice[] {
  if (paused === null || holds.some(({ rule }) => rule === 'paused')) return [];
  const text = `${paused.by} paused Muster: ${paused.reason}. Nothing but blocks is done until "muster resume".`;
  return [{ kind: 'paused', person: null, text, next: null, origin: null, urgent: false }];
}

/** Ends the orders that the repository has taken over, so that lifting the entry lifts the block. Only for a model that is remembered. */
export async function settleWrittenOrders(store: Store, model: Model, at: Instant): Promise<void> {
  const written = model.operatorBlocks.filter((order) => isStanding(order, at) && isWrittenDown(order, model, at));
  if (written.length === 0) return;
  // An operator may have ended one meanwhile.
  const standing = new Set((await store.orders.blocks(at)).map(({ id }) => id));
  for (const { id } of written.filter((order) => standing.has(order.id))) {
    await store.orders.unblock(id, 'muster', 'written down in the repository', at);
  }
}

function noticeOf(order: OperatorBlock, model: Model, at: Instant): Notice {
  const file = order.scope === 'user' ? 'blocked-users.yaml' : 'blocked-institutions.yaml';
  const label = model.users.get(order.target)?.document.username ?? order.target;
  const day = dayOf(at, model.timeZone);
  // The last day that the order reaches: the entry may last some hours longer than the order, never shorter.
  const until = order.until === null ? [] : [`until: ${dayOf(order.until - 1, model.timeZone)}`];
  const lines = [`${order.scope}: ${asValue(label)}`, `reason: ${quoted(order.reason)}`, `from: ${day}`, ...until];
  const entry = `- ${lines.join('\n  ')}`;
  const end = order.until === null ? '' : ` until ${endInWords(order.until, model.timeZone)}`;
  return {
    kind: 'operator-block',
    person: label,
    text: `${label} is blocked by ${order.by} from the command line${end} (${order.reason}), and the repository does not say so yet.`,
    next: `Add to ${file}:\n${entry}`,
    origin: null,
    urgent: false,
  };
}
