/** Grounds: a thing that leans on another of the same person (a token on an account) is made only where that one is, or after it. */
import type { Change } from './change.ts';
import type { Reconciler } from './ports.ts';
import type { SystemResult } from './system-pass.ts';
import { thingOf } from './thing.ts';

/** What a run makes that others of it lean on: each can be waited for. */
export class Grounds {
  readonly #made = new Map<string, { readonly done: Promise<boolean>; readonly tell: (isThere: boolean) => void }>();

  constructor(changes: readonly Change[]) {
    const kinds = new Set(changes.flatMap(({ address }) => thingOf(address.kind).leansOn ?? []));
    for (const change of changes) {
      if (!kinds.has(change.address.kind) || !isMaking(change)) continue;
      const { promise: done, resolve: tell } = Promise.withResolvers<boolean>();
      this.#made.set(nameOf(change.person.key, change.address.kind), { done, tell });
    }
  }

  /** Resolves once this run has made that person one of that kind, or has not; null: it is not about to. */
  of(person: string, kind: string): Promise<boolean> | null {
    return this.#made.get(nameOf(person, kind))?.done ?? null;
  }

  tell(change: Change, isThere: boolean): void {
    if (isMaking(change)) this.#made.get(nameOf(change.person.key, change.address.kind))?.tell(isThere);
  }
}

/**
 * The results without what has nothing to lean on, neither now nor by this plan: whoever has no account of Muster's gets no token,
 * and what is wrong with the account is told of the account.
 */
export function withGround(
  reconcilers: readonly Reconciler[],
  systems: readonly SystemResult[],
): readonly SystemResult[] {
  const [has, willHave] = [groundIn(reconcilers, systems, false), groundIn(reconcilers, systems, true)];
  const stands = (change: Change) =>
    change.kind === 'create' ? willHave(change) : change.kind === 'adopt' ? has(change) : true;
  return systems.map((system) => {
    const changes = system.changes.filter(stands);
    return changes.length === system.changes.length ? system : { ...system, changes };
  });
}

/**
 * Whether a person has what a change leans on.
 * @param planned whether it counts that it is about to be made
 */
export function groundIn(
  reconcilers: readonly Reconciler[],
  systems: readonly SystemResult[],
  planned: boolean,
): (change: Change) => boolean {
  const people = new Map<string, ReadonlySet<string>>();
  const withOne = (kind: string) => {
    const found = systems.filter((_, nth) => reconcilers[nth]?.traits.thing.kind === kind);
    const rows = found.flatMap((system) => [...system.rows.values()]).filter(({ goneAt }) => goneAt === null);
    const made = planned ? found.flatMap(({ changes }) => changes.filter(isMaking)) : [];
    return new Set([...rows.map(({ key }) => key), ...made.map(({ address }) => address.key)]);
  };
  return ({ address }) => {
    const kind = thingOf(address.kind).leansOn;
    if (kind === null) return true;
    const known = people.get(kind) ?? withOne(kind);
    people.set(kind, known);
    return known.has(address.key);
  };
}

function isMaking({ kind }: Change): boolean {
  return kind === 'create' || kind === 'adopt';
}

function nameOf(person: string, kind: string): string {
  return `${kind} ${person}`;
}
