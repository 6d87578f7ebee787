/** Outstanding: what is not done for one person: shut out and not known to be, or held until somebody decides. */
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import { type Inquiry, thingsOf } from './asking-servers.ts';
import { about, reasonsOf } from './case.ts';
import type { Desired, Observed } from './change.ts';
import { byHandWhileObserved } from './modes.ts';
import { type Hold, type Notice, peopleIn } from './plan.ts';
import type { LedgerRow, Reconciler } from './ports.ts';
import type { Report } from './report.ts';
import { leftOn, unreachedNotice, unseenNotice } from './unverified.ts';

/** One hold, as far as it is about one person. */
export interface HeldFor extends Hold {
  /** When the pass ended that held it. */
  readonly since: Instant;
  /** How many other people wait under the same digest. */
  readonly others: number;
}

/** What the last pass held of that person's. */
export function heldFor(report: Pick<Report, 'holds' | 'finishedAt'> | null, key: string): readonly HeldFor[] {
  if (report === null) return [];
  return report.holds.flatMap((hold) => {
    const changes = hold.changes.filter(({ person }) => person.key === key);
    if (changes.length === 0) return [];
    return [{ ...hold, changes, since: report.finishedAt, others: peopleIn(hold.changes).size - 1 }];
  });
}

/** What a system wants of one person alone; null: they are not declared, or it wants nothing. */
export function desiredOf({ project }: Reconciler, model: Model, key: string, at: Instant): Desired | null {
  const entry = model.users.get(key);
  if (entry === undefined) return null;
  const alone: Model = { ...model, users: new Map([[key, entry]]) };
  return project(alone, at).find(({ address }) => address.key === key) ?? null;
}

/**
 * Of the first of its servers that lets the person in, or does not show that it shuts them out; null: all do, or they may be in it.
 * @param observed whether nothing of theirs is written
 */
export function outstandingIn(
  reconciler: Reconciler,
  inquiry: Inquiry | undefined,
  model: Model,
  { key, observed }: { readonly key: string; readonly observed: boolean },
  at: Instant,
): Notice | null {
  const desired = desiredOf(reconciler, model, key, at);
  if (desired === null || inquiry === undefined) return null;
  const rows = inquiry.rows.filter((row) => row.key === key);
  for (const one of inquiry.servers) {
    const look = 'trouble' in one ? one : { server: one.server, found: thingsOf(inquiry, one.found, key) };
    const notice = notShutOut(desired, reconciler, rows, look, at);
    if (notice === null) continue;
    const instead = observed ? { next: byHandWhileObserved(reconciler.traits.thing) } : {};
    return { system: inquiry.system, ...notice, ...instead };
  }
  return null;
}

/** What a look at one person's things came to. */
export type Look = { readonly server: string; readonly found: readonly Observed[] } | { readonly trouble: Trouble };

/**
 * That somebody who should be shut out of a system is not, or that it does not show it; null: they are, or may be in it.
 * @param rows that person's, of this system
 */
export function notShutOut(
  desired: Desired,
  { traits }: Pick<Reconciler, 'traits'>,
  rows: readonly LedgerRow[],
  look: Look,
  at: Instant,
): Notice | null {
  if (desired.verdict.allowed) return null;
  const on = rows.filter(leftOn);
  if ('trouble' in look) {
    const unknown = traits.thing.innate && rows.length === 0;
    return unknown || on.length > 0 ? unreachedNotice(desired, traits, look.trouble) : null;
  }
  const usable = look.found.find((one) => one.enabled && traits.usableUntil(one) > at);
  if (usable !== undefined) return stillOn(desired, traits.thing, usable);
  const shown = new Set(look.found.map(({ handle }) => handle));
  return on.every(({ handle }) => shown.has(handle)) ? null : unseenNotice(desired, traits, look.server);
}

function stillOn(desired: Desired, thing: Reconciler['traits']['thing'], usable: Observed): Notice {
  const { denied, still, byHand } = thing;
  const ours = usable.protectedBecause === null && (usable.ownership === 'ours' || thing.issued);
  const text = `${desired.person.label} ${denied} (${reasonsOf(desired)}), but ${still} (${usable.location}).`;
  const next = ours ? `Run "muster sync"; where that does not help, ${byHand.toLowerCase()}.` : `${byHand} now.`;
  return { ...about(desired, 'still-enabled', text, next), urgent: true };
}
