/** One LDAPS address behind which a domain controller and a frozen copy of it stand: writes reach the living one, reads whichever the test says. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { readLdapMessage, splitLdapMessages } from './ldap-messages.ts';
import { copyState, type SambaDc } from './samba.ts';

export type Face = 'live' | 'stale';

/** A load balancer that forgets which server it had chosen, in the worst way: within one connection. */
export class TwoFacedServer {
  /** Whom the next search goes to; `read` counts them over all connections, `ofConnection` those of its own, both from 1. */
  readsFrom: (read: number, ofConnection: number) => Face = () => 'live';
  /** Reads answered by the stale controller so far. */
  staleReads = 0;
  readonly #live: SambaDc;
  #stale: SambaDc | null = null;
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();
  #reads = 0;
  readonly #readsOf = new Map<TLSSocket, number>();

  constructor(live: SambaDc) {
    this.#live = live;
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

  /** From now on the second controller stands behind the address as well, with the state that the first has now. */
  async freeze(): Promise<void> {
    this.#stale = await copyState(this.#live);
  }

  /** Searches so far, over all connections. */
  get reads(): number {
    return this.#reads;
  }

  /** The next search is the first. */
  countAnew(): void {
    this.#reads = 0;
    this.staleReads = 0;
  }

  /** Ends the address and the copy. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await this.#stale?.stop();
  }

  #accept(client: TLSSocket): void {
    // Else each answer waits for the acknowledgement of the one before, some forty milliseconds.
    client.setNoDelay(true);
    const live = this.#upstream(this.#live);
    const stale = this.#stale === null ? null : this.#upstream(this.#stale);
    const all = stale === null ? [client, live] : [client, live, stale];
    for (const socket of all) {
      this.#sockets.add(socket);
      // Whichever ends, all end.
      socket
        .on('error', () => undefined)
        .on('close', () => {
          this.#sockets.delete(socket);
          this.#readsOf.delete(socket);
          for (const other of all) other.destroy();
        });
    }
    messages(client, (bytes) => this.#route(bytes, client, live, stale));
    messages(live, (bytes) => client.write(bytes));
    if (stale === null) return;
    // Muster is logged in on both, but hears of one.
    messages(stale, (bytes) => {
      if (readLdapMessage(bytes).operation !== 'bind answer') client.write(bytes);
    });
  }

  #route(bytes: Buffer, client: TLSSocket, live: TLSSocket, stale: TLSSocket | null): void {
    const { operation } = readLdapMessage(bytes);
    const ofConnection = (this.#readsOf.get(client) ?? 0) + 1;
    if (operation === 'search') {
      this.#reads += 1;
      this.#readsOf.set(client, ofConnection);
    }
    if (operation === 'bind') stale?.write(bytes);
    if (operation !== 'search' || stale === null || this.readsFrom(this.#reads, ofConnection) === 'live') {
      live.write(bytes);
      return;
    }
    this.staleReads += 1;
    stale.write(bytes);
  }

  #upstream({ address, caFile }: SambaDc): TLSSocket {
    return connect({ host: address, port: 636, ca: readFileSync(caFile) }).setNoDelay(true);
  }
}

/** The caller closes it. */
export async function startTwoFacedServer(live: SambaDc): Promise<TwoFacedServer> {
  const server = new TwoFacedServer(live);
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
