/** The configuration: read from one YAML file, checked as a whole, every problem of it said at once. */
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { type ApprovalsConfig, approvalsOf } from './config/approvals.ts';
import { type ForgeConfig, forgeOf } from './config/forge.ts';
import { type MailBlocksConfig, mailBlocksOf } from './config/mail-blocks.ts';
import { notifySettingsOf } from './config/notify.ts';
import {
  faultProblem,
  plainOf,
  type SettingProblem,
  settingNames,
  settingProblems,
  treeProblems,
} from './config/problems.ts';
import { contradictions } from './config/rules.ts';
import { configSchema, MARK_ATTRIBUTE_DEFAULT, type ParsedAccounts, type ParsedConfig } from './config/schema.ts';
import { type TasksConfig, tasksConfigOf } from './config/tasks.ts';
import { phoneCountriesOf, type TokensConfig, tokensOf } from './config/tokens.ts';
import type { Limits } from './core/limits.ts';
import type { Mode } from './core/modes.ts';
import { codeOf, MusterError } from './errors.ts';
import type { LogLevel } from './log-level.ts';
import type { Country } from './model/phone.ts';
import type { FieldsNode } from './model/tree.ts';
import type { NotifySettings } from './notify/settings.ts';
import {
  type ActiveDirectorySettings,
  activeDirectorySchema,
} from './reconcilers/directory/active-directory/settings.ts';
import type { CreateRule } from './reconcilers/directory/mapping.ts';
import { readYaml } from './sources/yaml.ts';

export interface Config {
  /** Absolute path of the file all this came from; every path below is absolute, too. */
  readonly file: string;
  /** Name of the installation: in `muster.yaml` of the repository, and in every ownership mark. */
  readonly instance: string;
  readonly mode: Mode;
  /** By id of an institution: of its people, and of everybody's below it, in place of `mode`. */
  readonly modes: ReadonlyMap<string, Mode>;
  /** IANA name; a plain date is a day in it. */
  readonly timeZone: string;
  readonly source:
    | { readonly kind: 'git'; readonly url: string; readonly branch: string; readonly mirror: string }
    | { readonly kind: 'folder'; readonly folder: string };
  /** Cron expression of five fields in `timeZone`: when `serve` looks without being asked. */
  readonly schedule: string;
  /** Where the status page is shown, and to whom; null: nowhere. */
  readonly statusPage: StatusPageConfig | null;
  /** Where notices of pushes are taken; null: nowhere. */
  readonly webhook: { readonly host: string; readonly port: number; readonly secretFile: string } | null;
  readonly store: { readonly sqlite: string };
  /** Where the head of the audit chain is kept as well; null: nowhere. */
  readonly audit: { readonly headFile: string | null };
  readonly directory: DirectoryConfig;
  /** Null: nobody's mail is Muster's business. */
  readonly mailBlocks: MailBlocksConfig | null;
  /** Null: nobody's token is Muster's business. */
  readonly tokens: TokensConfig | null;
  /** Countries in which phone numbers may be; null: in all. */
  readonly phoneCountries: ReadonlySet<Country> | null;
  readonly limits: Limits;
  readonly approvals: ApprovalsConfig;
  readonly credentials: CredentialsConfig;
  /** Null: nobody is told by mail. */
  readonly notify: NotifySettings | null;
  /** Null: nobody looks at merge requests. */
  readonly forge: ForgeConfig | null;
  /** What people do by hand. */
  readonly tasks: TasksConfig;
  readonly log: { readonly level: LogLevel };
}

export interface StatusPageConfig {
  readonly host: string;
  readonly port: number;
  /** At which people see it, without a slash at its end; null: nobody said. */
  readonly url: string | null;
  /** Null: no token counts. */
  readonly tokenFile: string | null;
  /** Null: no proxy vouches for anybody. */
  readonly proxy: { readonly addresses: readonly string[]; readonly header: string } | null;
}

export type DirectoryConfig = { readonly accounts: AccountsConfig } & (
  | { readonly kind: 'active-directory'; readonly server: ActiveDirectorySettings }
  | { readonly kind: 'embedded'; readonly file: string }
);

