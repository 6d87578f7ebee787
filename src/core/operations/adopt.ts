/** Adopt: takes ownership of existing accounts by setting the mark and nothing else, after showing what the next pass would change. */
import type { Adopt, Change, Desired, Observed } from '../change.ts';
import { diff } from '../diff.ts';
import type { PassParts } from '../pass.ts';
import type { LedgerRow } from '../ports.ts';
import type { Applied } from '../report.ts';
import { type Operator, onScene, personOf, type Scene, writeOrdered } from './scene.ts';

/** Everybody declared whose account lies somewhere. */
export interface Region {
  /** Whether a location is meant. */
  readonly within: (location: string) => boolean;
  /** Also those whom the next pass would then change. */
  readonly changing: boolean;
}

export interface Adoption {
  /** What would be, or was, marked. */
  readonly adopts: readonly Adopt[];
  /** Who was not, and why. */
  readonly refused: readonly { readonly person: string; readonly because: string }[];
  /** Who was not, because the next pass would change them: only by name, or where that was asked for. */
  readonly aside: readonly { readonly person: string; readonly key: string; readonly changes: number }[];
  /** What the next pass would then change. */
  readonly wouldChange: readonly Change[];
  /** Empty while it was only shown. */
  readonly applied: readonly Applied[];
}

/** `operator` null: shows only. Throws MusterError for somebody who is not declared. */
export async function adopt(
  parts: PassParts,
  whom: readonly string[] | Region,
  operator: Operator | null,
): Promise<Adoption> {
  return onScene(parts, 'adopt', async (scene) => {
    const judged = await judgedOf(scene, whom);
    const refused = judged.flatMap(({ desired, because }) =>
      because === null ? [] : [{ person: desired.person.label, because }],
    );
    const possible = judged.flatMap(({ desired, observed, because }) =>
      observed === null || because !== null ? [] : [{ desired, observed }],
    );
    const changes = Map.groupBy(preview(scene, possible), ({ address }) => address.key);
    const isAside = ({ desired }: Accepted) => 'within' in whom && !whom.changing && changes.has(desired.address.key);
    const accepted = possible.filter((one) => !isAside(one));
    const aside = possible.filter(isAside).map(({ desired: { person, address } }) => {
      return { person: person.label, key: address.key, changes: changes.get(address.key)?.length ?? 0 };
    });
    const adopts = accepted.map(({ desired, observed }) => adoptOf(scene, desired, observed));
    const wouldChange = accepted.flatMap(({ desired }) => changes.get(desired.address.key) ?? []);
    const shown = { adopts, refused, aside, wouldChange };
    if (operator === null || adopts.length === 0) return { ...shown, applied: [] };
    const applied = await writeOrdered(scene, adopts, operator);
    await forgetDeleted(scene, applied);
    return { ...shown, applied };
  });
}

interface Accepted {
  readonly desired: Desired;
  readonly observed: Observed;
}

interface Judged {
  readonly desired: Desired;
  readonly observed: Observed | null;
  /** Null: they can be taken over. */
  readonly because: string | null;
}

/** Of a unit, only those who have an account there that is not Muster's yet: it is no mistake that others are declared. */
async function judgedOf(scene: Scene, whom: readonly string[] | Region): Promise<readonly Judged[]> {
  const people = 'within' in whom ? scene.desired : whom.map((username) => personOf(scene, username));
  const found = await scene.session.reader.lookup(
    people.map(({ address }) => ({ key: address.key, handle: null })),
    scene.known,
  );
  const byKey = new Map(found.map((one) => [one.address.key, one]));
  const meant = !('within' in whom)
    ? people
    : people.filter(({ address }) => {
        const one = byKey.get(address.key);
        return one !== undefined && one.ownership !== 'ours' && whom.within(one.location);
      });
  const others = await otherAccounts(scene, meant);
  return meant.map((desired) => {
    const observed = byKey.get(desired.address.key) ?? null;
    return { desired, observed, because: refusal(observed, others.get(desired.address.key)) };
  });
}

