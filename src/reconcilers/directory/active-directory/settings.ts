/** The `directory.activeDirectory` part of the configuration. */
import * as z from 'zod';

/** Global-catalogue ports: they serve a partial, read-only copy, which would look like accounts without values (MS-ADTS 3.1.1.3.1.10). */
const GLOBAL_CATALOG_PORTS: ReadonlySet<string> = new Set(['3268', '3269']);

/** Reaching a server, TLS included. A domain controller in the same network answers in milliseconds. */
const CONNECT_SECONDS = 10;
/** One answer: a bind, one page of 1,000 accounts, one write. */
const ANSWER_SECONDS = 30;
/** A whole reading: 100,000 accounts take seconds; a server that trickles must not hold a pass for hours. */
const READ_SECONDS = 600;

/** A daemon reads everything again so often, in hours; in between what changed will do. Deletions and lost rights show no sooner, but before anything is taken. */
const FULL_READ_HOURS = 6;
export const FULL_READ_HOURS_MAX = 168;

const ldapsUrl = z.string().superRefine((text, context) => {
  const problem = problemOfUrl(text);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

// A configuration file hands over text, code hands over numbers.
const seconds = z.coerce.number().positive().max(3600);

/** What `activeDirectory` takes. Only LDAPS exists: neither clear text nor StartTLS can be configured. */
export const activeDirectorySchema = z.strictObject({
  /** Domain controllers, in order of preference: one is used per pass, the next on failure; a block goes to all. */
  urls: z.array(ldapsUrl).min(1),
  /** PEM file of the authorities that sign the servers' certificates; absent: those that Node trusts. */
  caFile: z.string().min(1).optional(),
  bind: z.strictObject({
    /** `muster@example.org`, `EXAMPLE\muster` or a DN. */
    user: z.string().regex(/[@\\=]/, 'Write it like muster@example.org, EXAMPLE\\muster or a full DN.'),
    passwordFile: z.string().min(1),
  }),
  /** DN of the domain: usernames are unique below it, and looked up in all of it. */
  base: z.string().regex(/^\s*[A-Za-z0-9.-]+\s*=/, 'Write it like DC=example,DC=org.'),
  /** How old a full reading may be that changes are read on top of; only a resident process has one. */
  fullReadHours: z.coerce.number().positive().max(FULL_READ_HOURS_MAX).default(FULL_READ_HOURS),
  timeouts: z
    .strictObject({
      connectSeconds: seconds.default(CONNECT_SECONDS),
      answerSeconds: seconds.default(ANSWER_SECONDS),
      readSeconds: seconds.default(READ_SECONDS),
    })
    .prefault({}),
});

export type ActiveDirectoryInput = z.input<typeof activeDirectorySchema>;
export type ActiveDirectorySettings = z.infer<typeof activeDirectorySchema>;

function problemOfUrl(text: string): string | null {
  if (!URL.canParse(text)) return 'This is not a URL. Write it like ldaps://dc1.example.org.';
  const url = new URL(text);
  if (url.protocol === 'ldap:') return 'ldap:// sends passwords in clear text. Write ldaps://; there is no other way.';
  if (url.protocol !== 'ldaps:') return 'Only ldaps:// is possible. Write it like ldaps://dc1.example.org.';
  if (url.hostname === '') return 'The name of the server is missing. Write it like ldaps://dc1.example.org.';
  if (url.username !== '' || url.password !== '') return 'No user or password in the URL: they belong under `bind`.';
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    return 'Only a server and perhaps a port. Write it like ldaps://dc1.example.org:636.';
  }
  if (GLOBAL_CATALOG_PORTS.has(url.port)) {
    return 'Ports 3268 and 3269 are the global catalogue, which holds only part of each account. Leave the port out, or write 636.';
  }
  return null;
}
