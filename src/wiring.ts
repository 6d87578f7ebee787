/** The composition root: turns the configuration into working parts, and alone knows which adapter stands behind which port. */
import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import type { Patient } from './core/doctor.ts';
import type { Examiner, Finding } from './core/finding.ts';
import type { PassParts, Progress } from './core/pass.ts';
import { passReuse } from './core/pass-reuse.ts';
import type { Clock } from './core/ports.ts';
import type { Revisions } from './core/revisions.ts';
import type { History } from './core/why.ts';
import { openOutbox } from './credentials/outbox.ts';
import { generatePassword, type PasswordOptions } from './credentials/password.ts';
import { checkCredentials, checkSecretFile } from './credentials/readiness.ts';
import { watchBlocks } from './daemon/decisions.ts';
import { scheduleProblem } from './daemon/schedule.ts';
import { type Log, openLog } from './log.ts';
import type { LogLevel } from './log-level.ts';
import { fold } from './model/document.ts';
import type { Desk } from './notify/desk.ts';
import type { SealedFile } from './notify/people-mail.ts';
import { activeDirectory } from './reconcilers/directory/active-directory/adapter.ts';
import { activeDirectoryExaminer } from './reconcilers/directory/active-directory/examiner.ts';
import { embedded } from './reconcilers/directory/embedded/adapter.ts';
import { directoryExaminer } from './reconcilers/directory/examiner.ts';
import { mappingOf, sampleValues } from './reconcilers/directory/mapping.ts';
import type { PasswordDesk } from './reconcilers/directory/password-desk.ts';
import type { DirectoryAdapter } from './reconcilers/directory/port.ts';
import { type DirectorySettings, directoryReconciler } from './reconcilers/directory/reconciler.ts';
import { reissuePassword } from './reconcilers/directory/reissue.ts';
import { taskDesk } from './reconcilers/tasks/desk.ts';
import { lineAuthors } from './sources/line-authors.ts';
import { headFileAt } from './store/head-file.ts';
import { checkRoom } from './store/room.ts';
import { type OpenStore, openStore } from './store/store.ts';
import { approvalFindings } from './wiring/approval.ts';
import { siteOf } from './wiring/directory-site.ts';
import { type ForgeSite, forgeIn, mergedRequestsIn } from './wiring/forge.ts';
import { mailBlocksIn, mailExaminersOf } from './wiring/mail-blocks.ts';
import { patience } from './wiring/patience.ts';
import { repositoryFrom, revisionsOf, sourceOf } from './wiring/repository.ts';
import { tokenAttributes, tokenExaminersOf, tokenSecretFindings, tokensIn } from './wiring/tokens.ts';

export { createEmbeddedDirectory } from './reconcilers/directory/embedded/directory-file.ts';
export { writeEditorFiles } from './sources/editor-files.ts';
export { makeFolder } from './sources/making-folders.ts';

/** A configured installation, opened. */
export interface Site {
  readonly config: Config;
  readonly parts: PassParts;
  readonly history: History;
  /** Branches that do not count, for reviews; null: the desired state is a folder. */
  readonly revisions: Revisions | null;
  /** Where changes are proposed; null: none is configured. */
  readonly forge: ForgeSite | null;
  /** A new initial password for that person's account, sealed into the outbox. */
  reissue(username: string): Promise<{ readonly username: string; readonly attempt: string }>;
  /** Mail to whoever is to be told; null: nobody is. */
  readonly notifications: (() => Promise<Desk>) | null;
  readonly log: Log;
  /** Throws MusterError (`person`) where the database that was opened is no longer the one that others find under its name. */
  assertInPlace(): void;
  close(): Promise<void>;
}

export interface WireOptions {
  readonly progress: Progress;
  readonly logLevel: LogLevel;
  /** True for a process that passes again and again: each pass uses what earlier ones worked out. */
  readonly resident?: boolean;
  /** Where initial passwords come from; the operating system's generator unless a test says otherwise. */
  readonly random?: PasswordOptions['random'];
  /** Absent: the machine's. An embedded directory has the same. */
  readonly clock?: Clock;
}

