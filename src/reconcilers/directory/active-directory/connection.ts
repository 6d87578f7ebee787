/** One TLS connection to one domain controller: opened once, bound once, its identity checkable at any time. */
import * as tls from 'node:tls';
import { debuglog } from 'node:util';
import { MusterError } from '../../../errors.ts';
import type { Secret } from '../../../secret.ts';
import { connectFailure, connectionLost } from './failures.ts';
import { SearchingClient } from './paged-search.ts';
import type { ActiveDirectorySettings } from './settings.ts';

/** How long a polite goodbye may take before the socket is closed anyway, in milliseconds. */
const GOODBYE_MS = 1000;

/** A bound connection and what every step on it needs. */
export interface Link {
  readonly client: SearchingClient;
  /** URL, for messages. */
  readonly server: string;
  readonly settings: ActiveDirectorySettings;
  /** Whether the one connection is still there and logged in. */
  isOpen(): boolean;
  /** Bytes that have come in so far. */
  heard(): number;
  close(): Promise<void>;
}

/** What opening a connection takes besides the settings: read afresh for each pass, so that a renewed file counts. */
export interface Credentials {
  readonly password: Secret;
  /** PEM of the trusted authorities; null: those that Node trusts. */
  readonly authorities: string | null;
}

/**
 * Connects and binds. There is no second attempt on the same Link: ldapts would reopen a lost connection silently and
 * without a login, so its way to open sockets works once.
 * @param url `ldaps://…`; anything else is refused here too, whatever let it through before
 * @throws MusterError naming the server and the step.
 */
export async function openLink(
  url: string,
  settings: ActiveDirectorySettings,
  credentials: Credentials,
): Promise<Link> {
  refuseDebugOutput(url);
  if (!/^ldaps:\/\//i.test(url)) throw clearText(url);
  const { timeouts } = settings;
  let socket: tls.TLSSocket | null = null;
  const connectOnce = (port: number, host: string, options: tls.ConnectionOptions): tls.TLSSocket => {
    if (socket !== null) throw connectionLost(url, 'sending a request');
    socket = tls.connect(port, host, options);
    // Several writes are in flight at once; none should wait until the one before it is acknowledged.
    socket.setNoDelay(true);
    return socket;
  };
  const client = new SearchingClient({
    url,
    connectTimeout: timeouts.connectSeconds * 1000,
    timeout: timeouts.answerSeconds * 1000,
    tlsOptions: {
      minVersion: 'TLSv1.2',
      // Said outright, because NODE_TLS_REJECT_UNAUTHORIZED=0 would turn it off for the whole process.
      rejectUnauthorized: true,
      ...(credentials.authorities === null ? {} : { ca: credentials.authorities }),
    },
    // ldapts calls it with these three arguments only; tls.connect's type has more overloads than one function can offer.
    createSecureConnection: connectOnce as typeof tls.connect,
  });
  const close = () => sayGoodbye(client, () => socket?.destroy());
  try {
    await client.bind(settings.bind.user, passwordOf(credentials.password, settings));
  } catch (error) {
    await close();
    throw connectFailure(url, `logging in as ${settings.bind.user}`, error);
  }
  // ldapts learns of a reset one turn of the event loop later than the socket does.
  const isOpen = () => client.isBound && socket?.writable === true;
  return { client, server: url, settings, isOpen, heard: () => socket?.bytesRead ?? 0, close };
}

/** @throws MusterError (`retry`) where the one connection is gone, so that nothing is even tried on another. */
export function assertOpen(link: Link, step: string): void {
  if (!link.isOpen()) throw connectionLost(link.server, step);
}

async function sayGoodbye(client: SearchingClient, destroy: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_MS);
  });
  // A goodbye that fails is no failure: the connection was gone already.
  const goodbye = client.unbind().catch(() => undefined);
  await Promise.race([goodbye, patience]);
  clearTimeout(timer);
  destroy();
}

function passwordOf(password: Secret, settings: ActiveDirectorySettings): string {
  const text = password.reveal();
  if (text !== '') return text;
  // RFC 4513 5.1.2: a name with an empty password "succeeds" as nobody.
  throw new MusterError({
    remedy: 'person',
    where: `password file ${settings.bind.passwordFile}`,
    what: 'The password is empty, which a server would take as logging in as nobody.',
    next: 'Put the password of the account into that file.',
  });
}

/** ldapts prints every message it sends, initial passwords included, when its debug output is on. */
function refuseDebugOutput(server: string): void {
  if (!debuglog('ldapts').enabled) return;
  throw new MusterError({
    remedy: 'person',
    where: server,
    what: 'NODE_DEBUG asks for the debug output of ldapts, which shows passwords in clear text.',
    next: 'Start Muster without NODE_DEBUG, or with a value that does not cover `ldapts`.',
  });
}

function clearText(url: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: url,
    what: 'Only ldaps:// is possible.',
    next: 'Correct the URL in the configuration.',
  });
}
