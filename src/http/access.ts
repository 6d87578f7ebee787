/** Who may look: nobody has to say who they are on this machine itself; from elsewhere a token does it, or a proxy that vouches. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../loopback.ts';

/** A reverse proxy that knows people: its addresses (or networks, as in 10.0.0.0/8), and the header in which it says who asks. */
export interface TrustedProxy {
  readonly addresses: readonly string[];
  readonly header: string;
}

export interface AccessRules {
  /** The token; null: none counts. */
  readonly token: string | null;
  readonly proxy: TrustedProxy | null;
}

/** A request as far as it says who asks. */
export interface Asking {
  /** Of the connection: nobody can claim another one. */
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * - `who` null: allowed without a name.
 * - `wrong-host`: reached under a name that is not this machine's own, as a page elsewhere does that points its name here (DNS rebinding).
 */
export type Admission =
  | { readonly allowed: true; readonly who: string | null }
  | { readonly allowed: false; readonly why: 'no-credentials' | 'wrong-host' };

/** Characters of an identity: more is no name. */
const IDENTITY_CHARACTERS_MAX = 256;

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Judges requests by these rules; without a token and a proxy everybody is let in who comes from this machine. */
export function doorkeeper({ token, proxy }: AccessRules): (asking: Asking) => Admission {
  const trusted = proxy === null ? null : addressList(proxy.addresses);
  return ({ address, headers }) => {
    if (token === null && proxy === null) {
      const local = isLoopback(plainAddress(address)) && isLocalName(headers.host);
      return local ? { allowed: true, who: null } : { allowed: false, why: 'wrong-host' };
    }
    if (token !== null && offers(headers.authorization, token)) return { allowed: true, who: null };
    const who = proxy === null ? undefined : headers[proxy.header.toLowerCase()];
    if (trusted?.(plainAddress(address)) === true && typeof who === 'string' && isIdentity(who))
      return { allowed: true, who };
    return { allowed: false, why: 'no-credentials' };
  };
}

/** As bearer (RFC 6750), or, for browsers, as the password of whatever name (RFC 7617). */
function offers(authorization: string | undefined, token: string): boolean {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return same(value, token);
  if (scheme.toLowerCase() !== 'basic') return false;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return same(pair.slice(pair.indexOf(':') + 1), token);
}

/** In a time that tells nothing of where they differ, nor of their lengths. */
function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function isIdentity(who: string): boolean {
  return who.trim() !== '' && who.length <= IDENTITY_CHARACTERS_MAX;
}

/** An IPv4 address that comes over IPv6 (RFC 4291, 2.5.5.2) as what it is. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function addressList(addresses: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const one of addresses) {
    const [base = '', prefix] = one.split('/');
    const family = isIP(base) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(prefix), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function isLocalName(host: string | undefined): boolean {
  const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
  return LOOPBACK_NAMES.includes(name) || isLoopback(name);
}
