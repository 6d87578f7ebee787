/** The schema of the configuration: every setting, what it may be, and what to write where it is not. */
import { isIP } from 'node:net';
import { z } from 'zod';
import type { BlockLimit, ClassLimit } from '../core/limits.ts';
import { LOG_LEVELS } from '../log-level.ts';
import { isTimeZone } from '../model/day.ts';
import { activeDirectorySchema, FULL_READ_HOURS_MAX } from '../reconcilers/directory/active-directory/settings.ts';
import { foldDn } from '../reconcilers/directory/distinguished-name.ts';
import { controlFileSchema } from '../reconcilers/mail-blocks/control-file/settings.ts';
import { postfixSchema } from '../reconcilers/mail-blocks/postfix/settings.ts';
import { gitSourceSchema } from '../sources/git-address.ts';
import { approvalsSchema } from './approvals.ts';
import { choice, listOf, matching, oneOf, path, settings, text, whole, yesOrNo } from './fields.ts';
import { forgeSchema } from './forge.ts';
import { notifySchema } from './notify.ts';
import { tasksSchema } from './tasks.ts';
import { phonesSchema, tokensSchema } from './tokens.ts';

function isDn(value: string): boolean {
  try {
    return foldDn(value) !== '';
  } catch {
    return false;
  }
}

const dn = text('a distinguished name', 'OU=Researchers,DC=example,DC=org', isDn);

/** A text judged by the adapter that will use it, in its words. */
function judgedBy(judge: z.ZodType, what: string, example: string) {
  return text(what, example, () => true).superRefine((value, context) => {
    for (const { message } of judge.safeParse(value).error?.issues ?? []) {
      // Not the value itself: somebody may have put a password into it.
      context.addIssue({ code: 'custom', message: `Can't be used as it is. ${message}` });
    }
  });
}

