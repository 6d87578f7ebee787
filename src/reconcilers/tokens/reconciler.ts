/** The tokens reconciler: one live SMS token for each person who may log in, whichever product holds them. */
import type { Change, Create } from '../../core/change.ts';
import type { PutOff, Written } from '../../core/outcome.ts';
import type { Reconciler, Session } from '../../core/ports.ts';
import { thingOf } from '../../core/thing.ts';
import type { Traits } from '../../core/traits.ts';
import { MusterError } from '../../errors.ts';
import { numberIn, type Observing, observing } from './observing.ts';
import type { TokenAdapter, TokenList } from './port.ts';
import { PHONE, projector, TOKEN, TOKENS } from './projection.ts';

/** Behind the directory and mail: whoever can't log in is asked for no passcode. */
const RANK = 2;

/** @param lasting whether one process asks it again and again, which is then answered out of what it keeps of each person */
export function tokensReconciler(adapter: TokenAdapter, { lasting = true } = {}): Reconciler {
  const view = observing();
  return {
    system: TOKENS,
    rank: RANK,
    traits: { ...TRAITS, afterShutting: adapter.afterShutting ?? [] },
    project: projector(lasting),
    connect: async (suits) => sessionOf(await adapter.connect(suits), view),
    connectAll: async () => {
      if (adapter.connectAll === undefined)
        return { sessions: [sessionOf(await adapter.connect(), view)], unreachable: [] };
      const { lists, unreachable } = await adapter.connectAll();
      return { sessions: lists.map((list) => sessionOf(list, view)), unreachable };
    },
    // Nothing belongs to a token but the token.
    settle: () => Promise.resolve(),
  };
}

const TRAITS: Omit<Traits, 'afterShutting'> = {
  thing: thingOf(TOKEN),
  adoptedBy: new Set(),
  wayBack: (key) =>
    `To have it on again, run "muster enable ${key} --system ${TOKENS} --reason …"; to have another one made, delete it there first.`,
  usableUntil: ({ enabled }) => (enabled ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY),
  authenticators: new Set([PHONE]),
  loosens: () => false,
  drift: () => 'revert',
  keptForMs: Number.POSITIVE_INFINITY,
  renewRefused: null,
  decidedBy: (attribute) => (attribute === PHONE ? ['phone'] : []),
  createRefused: null,
};

function sessionOf(list: TokenList, view: Observing): Session {
  return {
    reader: {
      server: list.server,
      ...(list.heard === undefined ? {} : { heard: () => list.heard?.() ?? 0 }),
      position: async () => (await list.position?.()) ?? null,
      now: () => list.now(),
      observe: (_wanted, known) => view.observe(list, known),
      lookup: (wanted, known) => view.lookup(list, wanted, known),
      close: () => list.close(),
    },
    writer: { write: (change, attempt) => write(list, change, attempt) },
  };
}

async function write(list: TokenList, change: Change, attempt: string): Promise<Written | PutOff> {
  switch (change.kind) {
    case 'create':
      return await create(list, change, attempt);
    case 'adopt':
      await confirm(list, change.handle, change.after.attributes[PHONE] ?? null, change.address.key);
      break;
    case 'update':
      await list.setPhone(change, numberFor(change));
      break;
    case 'disable':
      await list.switch(change, { on: false });
      break;
    case 'enable':
      await list.switch(change, { on: true, phone: numberFor(change) });
  }
  return { handle: change.handle, state: change.after };
}

/** Whom the system does not know yet it may know by the next pass: accounts take a while to get about. */
async function create(list: TokenList, change: Create, attempt: string): Promise<Written | PutOff> {
  const { key } = change.address;
  const username = change.blueprint.username ?? key;
  const token = await list.create({ key, username, phone: numberFor(change), attempt });
  if (token === null)
    return { putOff: `${list.server} does not know ${username} yet; the token follows in a later pass` };
  return { handle: token.handle, state: change.after };
}

/** Nothing is written to a token that is taken over; that it still is as it was when it was read is all there is to it. */
async function confirm(list: TokenList, handle: string, phone: string | null, key: string): Promise<void> {
  const [now] = (await list.find({ handles: [handle], keys: [] })).map((token) => ({
    ...token,
    phone: numberIn(token),
  }));
  if (now?.live && now.phone === phone && now.key === key) return;
  throw new MusterError({
    remedy: 'retry',
    where: now?.location ?? list.server,
    what: 'Somebody changed it meanwhile.',
    next: 'Sync again.',
  });
}

/** @throws MusterError (`bug`) for a change without a number. */
function numberFor({ person, after, kind }: Change): string {
  const number = after.attributes[PHONE] ?? null;
  if (number !== null) return number;
  throw new MusterError({
    remedy: 'bug',
    where: `${person.label}, token`,
    what: `There is no number to ${kind} it with.`,
    next: 'Please report this with the log of the run.',
  });
}
