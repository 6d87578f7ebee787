/** Why, out of memory alone: what counted in the last pass, what Muster last wrote, and the last changes; asks no system and no repository. */
import { type AnyEntry, fold, type Instant } from '../model/document.ts';
import { resolve } from '../model/validate.ts';
import type { ModeSettings } from './modes.ts';
import { shownTasks } from './person-tasks.ts';
import type { Notice } from './plan.ts';
import type { Journal, LedgerRow, Orders } from './ports.ts';
import { shutOutOf } from './shut-out.ts';
import { type ShutOutMemory, shutSinceOf } from './shut-out-memory.ts';
import { askedAsRemembered, type SystemChannel } from './shut-out-remembered.ts';
import type { Tasks } from './tasks.ts';
import { declaration, observedWords, pastChanges, standingOf, type WhyAnswer } from './why.ts';

/** What is remembered of one person. */
export interface PersonMemory {
  /** Last applied revision; null: none yet. */
  revision(): Promise<string | null>;
  /** The last good entries of every kind but people, and that person's own. */
  entriesAbout(key: string): Promise<readonly AnyEntry[]>;
  /** What Muster last wrote or accepted for that person, in every system. */
  ledgerOf(key: string): Promise<readonly LedgerRow[]>;
  readonly changes: Pick<Journal, 'of'>;
  readonly orders: Pick<Orders, 'blocks'>;
  /** What servers were last read to hold for that person, who is or should be shut out. */
  readonly shutOuts: Pick<ShutOutMemory, 'of'>;
  readonly tasks: Pick<Tasks, 'of'>;
}

export interface Asked {
  /** In any case. */
  readonly username: string;
  readonly at: Instant;
  /** IANA name. */
  readonly timeZone: string;
  readonly modes: ModeSettings;
  readonly channels: readonly SystemChannel[];
  /** When a reading of each system was last proven. */
  readonly provenAt: ReadonlyMap<string, Instant>;
  /** Entries that were held or had vanished in the last pass. */
  readonly heldEntries: readonly {
    readonly kind: string;
    readonly key: string;
    readonly condition: 'held' | 'vanished';
  }[];
  /** What the last pass told. */
  readonly notices: readonly Notice[];
}

/** Orders that have ended are asked for, too: that they have is for the model to say. */
const EVER = 0;

/** Null: nobody of that name is remembered. */
export async function whyRemembered(memory: PersonMemory, asked: Asked): Promise<WhyAnswer | null> {
  const { at, timeZone } = asked;
  const key = fold(asked.username);
  const [revision, entries, rows, operatorBlocks, history, read, shutAt, tasks] = await Promise.all([
    memory.revision(),
    memory.entriesAbout(key),
    memory.ledgerOf(key),
    memory.orders.blocks(EVER),
    pastChanges(memory.changes, key),
    memory.shutOuts.of(key),
    shutSinceOf({ journal: memory.changes, shutOuts: memory.shutOuts }, key),
    memory.tasks.of(key),
  ]);
  const loaded = { revision: revision ?? 'none', committedAt: null, files: [], diagnostics: [], trusted: false };
  const { model } = resolve(loaded, entries, { timeZone, operatorBlocks, at });
  const entry = model.users.get(key) ?? null;
  if (entry === null && rows.length === 0 && history.length === 0) return null;
  const { standing, reasons, ended } = standingOf(model, key, at);
  const label = entry === null ? null : declaration(entry).label;
  const onlyObserved = observedWords(model, asked.modes, key);
  const held = asked.heldEntries.find((one) => one.kind === 'user' && one.key === key);
  return {
    format: 1,
    user: key,
    at,
    revision: loaded.revision,
    declared:
      entry === null
        ? null
        : { ...declaration({ ...entry, condition: held?.condition ?? 'declared' }), authorship: null },
    standing,
    ...onlyObserved,
    reasons: reasons.map((reason) => ({ ...reason, authorship: null })),
    ended: ended.map((one) => ({ ...one, authorship: null })),
    diagnostics: [],
    systems: [...Map.groupBy(rows, ({ system }) => system)].map(([system, remembered]) => ({
      system,
      remembered: remembered.map(({ state, disabledFor, goneAt }) => ({
        ...thingIn(history, system),
        enabled: state.enabled,
        attributes: state.attributes,
        disabledFor: disabledFor?.text ?? null,
        goneAt,
      })),
    })),
    outstanding: asked.notices.filter(({ urgent, person }) => urgent && person !== null && person === label),
    held: [],
    shutOut: shutOutOf(
      standing,
      asked.channels.map((way) => askedAsRemembered(way, { standing, rows, read, shutAt, provenAt: asked.provenAt })),
      at,
      onlyObserved.onlyObserved !== undefined,
    ),
    tasks: shownTasks(tasks, at),
    history,
    trouble: [],
  };
}

/** A row of what everybody has is there because of a change that was made, which says what kind of thing it is. */
function thingIn(history: WhyAnswer['history'], system: string): { readonly thing?: string } {
  const thing = history.find((change) => change.system === system)?.thing;
  return thing === undefined ? {} : { thing };
}