/** Accounts that the ledger has for these people, by key, as far as they exist: one that was renamed bears another name by now. */
async function otherAccounts(scene: Scene, people: readonly Desired[]): Promise<ReadonlyMap<string, Observed>> {
  const wanted = new Set(people.map(({ address }) => address.key));
  const rows = scene.rows.filter(({ key, goneAt }) => wanted.has(key) && goneAt === null);
  const found = await scene.session.reader.lookup(rows, scene.known);
  const byHandle = new Map(found.map((one) => [one.handle, one]));
  return new Map(
    rows.flatMap(({ key, handle }) => {
      const one = byHandle.get(handle);
      return one === undefined ? [] : [[key, one] as const];
    }),
  );
}

/** `other` is the account that the ledger has for that person. */
function refusal(observed: Observed | null, other: Observed | undefined): string | null {
  if (observed === null) return 'there is no account of that name; "muster plan" shows whether one will be made.';
  if (other !== undefined && other.handle !== observed.handle)
    return `Muster has another account for them (${other.location}), which would be forgotten: delete it or give it its name back.`;
  if (observed.protectedBecause !== null) return `the account is protected: ${observed.protectedBecause}.`;
  if (!observed.managed) return `the account lies outside the managed units (${observed.location}).`;
  if (observed.ownership === 'ours') return "the account is Muster's already.";
  if (observed.attempt !== null)
    return 'the account bears Muster\'s mark, but the ledger does not know it: run "muster ledger rebuild", or clear the mark.';
  if (observed.ownership === 'foreign')
    return "the mark attribute holds somebody else's value, which is never overwritten.";
  return null;
}

function adoptOf(scene: Scene, desired: Desired, observed: Observed): Adopt {
  const state = acceptedState(scene, desired, observed);
  return {
    kind: 'adopt',
    address: desired.address,
    person: desired.person,
    handle: observed.handle,
    location: observed.location,
    raw: observed.raw,
    effect: 'neither',
    classes: ['adopt'],
    cause: { kind: 'operator', text: 'is taken over', origin: desired.origin, institutions: [] },
    dated: false,
    before: state,
    after: state,
  };
}

/** Values as they are, but not a restriction that somebody set by hand: what the ledger does not hold is not loosened. */
export function acceptedState(
  { reconciler }: Scene,
  desired: Desired | undefined,
  observed: Observed,
): LedgerRow['state'] {
  const attributes = Object.entries(observed.attributes).filter(
    ([name, value]) => !reconciler.traits.loosens(name, value, desired?.attributes[name] ?? null),
  );
  return { enabled: observed.enabled, attributes: Object.fromEntries(attributes) };
}

/** What the next pass would change about these people. */
function preview(scene: Scene, people: readonly Accepted[]): readonly Change[] {
  const { system, traits } = scene.reconciler;
  const ledger = people.map(({ desired, observed }): LedgerRow => {
    const state = acceptedState(scene, desired, observed);
    return { system, key: desired.address.key, handle: observed.handle, state, disabledFor: null, goneAt: null };
  });
  const observation = {
    system,
    reach: 'full' as const,
    server: '',
    observed: people.map(({ observed }) => ({ ...observed, ownership: 'ours' as const })),
    elsewhere: [],
    gone: [],
    conflicts: [],
    digest: '',
  };
  return diff({
    desired: people.map(({ desired }) => desired),
    observation,
    ledger,
    traits,
    at: scene.at,
    doubtful: new Set(),
    unsettled: new Set(),
  }).changes;
}

/** The adopted account takes the place of one that was deleted under the same name. */
async function forgetDeleted({ parts, reconciler, rows }: Scene, applied: readonly Applied[]): Promise<void> {
  const adopted = new Map(
    applied.flatMap(({ change, outcome }) =>
      outcome.status === 'applied' ? [[change.address.key, outcome.written.handle] as const] : [],
    ),
  );
  const deleted = rows.filter(({ key, handle }) => adopted.has(key) && adopted.get(key) !== handle);
  const handles = deleted.map(({ handle }) => handle);
  await parts.store.ledger.remove(reconciler.system, handles);
}