export interface AccountsConfig {
  /** DNs of the units whose accounts are managed. */
  readonly read: readonly string[];
  /** Where new accounts go; none: none are created. */
  readonly create: readonly CreateRule[];
  readonly upnSuffix: string;
  /** LDAP name of an attribute to its template. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly markAttribute: string;
  readonly protected: readonly string[];
  /** DNs of groups. */
  readonly protectedGroups: readonly string[];
  /** What is not named here is reverted. */
  readonly drift: Readonly<Record<string, 'revert' | 'report'>>;
}

export interface CredentialsConfig {
  /** Folder of the sealed initial passwords; null: not configured, so no account is created. */
  readonly outbox: string | null;
  /** Public age keys. */
  readonly recipients: readonly string[];
  readonly mustChange: boolean;
}

/** Every hour on the hour. */
const SCHEDULE_DEFAULT = '0 * * * *';

/** One-shot commands say only what somebody should look at. */
const LOG_LEVEL_DEFAULT = 'warn';

/**
 * Reads and checks the configuration.
 * @param path of the file; paths in it are relative to its folder.
 * @throws MusterError (`person`) that lists every problem with its setting, file and line; it quotes no secret.
 */
export async function loadConfig(path: string): Promise<Config> {
  const file = resolve(path);
  const { tree, faults } = readYaml(await bytesOf(file), settingNames(configSchema));
  // Where the layout hides what was meant, nothing more can be said of it.
  if (tree === null) throw refused(file, faults.map(faultProblem));
  const root = tree.root ?? EMPTY;
  const plain = plainOf(root);
  const parsed = configSchema.safeParse(plain);
  const problems = oneKindALine([
    [...faults.map(faultProblem), ...treeProblems(root)],
    parsed.success ? [] : settingProblems(parsed.error.issues, configSchema, root),
    await contradictions(plain, root),
  ]);
  if (!parsed.success || problems.length > 0) throw refused(file, problems);
  return toConfig(parsed.data, file);
}

/** Of a line that is wrong in itself, nothing is said about what its value would mean; nor is one sentence said twice. */
function oneKindALine(kinds: readonly (readonly SettingProblem[])[]): readonly SettingProblem[] {
  const [layout = [], ...others] = kinds;
  const broken = new Set(layout.map(({ line }) => line));
  const rest = others.flat().filter(({ line }) => !broken.has(line));
  return [...new Map([...layout, ...rest].map((problem) => [`${problem.line} ${problem.text}`, problem])).values()];
}

const EMPTY: FieldsNode = { kind: 'fields', line: 1, column: 1, fields: [] };

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new MusterError(
      {
        remedy: 'person',
        where: shownPath(file),
        what: unreadable(codeOf(error)),
        next: 'Name it with --config FILE or MUSTER_CONFIG, or start from config/muster.example.yaml.',
      },
      { cause: error },
    );
  }
}

function unreadable(code: string): string {
  if (code === 'ENOENT') return 'There is no configuration here.';
  if (code === 'EISDIR') return 'This is a folder, and the configuration is a file.';
  return `The configuration can't be read (${code}).`;
}

function refused(file: string, problems: readonly SettingProblem[]): MusterError {
  const listed = problems
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, text }) => `  ${shownPath(file)}:${line}: ${text}`);
  const count = listed.length === 1 ? 'One setting needs' : `${listed.length} settings need`;
  return new MusterError({
    remedy: 'person',
    where: shownPath(file),
    what: `${count} correcting:\n${listed.join('\n')}`,
    next: 'Every setting is explained in config/muster.example.yaml.',
  });
}

/** As people would type it from where they are, unless that leads upwards. */
function shownPath(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith('..') || short === '' ? file : short;
}

