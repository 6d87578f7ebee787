/** Block: shuts out a person or an institution now, by an operator's order, and keeps them out until it is written down or lifted. */
import { MusterError, troubleOf } from '../../errors.ts';
import { fold } from '../../model/document.ts';
import type { Model, OperatorBlock } from '../../model/model.ts';
import { nearest } from '../../model/nearest.ts';
import { indexModel, standing } from '../../model/standing.ts';
import { giveBack } from '../closing.ts';
import { type Desire, desire, desireRemembered } from '../desire.ts';
import { modeOfPeople, whyInstitutionObserved } from '../modes.ts';
import { type PassParts, passLane } from '../pass.ts';
import { type PersonShutOut, readShutOuts } from '../reading-shut-outs.ts';
import type { Report } from '../report.ts';
import { type Operator, onlyObserved, refuseInObserve, refuseObserved } from './scene.ts';

export interface BlockOrder extends Operator {
  readonly scope: OperatorBlock['scope'];
  readonly target: string;
  readonly until: number | null;
}

/** How long to wait while another Muster is at work. */
export interface Patience {
  readonly tries: number;
  /** Resolves when the next try is due. */
  readonly pause: () => Promise<void>;
}

const NO_PATIENCE: Patience = { tries: 0, pause: () => Promise.resolve() };

/** What carrying it out came to, and what became of earlier orders. */
export interface Blocked extends Report {
  /** The order of before that goes on as long or longer, so that no second one was recorded; null: this one was. */
  readonly already: OperatorBlock | null;
  /** That order ends later than what was asked for now, or never. */
  readonly keptLonger: boolean;
  /** Orders with an earlier end, in the place of which this one counts now. */
  readonly replaced: readonly OperatorBlock[];
  /** Everybody whom the order shuts out, as every listed server was read after it was carried out. */
  readonly readBack: readonly PersonShutOut[];
}

/**
 * The order is recorded before anything is written, so that it holds even where no server answers now. There is one order for one
 * person or institution: one with a later end takes the place of the earlier. An order
 * to block never gives access back sooner: what goes on longer stays, and only unblock ends it.
 */
export async function blockByOrder(
  parts: PassParts,
  order: BlockOrder,
  patience: Patience = NO_PATIENCE,
): Promise<Blocked> {
  refuseInObserve(parts);
  const at = parts.clock();
  const { key: target, remembered, model } = await knownTarget(parts, order, at);
  refuseToBlock(parts, model, { scope: order.scope, target });
  const recorded = await record(parts, { ...order, target }, at);
  try {
    await waitForTurn(parts, patience);
    const report = await passLane(parts, `block ${target}`, remembered);
    return { ...report, ...recorded, readBack: await readBack(parts, { ...order, target }, model) };
  } catch (error) {
    throw recordedOnly(target, error);
  }
}

/**
 * An order that nothing carries out is not taken: whoever gives it would take the person for shut out. One that reaches some
 * institution that is looked after is taken, and whoever is only observed is named.
 */
function refuseToBlock(parts: PassParts, model: Model, { scope, target }: Pick<BlockOrder, 'scope' | 'target'>): void {
  if (scope === 'user') refuseObserved(parts, model, [target]);
  if (scope === 'user') return;
  const reasons = withThoseBelow(model, target).map((key) => whyInstitutionObserved(model, parts.settings, key));
  const [what = null] = reasons;
  if (what !== null && !reasons.includes(null)) throw onlyObserved(what, target);
}

/** Keys of an institution, first, and of all that are part of it. */
function withThoseBelow({ institutions }: Model, target: string): readonly string[] {
  const found = new Set([target]);
  for (const above of found) {
    for (const { key, document } of institutions.values()) if (document.partOf === above) found.add(key);
  }
  return [...found];
}

/** With the order in it, which the model of before did not know. */
async function readBack(parts: PassParts, { scope, target }: BlockOrder, before: Model) {
  const operatorBlocks = await parts.store.orders.blocks(parts.clock());
  const model = { ...before, operatorBlocks };
  const { reconcilers, store, clock, shutOuts } = parts;
  const modeOf = modeOfPeople(model, parts.settings);
  const isObserved = (person: string) => modeOf(person) === 'observe';
  // An operator who blocks waits for every server, and is told of each.
  const asking = { reconcilers, store, clock, isObserved, ...(shutOuts === undefined ? {} : { shutOuts }) };
  if (scope === 'user') return readShutOuts(asking, [target], model);
  const index = indexModel(model);
  const isShutOut = (key: string) =>
    standing(index, key, parts.clock()).mayLogIn.reasons.some(({ institution }) => institution === target);
  return readShutOuts(asking, [...model.users.keys()].filter(isShutOut), model);
}

