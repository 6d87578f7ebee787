/** The directory reconciler: accounts, whichever product holds them. */
import { createHash } from 'node:crypto';
import type { Desired, Observed, State } from '../../core/change.ts';
import type { Conflict, Known, Observation, Reader, Reconciler, Session, Traits } from '../../core/ports.ts';
import { compareText } from '../../diagnostic.ts';
import { fold } from '../../model/document.ts';
import { ACCOUNT_EXPIRES, type CreateRule, type Mapping } from './mapping.ts';
import { readMark } from './mark.ts';
import type { Account, DirectoryAdapter, DirectoryConnection, DirectoryReader } from './port.ts';
import { ACCOUNT, DIRECTORY, projector } from './projection.ts';
import { protectedName } from './protection.ts';
import { directoryWriter, type PasswordDesk } from './writer.ts';

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

export function directoryReconciler(adapter: DirectoryAdapter, settings: DirectorySettings): Reconciler {
  const session = (connection: DirectoryConnection): Session => ({
    reader: readerOf(connection, settings),
    writer: directoryWriter(connection.writer, settings),
  });
  return {
    system: DIRECTORY,
    rank: 0,
    traits: traitsOf(settings),
    project: projector(settings),
    connect: async (suits) => session(await adapter.connect(suits)),
    connectAll: async () => {
      const { connections, unreachable } = await adapter.connectAll();
      return { sessions: connections.map(session), unreachable };
    },
    settle: async (change, attempt, happened) => {
      if (change.kind !== 'create' || settings.passwords === null) return;
      const username = change.blueprint.username ?? change.address.key;
      if (happened) await settings.passwords.markReady(username, attempt);
      else await settings.passwords.markUnused(username, attempt);
    },
  };
}

function traitsOf(settings: DirectorySettings): Traits {
  return {
    usableUntil: ({ enabled, attributes }: State) =>
      enabled ? expiryOf(attributes[ACCOUNT_EXPIRES] ?? null) : Number.NEGATIVE_INFINITY,
    authenticators: settings.mapping.phones,
    loosens: (attribute, from, to) => attribute === ACCOUNT_EXPIRES && expiryOf(to) > expiryOf(from),
    drift: (attribute) => (settings.reported.has(attribute) ? 'report' : 'revert'),
    createRefused: createRefused(settings),
  };
}

function createRefused({ passwords, create }: DirectorySettings): string | null {
  if (passwords === null)
    return 'nobody is named in "credentials.recipients" to whom the initial password could be sealed.';
  return create.length === 0 ? 'the configuration names no unit in "directory…accounts.create".' : null;
}

/** Milliseconds since 1970; never is later than everything. */
function expiryOf(canonical: string | null): number {
  return canonical === null || canonical === 'never' ? Number.POSITIVE_INFINITY : Date.parse(canonical);
}

function readerOf(connection: DirectoryConnection, settings: DirectorySettings): Reader {
  const { reader } = connection;
  const toObserved = (known: Known) => (account: Account) => observed(account, known, settings);
  return {
    server: reader.server,
    ...(connection.remarks === undefined ? {} : { remarks: connection.remarks }),
    position: () => reader.position(),
    now: () => reader.now(),
    observe: (wanted, known) => observe(reader, wanted, known, settings),
    lookup: async (wanted, known) => {
      const guids = wanted.flatMap(({ handle }) => handle ?? []);
      const usernames = wanted.flatMap(({ key, handle }) => (handle === null ? [key] : []));
      return (await reader.find({ guids, usernames })).map(toObserved(known));
    },
    close: () => connection.close(),
  };
}

