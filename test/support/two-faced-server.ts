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
    const all = [client, live];
    this.#tie(client, all);
    this.#tie(live, all);
    let bind: Buffer | null = null;
    let stale: LateServer | null = null;
    messages(client, (bytes) => {
      const { operation } = readLdapMessage(bytes);
      if (operation === 'bind') bind = bytes;
      if (operation !== 'search' || !this.#goesAstray(client)) {
        live.write(bytes);
        return;
      }
      if (stale === null) {
        stale = this.#logIn(client, bind);
        all.push(stale.socket);
        this.#tie(stale.socket, all);
      }
      stale.ask(bytes);
    });
    messages(live, (bytes) => client.write(bytes));
  }

  /** Counts a search, and says whether it goes to the frozen controller. */
  #goesAstray(client: TLSSocket): boolean {
    const ofConnection = (this.#readsOf.get(client) ?? 0) + 1;
    this.#reads += 1;
    this.#readsOf.set(client, ofConnection);
    if (this.#stale === null || this.readsFrom(this.#reads, ofConnection) === 'live') return false;
    this.staleReads += 1;
    return true;
  }

  /** Muster is logged in on both, but hears of one; most connections never need the other. */
  #logIn(client: TLSSocket, bind: Buffer | null): LateServer {
    if (this.#stale === null) throw new Error('nothing is frozen yet');
    const socket = this.#upstream(this.#stale);
    let waiting: Buffer[] | null = bind === null ? null : [];
    if (bind !== null) socket.write(bind);
    messages(socket, (bytes) => {
      if (readLdapMessage(bytes).operation !== 'bind answer') {
        client.write(bytes);
        return;
      }
      for (const one of waiting ?? []) socket.write(one);
      waiting = null;
    });
    return { socket, ask: (bytes) => (waiting === null ? socket.write(bytes) : waiting.push(bytes)) };
  }

  /** Whichever ends, all end. */
  #tie(socket: TLSSocket, all: readonly TLSSocket[]): void {
    this.#sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        this.#sockets.delete(socket);
        this.#readsOf.delete(socket);
        for (const other of all) other.destroy();
      });
  }

  #upstream({ address, caFile }: SambaDc): TLSSocket {
    return connect({ host: address, port: 636, ca: readFileSync(caFile) }).setNoDelay(true);
  }
}

/** A connection that is made when the first request is for it. */
interface LateServer {
  readonly socket: TLSSocket;
  readonly ask: (request: Buffer) => void;
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
