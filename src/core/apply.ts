/** Apply: journals the intent of an approved plan, writes it with bounded concurrency, and records every outcome; never throws. */
import { MusterError, troubleOf } from '../errors.ts';
import type { Change, Effect } from './change.ts';
import { groupsOf } from './coming-back.ts';
import { Grounds } from './grounds.ts';
import { mandateFor, type RunMandate } from './mandate.ts';
import type { Outcome, PutOff, Written } from './outcome.ts';
import type { ApprovedPlan } from './plan.ts';
import type { Clock, Intent, Journal, LedgerRow, Session } from './ports.ts';
import { rowAfter } from './record.ts';
import type { Applied } from './report.ts';
import { thingOf } from './thing.ts';

/** Renewing the lease costs a transaction: once in so many writes is often enough within its minute. */
const WRITES_PER_RENEWAL = 100;

const PHASES: readonly Effect[] = ['takes', 'neither', 'gives'];

export interface ApplyParts {
  readonly runId: string;
  readonly mandate: RunMandate;
  readonly journal: Journal;
  readonly sessions: ReadonlyMap<string, Session>;
  /** Ledger rows by handle, as they stood when the plan was made. */
  readonly ledger: ReadonlyMap<string, LedgerRow>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly concurrency: number;
  readonly lane: boolean;
  /** Throws when another process has taken over. */
  readonly renewLease: () => Promise<void>;
  readonly progress: (done: number, total: number) => void;
  /** Whether a person has what such a change leans on, where this run does not make it; absent: everybody has. */
  readonly hasGround?: (change: Change) => boolean;
  /** Asked before each change: why nothing more is to be done; null: go on. */
  readonly hindrance: () => string | null;
}

/** One outcome per change, in plan order. What takes away is finished before anything else begins, and what gives comes last. */
export async function apply(plan: ApprovedPlan, parts: ApplyParts): Promise<readonly Applied[]> {
  const intents = plan.changes.map((one) => intentOf(one, parts));
  if (intents.length === 0) return [];
  const hindered = parts.hindrance();
  if (hindered !== null)
    return intents.map((intent) => applied(intent, { status: 'skipped', because: hindered }, parts));
  try {
    await parts.journal.intend(intents);
  } catch (error) {
    const because = `the journal could not be written: ${troubleOf(error).what}`;
    return intents.map((intent) => applied(intent, { status: 'skipped', because }, parts));
  }
  const run = new Run(
    parts,
    intents.map(({ change }) => change),
  );
  for (const effect of PHASES) {
    await run.all(intents.filter((intent) => intent.change.effect === effect));
  }
  return intents.map((intent) => applied(intent, run.outcomeOf(intent), parts));
}

function intentOf({ change, approved, approver }: ApprovedPlan['changes'][number], parts: ApplyParts): Intent {
  const { runId, newId, clock, lane } = parts;
  const server = parts.sessions.get(change.address.system)?.reader.server ?? '';
  const mandate = mandateFor(parts.mandate, change, approver, lane);
  return { id: newId(), runId, attempt: newId(), server, change, at: clock(), approved, mandate };
}

function applied(intent: Intent, outcome: Outcome, parts: ApplyParts): Applied {
  return { change: intent.change, outcome, approved: intent.approved, lane: parts.lane };
}

/** The state of one apply: what came of each change, and whether a system still answers. */
class Run {
  readonly #parts: ApplyParts;
  readonly #total: number;
  readonly #outcomes = new Map<Intent, Outcome>();
  /** System to the reason why nothing more is sent to it. */
  readonly #stopped = new Map<string, string>();
  /** Ledger rows by handle, growing with each outcome. */
  readonly #rows: Map<string, LedgerRow>;
  /** Handles of things that should have been disabled and were not. */
  readonly #stillEnabled = new Set<string>();
  readonly #grounds: Grounds;
  /** Why the journal takes nothing any more; what was not settled is found again as an open intent. */
  #journalLost: string | null = null;
  #started = 0;

  constructor(parts: ApplyParts, changes: readonly Change[]) {
    this.#parts = parts;
    this.#total = changes.length;
    this.#grounds = new Grounds(changes);
    this.#rows = new Map(parts.ledger);
  }

  outcomeOf(intent: Intent): Outcome {
    return this.#outcomes.get(intent) ?? { status: 'skipped', because: 'the run ended before it' };
  }