async function observe(
  reader: DirectoryReader,
  wanted: readonly Desired[],
  known: Known,
  settings: DirectorySettings,
): Promise<Observation> {
  const reading = await reader.readAll(known.handles, known.valued);
  const toObserved = (account: Account) => observed(account, known, settings);
  const here = new Set(reading.accounts.map((account) => fold(account.username)));
  const missing = wanted.filter(({ address }) => !here.has(address.key));
  const found =
    missing.length === 0
      ? []
      : await reader.find({
          usernames: missing.map(({ address }) => address.key),
          upns: missing.map(({ blueprint }) => blueprint.userPrincipalName ?? ''),
        });
  const accounts = reading.accounts.map(toObserved).sort(byHandle);
  const seen = new Set([...reading.accounts, ...reading.moved].map((account) => account.guid));
  const names = new Set(missing.map(({ address }) => address.key));
  const strangers = found.filter((account) => !seen.has(account.guid) && names.has(fold(account.username)));
  const elsewhere = [...reading.moved, ...strangers].map(toObserved).sort(byHandle);
  const gone = [...reading.gone].sort(compareText);
  return {
    system: DIRECTORY,
    server: reader.server,
    observed: accounts,
    elsewhere,
    gone,
    conflicts: [...conflictsOf(missing, found), ...unplaced(missing), ...forbidden(missing, settings)],
    digest: createHash('sha256')
      .update(JSON.stringify([accounts, elsewhere, gone]))
      .digest('hex'),
  };
}

/** userPrincipalName must be unique in the forest (MS-ADTS 3.1.1.5.1.3): an account of another name may hold it. */
function conflictsOf(missing: readonly Desired[], found: readonly Account[]): readonly Conflict[] {
  const holders = new Map(
    found.flatMap((account) => (account.upn === null ? [] : [[fold(account.upn), account] as const])),
  );
  return missing.flatMap(({ address, person, blueprint }) => {
    const upn = blueprint.userPrincipalName ?? '';
    const holder = holders.get(fold(upn));
    if (holder === undefined || fold(holder.username) === address.key) return [];
    return [
      {
        key: address.key,
        text: `${person.label} gets no account: the log-on name ${upn} belongs to ${holder.dn}.`,
        next: 'Free that value in the directory, or change it in the repository.',
      },
    ];
  });
}

/** An account of that name would be refused at the write: better said in the plan. */
function forbidden(missing: readonly Desired[], settings: DirectorySettings): readonly Conflict[] {
  return missing.flatMap(({ address, person }) => {
    const because = protectedName(address.key, settings);
    if (because === null) return [];
    const text = `${person.label} gets no account: the name is protected (${because}).`;
    return [{ key: address.key, text, next: 'Choose another username, or take the name off the protected list.' }];
  });
}

function unplaced(missing: readonly Desired[]): readonly Conflict[] {
  return missing
    .filter(({ blueprint }) => !blueprint.unit)
    .map(({ address, person }) => ({
      key: address.key,
      text: `${person.label} gets no account: the configuration names no unit for new accounts of that institution.`,
      next: 'Add the institution, or a rule without one, to "directory…accounts.create".',
    }));
}

/** The order of servers and pages must not show in what a pass records. */
function byHandle(a: Observed, b: Observed): number {
  return compareText(a.handle, b.handle);
}

function observed(account: Account, known: Known, { instance, mapping }: DirectorySettings): Observed {
  const mark = readMark(account.mark);
  const own = mark !== null && mark.instance === instance ? mark : null;
  const attempt = own?.attempt ?? null;
  const confirmed = attempt !== null && (known.handles.has(account.guid) || known.openAttempts.has(attempt));
  const attributes = Object.fromEntries(
    mapping.attributes.map((name) => [name, mapping.canonical(name, account.attributes[name] ?? null)]),
  );
  return {
    address: { system: DIRECTORY, kind: ACCOUNT, key: fold(account.username) },
    handle: account.guid,
    ownership: confirmed ? 'ours' : account.mark === null ? 'unmarked' : 'foreign',
    attempt,
    markedKey: own === null ? null : fold(own.username),
    enabled: account.enabled,
    attributes: { ...attributes, [ACCOUNT_EXPIRES]: account.accountExpires },
    protectedBecause: account.protectedBecause,
    location: account.dn,
    managed: account.managed,
    raw: account.raw,
  };
}
