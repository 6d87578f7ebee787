/** The directory reconciler: accounts, whichever product holds them. */
import type { Change, State } from '../../core/change.ts';
import type { Known, Reach, Reader, Reconciler, Session } from '../../core/ports.ts';
import { thingOf } from '../../core/thing.ts';
import type { Lingering, Traits } from '../../core/traits.ts';
import { handedOver } from './coming-back.ts';
import { relativeName } from './distinguished-name.ts';
import { ACCOUNT_EXPIRES, type CreateRule, type Mapping } from './mapping.ts';
import { type Observing, observingWith } from './observing.ts';
import type { PasswordDesk } from './password-desk.ts';
import type { DirectoryAdapter, DirectoryConnection, Reading } from './port.ts';
import { ACCOUNT, DIRECTORY, projector } from './projection.ts';
import { directoryWriter } from './writer.ts';

/** Whoever is away for longer begins anew: by then nobody can say who knows the password, and what the groups have come to allow. */
const KEPT_FOR_MS = 30 * 86_400_000;

export interface DirectorySettings {
  readonly instance: string;
  readonly create: readonly CreateRule[];
  readonly upnSuffix: string;
  /** sAMAccountNames, folded, that nobody may touch or make. */
  readonly protected: ReadonlySet<string>;
  readonly mapping: Mapping;
  /** Attributes whose hand-made changes are reported instead of reverted. */
  readonly reported: ReadonlySet<string>;
  readonly mustChangePassword: boolean;
  /** Where initial passwords go; null: no recipients are configured, so nothing can be created. */
  readonly passwords: PasswordDesk | null;
}

/** @param lasting whether one process asks it again and again, which is then answered out of what it keeps of each person */
export function directoryReconciler(
  adapter: DirectoryAdapter,
  settings: DirectorySettings,
  { lasting = true } = {},
): Reconciler {
  const observing = observingWith(settings);
  const session = (connection: DirectoryConnection): Session => ({
    reader: readerOf(connection, observing),
    writer: directoryWriter(connection, settings),
  });
  return {
    system: DIRECTORY,
    rank: 0,
    traits: traitsOf(settings, adapter.afterShutting ?? []),
    project: projector(settings, lasting),
    connect: async (suits) => session(await adapter.connect(suits)),
    connectAll: async () => {
      const { connections, unreachable } = await adapter.connectAll();
      return { sessions: connections.map(session), unreachable };
    },
    settle: async (change, attempt, happened) => {
      const username = sealedFor(change);
      if (username === null || settings.passwords === null) return;
      if (happened) await handedOver(settings.passwords, username, attempt);
      else await settings.passwords.markUnused(username, attempt);
    },
  };
}

/** For whom a password was sealed with this change, as their file is called; null: none was. */
function sealedFor(change: Change): string | null {
  if (change.kind === 'create') return change.blueprint.username ?? change.address.key;
  return change.kind === 'enable' && change.anew === true ? (change.raw.sAMAccountName ?? change.address.key) : null;
}

function traitsOf(settings: DirectorySettings, afterShutting: readonly Lingering[]): Traits {
  return {
    thing: thingOf(ACCOUNT),
    adoptedBy: new Set(),
    wayBack: () => null,
    usableUntil: ({ enabled, attributes }: State) =>
      enabled ? expiryOf(attributes[ACCOUNT_EXPIRES] ?? null) : Number.NEGATIVE_INFINITY,
    authenticators: settings.mapping.phones,
    loosens: (attribute, from, to) => attribute === ACCOUNT_EXPIRES && expiryOf(to) > expiryOf(from),
    drift: (attribute) => (settings.reported.has(attribute) ? 'report' : 'revert'),
    keptForMs: KEPT_FOR_MS,
    renewRefused: settings.passwords === null ? NOBODY_TO_SEAL_TO : null,
    decidedBy: (attribute) => (attribute === ACCOUNT_EXPIRES ? ['ends'] : settings.mapping.fieldsOf(attribute)),
    fieldHolding: (attribute) => settings.mapping.fieldHolding(attribute),
    createRefused: createRefused(settings),
    afterShutting,
  };
}

const NOBODY_TO_SEAL_TO = 'nobody is named in "credentials.recipients" to whom the initial password could be sealed.';

function createRefused({ passwords, create }: DirectorySettings): string | null {
  if (passwords === null) return NOBODY_TO_SEAL_TO;
  return create.length === 0 ? 'the configuration names no unit in "directory…accounts.create".' : null;
}

/** Milliseconds since 1970; never is later than everything. */
function expiryOf(canonical: string | null): number {
  return canonical === null || canonical === 'never' ? Number.POSITIVE_INFINITY : Date.parse(canonical);
}

function readerOf(connection: DirectoryConnection, observing: Observing): Reader {
  const { reader } = connection;
  let begun: { readonly known: Known; readonly reach: Reach; readonly reading: Promise<Reading> } | null = null;
  return {
    server: reader.server,
    ...(connection.remarks === undefined ? {} : { remarks: connection.remarks }),
    ...(reader.heard === undefined ? {} : { heard: reader.heard }),
    position: () => reader.position(),
    now: () => reader.now(),
    begin: (known, reach) => {
      const reading = reader.readAll(known.handles, known.valued, reach);
      // Told by `observe`.
      reading.catch(() => undefined);
      begun = { known, reach, reading };
    },
    observe: async (wanted, known, reach = 'full') => {
      const before = begun;
      begun = null;
      if (before === null) return observing.observe(reader, wanted, known, reach);
      if (before.known === known && before.reach === reach) {
        return observing.observe({ ...reader, readAll: () => before.reading }, wanted, known, reach);
      }
      // One reading at a time: what it keeps for the next must be of one moment.
      await before.reading.catch(() => undefined);
      return observing.observe(reader, wanted, known, reach);
    },
    lookup: async (wanted, known) => {
      const guids = wanted.flatMap(({ handle }) => handle ?? []);
      const usernames = wanted.flatMap(({ key, handle }) => (handle === null ? [key] : []));
      return (await reader.find({ guids, usernames })).map((account) => observing.one(account, known));
    },
    ...(reader.lastChanges === undefined ? {} : { lastChanges: reader.lastChanges }),
    groups: async (handle) => (await reader.groupsOf(handle)).map(relativeName),
    close: () => connection.close(),
  };
}
