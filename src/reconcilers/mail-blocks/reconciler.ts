/** The mail-blocks reconciler: who may send mail, whichever product holds the list of those who may not. */
import type { Change } from '../../core/change.ts';
import type { Mandate } from '../../core/mandate.ts';
import type { Reconciler, Session } from '../../core/ports.ts';
import { thingOf } from '../../core/thing.ts';
import type { Traits } from '../../core/traits.ts';
import { MusterError } from '../../errors.ts';
import { type Observing, observing } from './observing.ts';
import type { BlockList, BlockListAdapter, Edit } from './port.ts';
import { MAIL, MAIL_PERMISSION, projector } from './projection.ts';

/** Behind the directory: who can't log in can do most harm no more. */
const RANK = 1;

/** @param lasting whether one process asks it again and again, which is then answered out of what it keeps of each person */
export function mailBlocksReconciler(adapter: BlockListAdapter, { lasting = true } = {}): Reconciler {
  const view = observing();
  const project = projector(lasting);
  const open = async () => sessionOf(await adapter.connect(), view);
  return {
    system: MAIL,
    rank: RANK,
    traits: { ...TRAITS, afterShutting: adapter.afterShutting ?? [] },
    project: (model, at) => {
      const desired = project(model, at);
      view.expect(desired);
      return desired;
    },
    connect: open,
    connectAll: async () => {
      if (adapter.connectAll === undefined) return { sessions: [await open()], unreachable: [] };
      const { lists, unreachable } = await adapter.connectAll();
      return { sessions: lists.map((list) => sessionOf(list, view)), unreachable };
    },
    // Nothing belongs to a switch but the switch.
    settle: () => Promise.resolve(),
  };
}

const TRAITS: Omit<Traits, 'afterShutting'> = {
  thing: thingOf(MAIL_PERMISSION),
  adoptedBy: new Set(['mail-blocked']),
  wayBack: (key) =>
    `To keep it, write "- { user: ${key}, reason: …, from: YYYY-MM-DD }" into mail-blocks.yaml; to end it, run "muster enable ${key} --system ${MAIL} --reason …".`,
  usableUntil: ({ enabled }) => (enabled ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY),
  authenticators: new Set(),
  loosens: () => false,
  drift: () => 'revert',
  keptForMs: Number.POSITIVE_INFINITY,
  renewRefused: null,
  createRefused: null,
};

function sessionOf(list: BlockList, view: Observing): Session {
  return {
    reader: {
      server: list.server,
      ...(list.heard === undefined ? {} : { heard: () => list.heard?.() ?? 0 }),
      // A list counts nothing; what was lost of it shows in its own first line.
      position: () => Promise.resolve(null),
      now: () => list.now(),
      observe: (wanted, known) => view.observe(list, wanted, known),
      lookup: (wanted) =>
        view.lookup(
          list,
          wanted.map(({ key }) => key),
        ),
      close: () => list.close(),
    },
    writer: {
      write: async (change, _attempt, mandate) => {
        await list.write(editFor(change, mandate));
        return { handle: change.handle ?? '', state: change.after };
      },
    },
  };
}

/** @throws MusterError (`bug`) for a change that a permission can't have. */
function editFor(change: Change, mandate: Mandate | undefined): Edit {
  if (change.kind !== 'disable' && change.kind !== 'enable') {
    throw new MusterError({
      remedy: 'bug',
      where: `${change.person.label}, sending mail`,
      what: `There is nothing to ${change.kind}.`,
      next: 'Please report this with the log of the run.',
    });
  }
  return {
    key: change.address.key,
    address: change.raw.address ?? null,
    listed: change.kind === 'disable',
    was: change.raw.listed !== null,
    revision: mandate?.revision ?? 'unknown',
  };
}
