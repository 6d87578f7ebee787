/** The two ends of TLS in the middle of a connection: server towards the client, client towards the server. */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket, connect as tlsConnect } from 'node:tls';

export interface TlsFiles {
  /** The server's certificate and key, shown to the client. */
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority that the server itself is checked against. */
  readonly caFile: string;
}

/** Reading keys and certificates takes longer than most connections live. */
const contexts = new Map<string, SecureContext>();

export function tlsServer(socket: Socket, { certFile, keyFile }: TlsFiles): Duplex {
  const secureContext = contextFor(`${certFile} ${keyFile}`, () => ({
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  }));
  return new TLSSocket(socket, { isServer: true, secureContext });
}

export function tlsClient(socket: Socket, host: string, { caFile }: TlsFiles): Duplex {
  const secureContext = contextFor(caFile, () => ({ ca: readFileSync(caFile) }));
  return tlsConnect({ socket, host, secureContext });
}

function contextFor(name: string, options: () => Parameters<typeof createSecureContext>[0]): SecureContext {
  const known = contexts.get(name);
  if (known !== undefined) return known;
  const made = createSecureContext(options());
  contexts.set(name, made);
  return made;
}