function toConfig(parsed: ParsedConfig, file: string): Config {
  const absolute = (path: string) => resolve(dirname(file), path);
  const sqlite = absolute(parsed.store.sqlite);
  const { credentials } = parsed;
  const notify = parsed.notify === undefined ? null : notifySettingsOf(parsed.notify, absolute);
  return {
    file,
    instance: parsed.instance,
    mode: parsed.mode,
    modes: new Map(Object.entries(parsed.modes ?? {})),
    timeZone: parsed.timeZone,
    source: sourceOf(parsed.source, absolute, join(dirname(sqlite), 'mirror.git')),
    schedule: parsed.schedule ?? SCHEDULE_DEFAULT,
    statusPage: statusPageOf(parsed.http, absolute),
    webhook: webhookOf(parsed.http?.webhook, absolute),
    store: { sqlite },
    audit: { headFile: parsed.audit === undefined ? null : absolute(parsed.audit.headFile) },
    directory: directoryOf(parsed.directory, absolute),
    mailBlocks: parsed.mailBlocks === undefined ? null : mailBlocksOf(parsed.mailBlocks, absolute),
    tokens: parsed.tokens === undefined ? null : tokensOf(parsed.tokens, absolute),
    phoneCountries: phoneCountriesOf(parsed.phones),
    limits: parsed.limits,
    approvals: approvalsOf(parsed.approvals, absolute),
    credentials: {
      outbox: credentials === undefined ? null : absolute(credentials.outbox),
      recipients: credentials?.recipients ?? [],
      mustChange: credentials?.mustChange ?? true,
    },
    notify,
    forge: parsed.forge === undefined ? null : forgeOf(parsed.forge, absolute),
    tasks: tasksConfigOf(parsed.tasks, notify, parsed.timeZone),
    log: { level: parsed.log?.level ?? LOG_LEVEL_DEFAULT },
  };
}

type Absolute = (path: string) => string;

function webhookOf(given: NonNullable<ParsedConfig['http']>['webhook'], absolute: Absolute): Config['webhook'] {
  return given === undefined ? null : { ...addressOf(given.listen), secretFile: absolute(given.secretFile) };
}

function statusPageOf(given: ParsedConfig['http'], absolute: Absolute): StatusPageConfig | null {
  if (given?.listen === undefined) return null;
  const { tokenFile, proxy } = given.access ?? {};
  return {
    ...addressOf(given.listen),
    url: given.url?.replace(/\/+$/, '') ?? null,
    tokenFile: tokenFile === undefined ? null : absolute(tokenFile),
    proxy: proxy ?? null,
  };
}

/** Host and port, the host of IPv6 without its brackets. */
function addressOf(listen: string): { readonly host: string; readonly port: number } {
  const colon = listen.lastIndexOf(':');
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(listen.slice(colon + 1)) };
}

function sourceOf(
  { git, folder }: ParsedConfig['source'],
  absolute: Absolute,
  mirrorDefault: string,
): Config['source'] {
  if (git === undefined) return { kind: 'folder', folder: absolute(folder ?? '.') };
  const url = git.url.startsWith('.') ? absolute(git.url) : git.url;
  return {
    kind: 'git',
    url,
    branch: git.branch,
    mirror: git.mirror === undefined ? mirrorDefault : absolute(git.mirror),
  };
}

function directoryOf({ activeDirectory, embedded }: ParsedConfig['directory'], absolute: Absolute): DirectoryConfig {
  if (activeDirectory !== undefined) {
    const { accounts, caFile, bind, ...server } = activeDirectory;
    return {
      kind: 'active-directory',
      server: activeDirectorySchema.parse({
        ...server,
        bind: { user: bind.user, passwordFile: absolute(bind.passwordFile) },
        ...(caFile === undefined ? {} : { caFile: absolute(caFile) }),
      }),
      accounts: accountsOf(accounts),
    };
  }
  if (embedded === undefined) throw new TypeError('the schema admits exactly one directory');
  return { kind: 'embedded', file: absolute(embedded.file), accounts: accountsOf(embedded.accounts) };
}

function accountsOf(parsed: ParsedAccounts): AccountsConfig {
  return {
    read: parsed.read,
    create: parsed.create ?? [],
    upnSuffix: parsed.upnSuffix,
    attributes: parsed.attributes ?? {},
    markAttribute: parsed.markAttribute ?? MARK_ATTRIBUTE_DEFAULT,
    protected: parsed.protected ?? [],
    protectedGroups: parsed.protectedGroups ?? [],
    drift: parsed.drift ?? {},
  };
}