async function record(
  parts: PassParts,
  order: BlockOrder,
  at: number,
): Promise<Pick<Blocked, 'already' | 'keptLonger' | 'replaced'>> {
  const { scope, target, reason, by, until } = order;
  const { orders } = parts.store;
  const earlier = (await orders.blocks(at)).filter((block) => block.scope === scope && block.target === target);
  const already = earlier.find((block) => endOf(block) >= endOf(order));
  if (already !== undefined) return { already, keptLonger: endOf(already) > endOf(order), replaced: [] };
  await orders.block({ id: parts.newId(), scope, target, reason, by, at, until });
  // Only now, so that at no moment no order is in force.
  for (const block of earlier) await orders.unblock(block.id, by, `replaced by a new order: ${reason}`, at);
  return { already: null, keptLonger: false, replaced: earlier };
}

function endOf({ until }: Pick<OperatorBlock, 'until'>): number {
  return until ?? Number.POSITIVE_INFINITY;
}

/** Waits until no other Muster holds the lease: a pass that is at work gives way to a new block, and goes on afterwards. */
export async function waitForTurn(
  { store, progress }: Pick<PassParts, 'store' | 'progress'>,
  { tries, pause }: Patience,
): Promise<void> {
  for (let tried = 0; tried < tries; tried += 1) {
    const { held } = await store.lease.acquire('block');
    if (held) return giveBack(store);
    progress('waiting for another Muster', tried, tries);
    await pause();
  }
}

/** The order stands, whatever kept it from being carried out: nobody should give it twice, nor think that it is done. */
function recordedOnly(target: string, error: unknown): MusterError {
  const { remedy, where, what } = troubleOf(error);
  return new MusterError(
    {
      remedy,
      where,
      what: `The block of ${target} is recorded and counts from the next pass on, but could not be carried out now: ${what}`,
      next: 'Run "muster sync" as soon as that is over: it blocks before it does anything else.',
    },
    { cause: error },
  );
}

export interface Unblocked {
  readonly ended: readonly OperatorBlock[];
}

/** Ends the operators' blocks on that person or institution; access comes back with the next pass, through the gate. */
export async function unblockByOrder(
  parts: PassParts,
  { scope, target, by, reason }: Omit<BlockOrder, 'until'>,
): Promise<Unblocked> {
  const at = parts.clock();
  const key = fold(target);
  const ended = (await parts.store.orders.blocks(at)).filter((block) => block.scope === scope && block.target === key);
  if (ended.length === 0) {
    throw new MusterError({
      remedy: 'person',
      where: `${scope} ${target}`,
      what: 'is not blocked from the command line.',
      next: 'A block in the repository ends by "lifted: DATE" in its entry; "muster why" shows where it stands.',
    });
  }
  for (const block of ended) await parts.store.orders.unblock(block.id, by, reason, at);
  return { ended };
}

/** The last good documents know nearly everybody; only whom they do not know is looked for in the repository as it is now. */
async function knownTarget(
  parts: PassParts,
  order: BlockOrder,
  at: number,
): Promise<{ readonly key: string; readonly remembered: boolean; readonly model: Model }> {
  const { store, repository } = parts;
  const { timeZone } = parts.settings;
  const key = fold(order.target);
  const knownIn = ({ resolution: { model } }: Desire) => (order.scope === 'user' ? model.users : model.institutions);
  const last = await desireRemembered(store, timeZone, at);
  if (knownIn(last).has(key)) return { key, remembered: true, model: last.resolution.model };
  const now = await desire(repository, store, timeZone, at);
  const known = knownIn(now);
  if (known.has(key)) return { key, remembered: false, model: now.resolution.model };
  const like = nearest(key, known.keys());
  throw new MusterError({
    remedy: 'person',
    where: `${order.scope} ${order.target}`,
    what: 'is not declared in the repository, so Muster does not know whom that means.',
    next:
      like === null
        ? "Check the spelling; disable the account by hand if it is not Muster's."
        : `Did you mean "${like}"?`,
  });
}
