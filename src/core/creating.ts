/** Creating: what is declared and not there yet is made, or it is said why it is not. */
import { endedByDate } from './access.ts';
import { about, type Case, type Finding, NOTHING, noticed } from './case.ts';
import type { Create } from './change.ts';
import type { Conflict } from './ports.ts';
import { makingOf } from './thing.ts';

/** For somebody of whom there is nothing. */
export function created({ desired, traits, moment, dated }: Case, conflict: Conflict | undefined): Finding {
  const { because, refused } = makingOf(traits.thing.kind);
  if (!desired.verdict.allowed || !desired.mayGain) return NOTHING;
  if (conflict !== undefined) return noticed(about(desired, 'conflict', conflict.text, conflict.next));
  if (traits.createRefused !== null) {
    return noticed(
      about(
        desired,
        'create-refused',
        `${desired.person.label} ${refused}: ${traits.createRefused}`,
        'Mend that setting, then sync again.',
      ),
    );
  }
  const after = { enabled: true, attributes: desired.attributes };
  const [newest] = desired.verdict.ended;
  const due = newest !== undefined && endedByDate(newest, desired);
  const create: Create = {
    kind: 'create',
    address: desired.address,
    person: desired.person,
    handle: null,
    after,
    blueprint: desired.blueprint,
    effect: moment.reached(traits.usableUntil(after)) ? 'neither' : 'gives',
    classes: due ? ['create', 'due'] : ['create'],
    cause: { kind: 'declared', text: because, origin: desired.origin, institutions: [] },
    dated,
  };
  return { changes: [create], notices: [], accepted: null };
}
