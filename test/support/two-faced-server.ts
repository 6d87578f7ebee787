/** One LDAPS address behind which two domain controllers stand: writes reach the living one, reads whichever the test says. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { readLdapMessage, splitLdapMessages } from './ldap-messages.ts';
import type { SambaDc } from './samba.ts';

export type Face = 'live' | 'stale';

/** A load balancer that forgets which server it had chosen, in the worst way: within one connection. */
export class TwoFacedServer {
  /** Whom the next search goes to; `read` counts them over all connections, from 1. */
  readsFrom: (read: number) => Face = () => 'live';
  /** Reads answered by the stale controller so far. */
  staleReads = 0;
  readonly #live: SambaDc;
  readonly #stale: SambaDc;
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();
  #reads = 0;

  constructor(live: SambaDc, stale: SambaDc) {
    this.#live = live;
    this.#stale = stale;
    const files = { cert: readFileSync(live.certFile), key: readFileSync(live.keyFile) };
    this.#server = createServer(files, (client) => this.#accept(client));
  }

  get url(): string {
    // A listening TCP server has an address of this kind.
    return `ldaps://${this.#live.address}:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen({ host: this.#live.address, port: 0 }, resolve);
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #accept(client: TLSSocket): void {
    const faces = { live: this.#upstream(this.#live), stale: this.#upstream(this.#stale) };
    const all = [client, faces.live, faces.stale];
    for (const socket of all) {
      this.#sockets.add(socket);
      // Whichever of the three ends, all end.
      socket
        .on('error', () => undefined)
        .on('close', () => {
          this.#sockets.delete(socket);
          for (const other of all) other.destroy();
        });
    }
    messages(client, (bytes) => this.#route(bytes, faces));
    messages(faces.live, (bytes) => client.write(bytes));
    // Both are logged in on, but the client hears of one.
    messages(faces.stale, (bytes) => {
      if (readLdapMessage(bytes).operation !== 'bind answer') client.write(bytes);
    });
  }

  #route(bytes: Buffer, faces: Readonly<Record<Face, TLSSocket>>): void {
    const { operation } = readLdapMessage(bytes);
    if (operation === 'bind') faces.stale.write(bytes);
    let face: Face = 'live';
    if (operation === 'search') {
      this.#reads += 1;
      face = this.readsFrom(this.#reads);
      if (face === 'stale') this.staleReads += 1;
    }
    faces[face].write(bytes);
  }

  #upstream({ address, caFile }: SambaDc): TLSSocket {
    return connect({ host: address, port: 636, ca: readFileSync(caFile) }).setNoDelay(true);
  }
}

/** The caller closes it, and stops the controllers. */
export async function startTwoFacedServer(live: SambaDc, stale: SambaDc): Promise<TwoFacedServer> {
  const server = new TwoFacedServer(live, stale);
  await server.listen();
  return server;
}

function messages(socket: TLSSocket, take: (bytes: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    const split = splitLdapMessages(Buffer.concat([rest, chunk]));
    rest = Buffer.from(split.rest);
    for (const message of split.messages) take(message);
  });
}