const ATTRIBUTE = /^[A-Za-z][A-Za-z0-9-]{0,59}$/;
const attributeName = matching('the LDAP name of an attribute', 'company', ATTRIBUTE);
const template = text('a text with {placeholders}', '"{institution.name}"', (value) => value !== '');
const username = matching('a username', 'ajensen', /^[^\s"/\\[\]:;|=,+*?<>@]{1,20}$/);
const hostName = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$/;

const institutionId = matching('the id of an institution', 'cbs', /^[a-z0-9-]+$/);

const accountsShape = {
  read: listOf(dn, '["OU=Researchers,DC=example,DC=org"]').min(1, 'Needs at least one unit'),
  create: listOf(
    settings({ institution: institutionId.optional(), ou: dn }),
    '[{ ou: "OU=Researchers,DC=example,DC=org" }]',
  ).optional(),
  upnSuffix: matching('a domain name', 'example.org', hostName),
  attributes: z.record(attributeName, template).optional(),
  markAttribute: attributeName.optional(),
  protected: listOf(username, '[breakglass]').optional(),
  drift: z.record(attributeName, oneOf('revert', 'report')).optional(),
};

/** Groups exist in Active Directory only. */
const accounts = settings({
  ...accountsShape,
  protectedGroups: listOf(dn, '["CN=Emergency Access,CN=Users,DC=example,DC=org"]').optional(),
});

const server = activeDirectorySchema.shape;
/** As long as a person waits for an answer at most. */
const SECONDS_MAX = 3600;
const seconds = whole(1, SECONDS_MAX, 'seconds').optional();

const directory = choice({
  activeDirectory: settings({
    urls: listOf(
      judgedBy(server.urls.element, 'the address of a server', 'ldaps://dc1.example.org'),
      '[ldaps://dc1.example.org]',
    ).min(1, 'Needs at least one server'),
    caFile: path('/etc/muster/ca.pem').optional(),
    bind: settings({
      user: judgedBy(server.bind.shape.user, 'the log-on name of an account', 'muster@example.org'),
      passwordFile: path('/run/secrets/ad'),
    }),
    base: dn,
    fullReadHours: whole(1, FULL_READ_HOURS_MAX, 'hours', 6).optional(),
    timeouts: settings({ connectSeconds: seconds, answerSeconds: seconds, readSeconds: seconds }).optional(),
    accounts,
  }).optional(),
  embedded: settings({ file: path('directory.json'), accounts: settings(accountsShape) }).optional(),
});

const mailBlocks = choice({
  controlFile: settings({
    path: path('/srv/output-mailer/blocked.txt'),
    line: judgedBy(controlFileSchema.shape.line, 'a line of text', '"{username}"').optional(),
  }).optional(),
  postfix: settings({
    map: judgedBy(postfixSchema.shape.map, 'the path of a map', '/var/lib/muster-mail/blocked'),
    reply: judgedBy(postfixSchema.shape.reply, 'a line of text', '"Sending mail is blocked"').optional(),
    postmap: path('/usr/sbin/postmap').optional(),
    configFolder: path('/etc/postfix').optional(),
  }).optional(),
  directoryGroup: settings({ group: dn }).optional(),
  embedded: settings({ file: path('mail-blocks.json') }).optional(),
});

const address = gitSourceSchema.shape;
/** A repository on this machine may be named relative to the configuration file; judged as the path that it becomes. */
const gitUrl = z
  .string()
  .transform((value) => (/^\.{1,2}\//.test(value) ? value.replace(/^(\.{1,2}\/)+/, '/') : value))
  .pipe(address.url);

const source = choice({
  git: settings({
    url: judgedBy(gitUrl, 'the address of a repository', 'ssh://git@git.example.org/research/desired-state.git'),
    branch: judgedBy(address.branch, 'the name of a branch', 'main'),
    mirror: path('/var/lib/muster/mirror.git').optional(),
  }).optional(),
  folder: path('../desired-state').optional(),
});

/** One class of changes: figures that are left out keep their default. */
function classLimit(defaults: ClassLimit) {
  const people = whole(0, PEOPLE_MAX, 'people').optional();
  return settings({ people, percent: whole(0, 100, 'percent').optional(), perDay: people })
    .prefault({})
    .transform((given): ClassLimit => ({ ...defaults, ...given }));
}

function blockLimit() {
  const figure = (unit: string) => whole(0, PEOPLE_MAX, unit).optional();
  return settings({
    people: figure('people'),
    perDay: figure('people'),
    institutions: figure('institutions'),
    institutionPeople: figure('people'),
  });
}

/** More people than any site has; a larger figure is a slip of the hand. */
const PEOPLE_MAX = 10_000_000;

const BLOCK_DEFAULTS: BlockLimit = { people: 25, perDay: 100, institutions: 3, institutionPeople: 2000 };

const limits = settings({
  always: whole(0, PEOPLE_MAX, 'people').prefault('5'),
  disable: classLimit({ people: 25, percent: 5, perDay: 100 }),
  enable: classLimit({ people: 25, percent: 5, perDay: 50 }),
  create: classLimit({ people: 50, percent: 10, perDay: 200 }),
  update: classLimit({ people: 250, percent: 20 }),
  phone: classLimit({ people: 10, percent: 5, perDay: 30 }),
  due: classLimit({ percent: 20 }),
  block: blockLimit().prefault({}),
  lift: blockLimit().prefault({}),
})
  .prefault({})
  .transform((given) => {
    const block = blockFigures(given.block, BLOCK_DEFAULTS);
    return { ...given, block, lift: blockFigures(given.lift, block) };
  });

function blockFigures(given: z.output<ReturnType<typeof blockLimit>>, defaults: BlockLimit): BlockLimit {
  return {
    people: given.people ?? defaults.people,
    perDay: given.perDay ?? defaults.perDay,
    institutions: given.institutions ?? defaults.institutions,
    institutionPeople: given.institutionPeople ?? defaults.institutionPeople,
  };
}

/** Five fields of crontab(5); what they say is checked where they are used. */
const CRON = /^(?:\S+\s+){4}\S+$/;
const LISTEN = /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/;

const PORT_MAX = 65_535;

function isListen(value: string): boolean {
  return LISTEN.test(value) && Number(value.slice(value.lastIndexOf(':') + 1)) <= PORT_MAX;
}

/** Where a page is linked to from elsewhere: a server and perhaps a path, by HTTP. */
function isPageAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}

/** A field name of HTTP (RFC 9110, 5.1), as far as proxies use it for who somebody is. */
const HEADER = /^[A-Za-z][A-Za-z0-9-]{0,59}$/;

/** Shortest and longest length of a network: a shorter one is no network of anybody's own. */
const NETWORK_V4 = [8, 32] as const;
const NETWORK_V6 = [16, 128] as const;

/** An address (RFC 4291, RFC 791), or a network with its length (RFC 4632). */
function isAddress(value: string): boolean {
  const [address = '', length, ...more] = value.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  if (length === undefined) return true;
  const [least, most] = family === 4 ? NETWORK_V4 : NETWORK_V6;
  return /^\d{1,3}$/.test(length) && Number(length) >= least && Number(length) <= most;
}

/** Single-valued, indexed nowhere, and meant for administrators' own use (MS-ADA1). */
export const MARK_ATTRIBUTE_DEFAULT = 'adminDescription';

export const configSchema = settings({
  instance: matching('a name of small letters, digits and hyphens', 'research-service', /^[a-z0-9][a-z0-9-]{0,39}$/),
  mode: oneOf('enforce', 'observe'),
  modes: z.record(institutionId, oneOf('enforce', 'observe')).optional(),
  timeZone: text('the name of a time zone', 'Europe/Copenhagen', isTimeZone),
  source,
  schedule: matching('a time in five fields: minute, hour, day, month, weekday', '"0 * * * *"', CRON).optional(),
  http: settings({
    listen: text('an address and a port', '127.0.0.1:8080', isListen).optional(),
    url: text('the address at which people see the page', 'https://muster.example.org', isPageAddress).optional(),
    access: settings({
      tokenFile: path('/run/secrets/status-token').optional(),
      proxy: settings({
        addresses: listOf(text('the address of a machine or network', '192.0.2.10', isAddress), '[192.0.2.10]').min(
          1,
          'Needs at least one address',
        ),
        header: matching('the name of a header', 'X-Remote-User', HEADER),
      }).optional(),
    }).optional(),
    webhook: settings({
      listen: text('an address and a port', '127.0.0.1:8081', isListen),
      secretFile: path('/run/secrets/webhook'),
    }).optional(),
  }).optional(),
  store: settings({ sqlite: path('/var/lib/muster/muster.db') }),
  audit: settings({ headFile: path('/mnt/elsewhere/muster-audit-head.json') }).optional(),
  directory,
  mailBlocks: mailBlocks.optional(),
  tokens: tokensSchema.optional(),
  phones: phonesSchema.optional(),
  limits,
  approvals: approvalsSchema,
  credentials: settings({
    outbox: path('/var/lib/muster/outbox'),
    recipients: listOf(z.string({ error: 'Must be a public age key, which begins with age1' }), '[age1…]'),
    mustChange: yesOrNo.optional(),
  }).optional(),
  notify: notifySchema.optional(),
  forge: forgeSchema.optional(),
  tasks: tasksSchema.optional(),
  log: settings({ level: oneOf(...LOG_LEVELS) }).optional(),
});

export type ParsedConfig = z.output<typeof configSchema>;
export type ParsedAccounts = z.output<typeof accounts>;
