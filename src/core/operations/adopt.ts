/** Adopt: takes ownership of existing accounts by setting the mark and nothing else, after showing what the next pass would change. */
import type { Adopt, Change, Desired, Observed } from '../change.ts';
import { diff } from '../diff.ts';
import type { PassParts } from '../pass.ts';
import type { LedgerRow } from '../ports.ts';
import type { Applied } from '../report.ts';
import { type Operator, onScene, personOf, type Scene, writeOrdered } from './scene.ts';

export interface Adoption {
  /** What would be, or was, marked. */
  readonly adopts: readonly Adopt[];
  /** Who was not, and why. */
  readonly refused: readonly { readonly person: string; readonly because: string }[];
  /** What the next pass would then change. */
  readonly wouldChange: readonly Change[];
  /** Empty while it was only shown. */
  readonly applied: readonly Applied[];
}

/** `operator` null: shows only. Throws MusterError for somebody who is not declared. */
export async function adopt(
  parts: PassParts,
  usernames: readonly string[],
  operator: Operator | null,
): Promise<Adoption> {
  return onScene(parts, 'adopt', async (scene) => {
    const people = usernames.map((username) => personOf(scene, username));
    const found = await scene.session.reader.lookup(
      people.map(({ address }) => ({ key: address.key, handle: null })),
      scene.known,
    );
    const byKey = new Map(found.map((one) => [one.address.key, one]));
    const others = await otherAccounts(scene, people);
    const judged = people.map((desired) => {
      const observed = byKey.get(desired.address.key) ?? null;
      return { desired, observed, because: refusal(observed, others.get(desired.address.key)) };
    });
    const refused = judged.flatMap(({ desired, because }) =>
      because === null ? [] : [{ person: desired.person.label, because }],
    );
    const accepted = judged.flatMap(({ desired, observed, because }) =>
      observed === null || because !== null ? [] : [{ desired, observed }],
    );
    const adopts = accepted.map(({ desired, observed }) => adoptOf(scene, desired, observed));
    const wouldChange = accepted.flatMap(({ desired, observed }) => preview(scene, desired, observed));
    if (operator === null || adopts.length === 0) return { adopts, refused, wouldChange, applied: [] };
    const applied = await writeOrdered(scene, adopts, operator);
    await forgetDeleted(scene, applied);
    return { adopts, refused, wouldChange, applied };
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

function preview(scene: Scene, desired: Desired, observed: Observed): readonly Change[] {
  const { system, key } = desired.address;
  const row: LedgerRow = {
    system,
    key,
    handle: observed.handle,
    state: acceptedState(scene, desired, observed),
    disabledFor: null,
    goneAt: null,
  };
  const observation = {
    system,
    reach: 'full' as const,
    server: '',
    observed: [{ ...observed, ownership: 'ours' as const }],
    elsewhere: [],
    gone: [],
    conflicts: [],
    digest: '',
  };
  const { traits } = scene.reconciler;
  return diff({
    desired: [desired],
    observation,
    ledger: [row],
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