/**
 * Writes in flight at once. More does not make a domain controller faster, and holds back a stop; fewer would leave it
 * waiting for the network between one answer and the next.
 */
const WRITES_IN_FLIGHT = 8;

/** Opens the store; connects to nothing else yet. @throws MusterError where the store can't be used. */
export async function wire(config: Config, options: WireOptions): Promise<Site> {
  const { progress, logLevel, resident = false, clock = Date.now, random } = options;
  const store = await openStore({ ...config.store, resident }, clock);
  const source = sourceOf(config, resident);
  const directory = directoryOf(config, resident, clock, random);
  const forge = forgeIn(config, store.mergeRequests);
  const site: Omit<Site, 'notifications'> = {
    config,
    parts: {
      settings: {
        mode: config.mode,
        modes: config.modes,
        timeZone: config.timeZone,
        limits: config.limits,
        concurrency: WRITES_IN_FLIGHT,
      },
      repository: repositoryFrom(source, config, store, {
        resident,
        requests: mergedRequestsIn(config, forge?.server ?? null),
      }),
      reconcilers: [
        directoryReconciler(directory.adapter, directory.settings, { lasting: resident }),
        ...mailBlocksIn(config, resident, clock),
        ...tokensIn(config, resident, clock),
      ],
      store,
      tasks: { desk: taskDesk(config.tasks.settings, { lasting: resident }), memory: store.tasks },
      shutOuts: store.shutOuts,
      seals: store.seals,
      heldRevisions: store.heldRevisions,
      agreement: store.agreement,
      clock,
      newId: randomUUID,
      progress,
      interruptions: (call) => watchBlocks(store, () => call('block')),
      patience,
      lineAuthors: lineAuthors(source),
      ...headFileOf(config),
      ...(resident ? { reuse: passReuse() } : {}),
    },
    history: source,
    revisions: revisionsOf(config, store),
    forge,
    reissue: (username) => reissuePassword({ ...directory, store, newId: randomUUID }, username),
    log: openLog(logLevel),
    assertInPlace: () => store.assertInPlace(),
    close: () => store.close(),
  };
  return { ...site, notifications: notificationsOf(site, store) };
}

function notificationsOf({ config, parts, log }: Pick<Site, 'config' | 'parts' | 'log'>, { mails }: OpenStore) {
  const { notify, instance, credentials, tasks } = config;
  if (notify === null) return null;
  const sealedFiles = () => sealedFilesIn(credentials.outbox, instance);
  return async () => {
    const { openNotifications } = await import('./notify/open.ts');
    return openNotifications(notify, { instance, parts, mails, sealedFiles, log, taskTelling: tasks.telling });
  };
}

async function sealedFilesIn(folder: string | null, instance: string): Promise<SealedFile> {
  const outbox = folder === null ? null : openOutbox({ folder, recipients: [], instance, clock: Date.now });
  const entries = (await outbox?.list()) ?? [];
  const paths = new Map(entries.map(({ username, attempt, path }) => [`${fold(username)} ${attempt}`, path]));
  const ready = entries.filter(({ state }) => state === 'ready').toSorted((a, b) => a.preparedAt - b.preparedAt);
  const inForce = new Map(ready.map(({ username, path }) => [fold(username), path]));
  return (username, attempt) =>
    (attempt === null ? inForce.get(fold(username)) : paths.get(`${fold(username)} ${attempt}`)) ?? null;
}

function headFileOf({ audit: { headFile } }: Config): Pick<PassParts, 'headFile'> {
  return headFile === null ? {} : { headFile: headFileAt(headFile) };
}

