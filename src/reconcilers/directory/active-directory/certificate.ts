/** The certificate of a server, looked at by itself: also where it keeps anybody from connecting. */
import * as tls from 'node:tls';
import { type Trouble, troubleOf } from '../../../errors.ts';
import type { CertificateFacts } from '../examiner-port.ts';
import { connectFailure } from './failures.ts';

const LDAPS_PORT = 636;

/**
 * Opens a TLS connection that sends nothing, and looks at what the server shows.
 * @param authorities PEM of the trusted ones; null: those that Node trusts
 */
export async function certificateAt(
  url: string,
  authorities: string | null,
  timeoutMs: number,
): Promise<CertificateFacts | Trouble> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  try {
    const socket = await connected(host, port === '' ? LDAPS_PORT : Number(port), authorities, timeoutMs);
    const certificate = socket.getPeerCertificate();
    const wrongName = tls.checkServerIdentity(host, certificate);
    const distrust = socket.authorized ? null : String(socket.authorizationError);
    socket.destroy();
    return {
      names: namesIn(certificate),
      issuer: nameOf(certificate.issuer),
      notAfter: Date.parse(certificate.valid_to),
      distrust: distrust ?? (wrongName === undefined ? null : `it is made out to another name than ${host}`),
    };
  } catch (error) {
    return troubleOf(connectFailure(url, 'looking at its certificate', error));
  }
}

function connected(host: string, port: number, authorities: string | null, timeout: number): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    // Nothing is sent on it, so that an untrusted certificate can be looked at as well. The name is compared afterwards.
    const socket = tls.connect({
      host,
      port,
      timeout,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(authorities === null ? {} : { ca: authorities }),
    });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('timed out')));
  });
}

function namesIn({ subjectaltname = '' }: tls.PeerCertificate): readonly string[] {
  return subjectaltname.split(', ').flatMap((part) => /^(?:DNS|IP Address):(.+)$/.exec(part)?.[1] ?? []);
}

function nameOf(issuer: tls.Certificate | undefined): string {
  const [name] = [issuer?.CN ?? issuer?.O].flat();
  return name ?? 'an unnamed authority';
}
