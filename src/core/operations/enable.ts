/** Enable: gives back an account that somebody disabled by hand, or lets a deleted one be made anew; only where access is allowed. */
import { MusterError } from '../../errors.ts';
import { Moment } from '../../model/moment.ts';
import { effectOf } from '../access.ts';
import { reasonsOf } from '../case.ts';
import type { Attributes, Change, Desired, Observed } from '../change.ts';
import { comingBack } from '../coming-back.ts';
import { historyOf, isDoubtful } from '../footing.ts';
import { isStillTheirs } from '../issued.ts';
import type { PassParts } from '../pass.ts';
import type { LedgerRow } from '../ports.ts';
import type { Applied } from '../report.ts';
import { refuseRestored } from '../restored.ts';
import { recordedAct } from './acts.ts';
import {
  type Operator,
  onScene,
  personOf,
  refuseInObserve,
  refuseObserved,
  type Scene,
  writeOrdered,
} from './scene.ts';

export interface Enabled {
  readonly person: string;
  readonly applied: readonly Applied[];
  /** The deleted account was forgotten: the next pass makes a new one. */
  readonly forgotten: boolean;
}

/** @param system which one gives back; absent: the one that holds accounts */
export async function enableByOrder(
  parts: PassParts,
  username: string,
  operator: Operator,
  system?: string,
): Promise<Enabled> {
  refuseInObserve(parts);
  const act = async (scene: Scene): Promise<Enabled> => {
    const desired = personOf(scene, username);
    refuseObserved(parts, scene.model, [desired.person.key]);
    if (!desired.verdict.allowed)
      throw refused(desired, `${scene.reconciler.traits.thing.denied}: ${reasonsOf(desired)}.`, wayOut(desired));
    const row = scene.rows.find(({ key, goneAt }) => key === desired.address.key && goneAt === null);
    const gone = scene.rows.filter(({ key, goneAt }) => key === desired.address.key && goneAt !== null);
    const observed = await found(scene, desired, row ?? null);
    if (observed === undefined)
      return forget(
        scene,
        desired,
        operator,
        [...gone, ...(row === undefined ? [] : [row])].map(({ handle }) => handle),
      );
    if (observed.protectedBecause !== null)
      throw refused(desired, `is protected (${observed.protectedBecause}).`, 'Change the account by hand.');
    if (observed.ownership !== 'ours' && !scene.reconciler.traits.thing.issued)
      throw refused(desired, "has an account that is not Muster's.", `Run "muster adopt ${username}" first.`);
    const applied = await writeOrdered(scene, changesFor(scene, desired, row ?? null, observed, operator), operator);
    return { person: desired.person.label, applied, forgotten: false };
  };
  return onScene(parts, `enable ${username}`, act, system === undefined ? {} : { system });
}

/** What is to be given back; undefined: there is none. @throws MusterError where it would not be the only one that is on. */
async function found(scene: Scene, desired: Desired, row: LedgerRow | null): Promise<Observed | undefined> {
  const { reader } = scene.session;
  const { key } = desired.address;
  const { thing } = scene.reconciler.traits;
  const known = row === null ? [] : await reader.lookup([{ key, handle: row.handle }], scene.known);
  if (!thing.issued)
    return known[0] ?? (row === null ? (await reader.lookup([{ key, handle: null }], scene.known))[0] : undefined);
  const theirs = await reader.lookup([{ key, handle: null }], scene.known);
  const own = known.find((one) => isStillTheirs(key, one));
  const others = theirs.filter(({ handle }) => handle !== own?.handle);
  const candidates = own === undefined ? others : [own, ...others.filter(({ enabled }) => enabled)];
  const [only, second] = candidates;
  if (second === undefined) return only;
  const where = candidates.map(({ location }) => location).join('; ');
  throw refused(
    desired,
    `has more than one ${thing.called} (${where}).`,
    'Delete all but one, or switch it on by hand.',
  );
}

const LATER = 'Wait until replication has brought it back, or look at "muster ledger rebuild".';

async function forget(
  scene: Scene,
  desired: Desired,
  operator: Operator,
  handles: readonly string[],
): Promise<Enabled> {
  const { parts, reconciler, footing } = scene;
  if (isDoubtful(footing)) throw refused(desired, `has no account on ${footing.address}. ${historyOf(footing)}`, LATER);
  await refuseRestored(parts);
  const act = { act: 'account-forgotten', person: desired.person.key, detail: { accounts: handles.length } } as const;
  const remove = () => parts.store.ledger.remove(reconciler.system, handles);
  if (handles.length > 0) await recordedAct(parts, { ...act, ...operator }, remove);
  return { person: desired.person.label, applied: [], forgotten: handles.length > 0 };
}

function changesFor(
  scene: Scene,
  desired: Desired,
  row: LedgerRow | null,
  observed: Observed,
  operator: Operator,
): readonly Change[] {
  const { traits } = scene.reconciler;
  const loosened = Object.entries(desired.attributes).filter(([name, wanted]) =>
    traits.loosens(name, observed.attributes[name] ?? null, wanted),
  );
  const wanted: Attributes = Object.fromEntries(loosened);
  const shared = {
    address: desired.address,
    person: desired.person,
    handle: observed.handle,
    location: observed.location,
    raw: observed.raw,
    cause: { kind: 'operator', text: operator.reason, origin: null, institutions: [] },
    dated: false,
  } as const;
  const back = row === null ? null : comingBack({ desired, traits, moment: new Moment(scene.at), dated: false }, row);
  const changes: Change[] = [];
  if (loosened.length > 0) {
    const before = Object.fromEntries(loosened.map(([name]) => [name, observed.attributes[name] ?? null]));
    const after = { enabled: observed.enabled, attributes: { ...observed.attributes, ...wanted } };
    changes.push({
      ...shared,
      kind: 'update',
      classes: ['enable'],
      effect: effectOf(traits, observed, after, new Moment(scene.at)),
      before: { enabled: observed.enabled, attributes: before },
      after: { enabled: observed.enabled, attributes: wanted },
    });
  }
  if (!observed.enabled) {
    const after = traits.thing.issued ? desired.attributes : {};
    const before = Object.fromEntries(Object.keys(after).map((name) => [name, observed.attributes[name] ?? null]));
    changes.push({
      ...shared,
      kind: 'enable',
      classes: ['enable'],
      effect: 'gives',
      before: { enabled: false, attributes: before },
      after: { enabled: true, attributes: after },
      ...back?.anew,
    });
  }
  return changes;
}

/** What an operator ordered is not in the repository, and ends by an order too. */
function wayOut({ verdict, address }: Desired): string {
  const ordered = verdict.reasons.some(({ kind }) => kind === 'operator-blocked');
  return ordered ? `Run "muster unblock ${address.key} --reason …" first.` : 'Change that in the repository first.';
}

function refused(desired: Desired, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: desired.person.label, what, next });
}