  /** Each system for itself, so that one whose answers are late keeps no other waiting. */
  async all(intents: readonly Intent[]): Promise<void> {
    const systems = Map.groupBy(intents, (intent) => intent.change.address.system);
    await Promise.all([...systems.values()].map((ofOneSystem) => this.#ofOneSystem(ofOneSystem)));
  }

  /** People in parallel; the changes to one person one after the other, so that each ledger row builds on the last. */
  async #ofOneSystem(intents: readonly Intent[]): Promise<void> {
    const people = [...Map.groupBy(intents, (intent) => intent.change.person.key).values()];
    // Who must wait for another system comes last, so that nobody else waits with them.
    const waits = (ofOnePerson: readonly Intent[]) => ofOnePerson.some(({ change }) => this.#groundOf(change) !== null);
    const queue = [...people.filter((one) => !waits(one)), ...people.filter(waits)].values();
    const worker = async () => {
      for (const ofOnePerson of queue) {
        for (const intent of ofOnePerson) await this.#one(intent);
      }
    };
    await Promise.all(Array.from({ length: this.#parts.concurrency }, worker));
  }

  async #one(intent: Intent): Promise<void> {
    const { system } = intent.change.address;
    const session = this.#parts.sessions.get(system);
    const because = this.#hindrance(intent.change) ?? (await this.#groundless(intent)) ?? this.#parts.hindrance();
    if (session === undefined || because !== null) {
      await this.#settle(intent, { status: 'skipped', because: because ?? `${system} is not connected` }, null);
      return;
    }
    try {
      this.#started += 1;
      if (this.#started % WRITES_PER_RENEWAL === 0) await this.#parts.renewLease();
    } catch (error) {
      this.#stopEverything(troubleOf(error).what);
      await this.#settle(intent, { status: 'skipped', because: troubleOf(error).what }, null);
      return;
    }
    await this.#write(intent, session);
    this.#parts.progress(this.#outcomes.size, this.#total);
  }

  /** Why a change must not be tried any more; null: it may. */
  #hindrance({ address, handle, effect }: Change): string | null {
    const stopped = this.#stopped.get(address.system);
    if (stopped !== undefined) return stopped;
    // A later expiry on an account that could not be disabled would give what nobody may have.
    const exposed = handle !== null && effect !== 'takes' && this.#stillEnabled.has(handle);
    return exposed ? 'the account could not be disabled first' : null;
  }

  /** Why there is nothing yet for it to lean on; null: there is, or it needs nothing. */
  async #groundless({ change }: Intent): Promise<string | null> {
    const { leansOn, called } = thingOf(change.address.kind);
    if (leansOn === null || change.kind !== 'create') return null;
    const isThere = await (this.#groundOf(change) ?? this.#parts.hasGround?.(change) ?? true);
    return isThere ? null : `the ${thingOf(leansOn).called} that the ${called} is for was not made`;
  }

  /** Resolves once this run has made what a change leans on, or has not; null: this run is not about to. */
  #groundOf({ kind, person, address }: Change): Promise<boolean> | null {
    const { leansOn } = thingOf(address.kind);
    return leansOn === null || kind !== 'create' ? null : this.#grounds.of(person.key, leansOn);
  }

  async #write(intent: Intent, { reader, writer }: Session): Promise<void> {
    const { change } = intent;
    let written: Written | PutOff;
    try {
      written = await writer.write(change, intent.attempt, intent.mandate);
    } catch (error) {
      if (change.kind === 'disable') this.#stillEnabled.add(change.handle);
      await this.#fail(intent, error);
      return;
    }
    if ('putOff' in written) {
      await this.#settle(intent, { status: 'skipped', because: written.putOff }, null);
      return;
    }
    const leaves = change.kind === 'disable' && change.leave !== undefined;
    if (leaves) written = { ...written, groups: await groupsOf(reader, written.handle) };
    const row = rowAfter(change, written, this.#rows.get(written.handle) ?? null);
    this.#rows.set(written.handle, row);
    await this.#settle(intent, { status: 'applied', written }, row);
  }

  async #fail(intent: Intent, error: unknown): Promise<void> {
    const { system } = intent.change.address;
    const { what, next } = troubleOf(error);
    const silence = error instanceof MusterError ? error.silence : 'unanswered';
    if (silence === 'cut-off') {
      this.#stopped.set(system, what);
      await this.#settle(intent, { status: 'skipped', because: what }, null);
      return;
    }
    const outcome: Outcome = { status: 'failed', error: what, next };
    if (silence === null) {
      await this.#settle(intent, outcome, null);
      return;
    }
    // The server may have done it and the answer got lost: the intent stays open, and the next pass asks the directory.
    this.#outcomes.set(intent, outcome);
    this.#grounds.tell(intent.change, false);
    this.#stopped.set(system, `an earlier write got no answer: ${what}`);
  }

  async #settle(intent: Intent, outcome: Outcome, row: LedgerRow | null): Promise<void> {
    this.#outcomes.set(intent, outcome);
    this.#grounds.tell(intent.change, outcome.status === 'applied');
    if (this.#journalLost !== null) return;
    try {
      await this.#parts.journal.settle(intent, outcome, row, this.#parts.clock());
    } catch (error) {
      // Without a journal nothing more may be written; what was written is found again by its open intent.
      this.#journalLost = `the journal could not be written: ${troubleOf(error).what}`;
      this.#stopEverything(this.#journalLost);
    }
  }

  #stopEverything(because: string): void {
    for (const system of this.#parts.sessions.keys()) this.#stopped.set(system, because);
  }
}
