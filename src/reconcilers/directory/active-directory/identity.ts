/** Who the connection is logged in as, and which server it speaks to: learned after the bind, checked around each reading. */
import { AndFilter, EqualityFilter, OrFilter, PresenceFilter } from 'ldapts';
import { MusterError } from '../../../errors.ts';
import type { Link } from './connection.ts';
import { bytesOf, textsOf } from './entry.ts';
import { connectFailure, operationFailure } from './failures.ts';
import { searchAll, searchOne } from './paged-search.ts';
import { guidText, sidText } from './values.ts';

/** "Who am I?" (RFC 4532). Windows offers it; Samba does so from 4.19 on. */
const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';
/** SID of the anonymous log-on (MS-DTYP 2.4.2.4). */
const ANONYMOUS_SID = 'S-1-5-7';

const ROOT_DSE_ATTRIBUTES = [
  'tokenGroups',
  'supportedExtension',
  'dsServiceName',
  'isSynchronized',
  'schemaNamingContext',
] as const;

/** What the server's root entry (RFC 4512 5.1, MS-ADTS 3.1.1.3.2) says about itself and about who asks. */
export interface Identity {
  /** SIDs of the login (`tokenGroups`), or the "Who am I?" answer; equal texts mean the same login. */
  readonly login: string;
  readonly sids: readonly Buffer[];
  /** DN of the server's own settings: names one domain controller. */
  readonly service: string;
  /** DN of the schema; null where the server has none of the kind. */
  readonly schema: string | null;
}

/**
 * Asks the server who is logged in on this very connection.
 *
 * Active Directory answers with the SIDs of the login in the root entry's `tokenGroups`; a server that has no such
 * thing is asked "Who am I?" (RFC 4532). One that offers neither is refused, because an anonymous login reads an empty
 * directory without an error.
 * @throws MusterError (`retry` where nobody is logged in, or the server has not caught up with the others yet).
 */
export async function readIdentity(link: Link): Promise<Identity> {
  const step = 'checking the login';
  try {
    const root = await searchOne(link.client, search(link, '', step, [...ROOT_DSE_ATTRIBUTES]));
    if (root === null) throw refused(link, step, 'retry', 'The server does not show its root entry.');
    if (textsOf(root, 'isSynchronized')[0] === 'FALSE') {
      throw refused(link, step, 'retry', 'The server has not yet copied the directory from the others.');
    }
    const sids = bytesOf(root, 'tokenGroups').map((bytes) => Buffer.from(bytes));
    const login = sids.length > 0 ? loginOf(sids) : await whoAmI(link, textsOf(root, 'supportedExtension'));
    if (login === null) throw refused(link, step, 'retry', 'Nobody is logged in on this connection.');
    return {
      login,
      sids,
      service: textsOf(root, 'dsServiceName')[0] ?? link.server,
      schema: textsOf(root, 'schemaNamingContext')[0] ?? null,
    };
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
}

/**
 * Checks that the login and the server are still those of `before`.
 * @throws MusterError (`retry`).
 */
export async function assertSame(link: Link, before: Identity): Promise<void> {
  const now = await readIdentity(link);
  if (now.login === before.login && now.service === before.service) return;
  throw refused(link, 'checking the login', 'retry', 'The login or the server changed in the middle of the reading.');
}

/** objectGUID of the account that is logged in; null where it lies outside the domain that is looked at. */
export async function ownGuid(link: Link, identity: Identity): Promise<string | null> {
  const step = 'finding the account Muster logs in with';
  const wanted = ownFilter(identity);
  const guids: string[] = [];
  try {
    if (identity.login.startsWith('dn:')) {
      const entry = await searchOne(link.client, search(link, identity.login.slice(3), step, ['objectGUID']));
      return entry === null ? null : guidOf(bytesOf(entry, 'objectGUID'));
    }
    const whole = { ...search(link, link.settings.base, step, ['objectGUID']), scope: 'sub' as const, filter: wanted };
    await searchAll(link.client, whole, (entry) => guids.push(guidOf(bytesOf(entry, 'objectGUID')) ?? ''));
  } catch (error) {
    throw connectFailure(link.server, step, error);
  }
  return guids[0] ?? null;
}

function ownFilter(identity: Identity): AndFilter {
  const isUser = new EqualityFilter({ attribute: 'objectClass', value: 'user' });
  const bySid = identity.sids.map((value) => new EqualityFilter({ attribute: 'objectSid', value }));
  // A "Who am I?" answer of Windows is `u:DOMAIN\username`.
  const username = identity.login.replace(/^u:/, '').replace(/^.*\\/, '').replace(/@.*$/, '');
  const byName = new EqualityFilter({ attribute: 'sAMAccountName', value: username });
  return new AndFilter({ filters: [isUser, bySid.length > 0 ? new OrFilter({ filters: bySid }) : byName] });
}

function loginOf(sids: readonly Buffer[]): string | null {
  const texts = sids.map((bytes) => sidText(bytes) ?? bytes.toString('hex')).sort();
  return texts.includes(ANONYMOUS_SID) ? null : texts.join(' ');
}

async function whoAmI(link: Link, extensions: readonly string[]): Promise<string | null> {
  if (!extensions.includes(WHO_AM_I)) {
    throw refused(link, 'checking the login', 'person', 'The server has no way to tell who is logged in.');
  }
  const { value } = await link.client.exop(WHO_AM_I);
  const answer = value ?? '';
  const anonymous = ['', 'dn:', 'u:'].includes(answer) || /\\ANONYMOUS LOGON$/i.test(answer);
  return anonymous ? null : answer;
}

function guidOf(buffers: readonly Buffer[]): string | null {
  const [bytes] = buffers;
  return bytes?.length === 16 ? guidText(bytes) : null;
}

function search(link: Link, base: string, step: string, attributes: readonly string[]) {
  return {
    base,
    scope: 'base' as const,
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes,
    where: `${link.server}, ${step}`,
    answerSeconds: link.settings.timeouts.answerSeconds,
  };
}

function refused(link: Link, step: string, remedy: 'retry' | 'person', what: string): MusterError {
  return new MusterError({
    remedy,
    where: `${link.server}, ${step}`,
    what,
    next:
      remedy === 'retry'
        ? 'The next pass tries again; if it goes on, look at that server.'
        : 'Use a domain controller.',
  });
}