/** The same parts for an examination, each opened by itself. */
export function patientOf(config: Config): Patient {
  const { adapter, settings } = directoryOf(config, false, Date.now);
  const source = sourceOf(config);
  return {
    configFile: config.file,
    mode: config.mode,
    modes: config.modes,
    timeZone: config.timeZone,
    clock: Date.now,
    openStore: () => openStore(config.store, Date.now),
    repository: repositoryFrom(source, config, null, { requests: mergedRequestsIn(config) }),
    reconcilers: [
      directoryReconciler(adapter, settings, { lasting: false }),
      ...mailBlocksIn(config, false, Date.now),
      ...tokensIn(config, false, Date.now),
    ],
    examiners: [...examinersOf(config, settings), ...mailExaminersOf(config), ...tokenExaminersOf(config)],
    ...headFileOf(config),
    checkRoom: () => checkRoom(config.store.sqlite),
    checkMail: async (send) => {
      const { examineMail } = await import('./notify/examine.ts');
      return examineMail(config.notify, { instance: config.instance, at: Date.now(), newId: randomUUID, send });
    },
    checkCredentials: async () => [
      ...(await checkCredentials(config.credentials.outbox, config.credentials.recipients)),
      ...(config.directory.kind === 'active-directory'
        ? await checkSecretFile('password file', config.directory.server.bind.passwordFile)
        : []),
      ...(await tokenSecretFindings(config)),
      ...(await approvalFindings(config)),
      ...(config.notify === null || config.notify.smtp.login === null
        ? []
        : await checkSecretFile('mail password file', config.notify.smtp.login.passwordFile)),
      ...(config.forge === null ? [] : await checkSecretFile('forge token', config.forge.server.tokenFile)),
      ...(config.webhook === null ? [] : await checkSecretFile('webhook secret', config.webhook.secretFile)),
      ...scheduleFindings(config),
    ],
  };
}

function scheduleFindings({ schedule }: Config): readonly Finding[] {
  const problem = scheduleProblem(schedule);
  if (problem === null) return [];
  const next = 'Write five fields in "schedule", like "0 * * * *" for every hour.';
  return [{ check: 'schedule', status: 'fail', text: `"${schedule}" is no schedule. ${problem}`, next }];
}

/** A file has no certificate, no rights, and no server that could do otherwise than is expected. */
function examinersOf(config: Config, { mapping, create, upnSuffix }: DirectorySettings): readonly Examiner[] {
  const { directory, instance } = config;
  if (directory.kind === 'embedded') return [];
  const units = [...new Set(create.map(({ ou }) => ou))];
  const site = siteOf(directory.accounts, [...mapping.attributes, ...tokenAttributes(config)]);
  const examiner = activeDirectoryExaminer(directory.server, site, units);
  const { markAttribute } = directory.accounts;
  const sample = sampleValues(mapping);
  const newId = () => randomUUID().replaceAll('-', '');
  const settings = { instance, units, markAttribute, upnSuffix, sample, newPassword: generatePassword, newId };
  return [directoryExaminer(examiner, settings)];
}

interface Directory {
  readonly adapter: DirectoryAdapter;
  readonly settings: DirectorySettings;
}

function directoryOf(config: Config, resident: boolean, clock: Clock, random?: PasswordOptions['random']): Directory {
  const { directory, instance, credentials } = config;
  const { accounts } = directory;
  const mapping = mappingOf(accounts.attributes);
  const site = siteOf(accounts, mapping.attributes, config.mailBlocks);
  const reported = Object.keys(accounts.drift).filter((name) => accounts.drift[name] === 'report');
  return {
    adapter:
      directory.kind === 'embedded'
        ? embedded(directory, site, clock)
        : activeDirectory(directory.server, site, { resident }),
    settings: {
      instance,
      create: accounts.create,
      upnSuffix: accounts.upnSuffix,
      protected: new Set(site.protected),
      mapping,
      reported: new Set(reported),
      mustChangePassword: credentials.mustChange,
      passwords: passwordDesk(config, clock, random),
    },
  };
}

/** Null where nobody is named to seal to: then nothing is created. */
function passwordDesk(
  { credentials, instance }: Config,
  clock: Clock,
  random: PasswordOptions['random'],
): PasswordDesk | null {
  const { outbox, recipients } = credentials;
  if (outbox === null || recipients.length === 0) return null;
  return openOutbox({ folder: outbox, recipients, instance, clock, ...(random && { random }) });
}
