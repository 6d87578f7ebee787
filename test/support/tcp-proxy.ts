/** A loopback TCP proxy that loses, cuts, resets, stalls or slices traffic where a test says so. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type LdapMessage, readLdapMessage, splitLdapMessages } from './ldap-messages.ts';
import type { Cut, Hook, LostAnswer, Piece, Side } from './proxy-orders.ts';
import { inSlices } from './sliced-writes.ts';
import { type TlsFiles, tlsClient, tlsServer } from './tls-ends.ts';

export interface ProxyOptions {
  readonly host: string;
  readonly port: number;
  /** Where to listen; by default the target's own address, so that its certificate fits the proxy too. */
  readonly listenHost?: string;
  /** End TLS here with the target's certificate and speak TLS to the target, to see whole LDAP messages. */
  readonly ldaps?: TlsFiles;
  /** The same for any other protocol over TLS: pieces are chunks in clear. With neither, bytes are counted as they are on the wire. */
  readonly tls?: TlsFiles;
  /** What answers in the target's place, in clear; without it each connection is one to the target. */
  readonly answerer?: () => FarEnd;
}

/** What a connection ends at: a socket, or what stands for one. */
export type FarEnd = Duplex & { resetAndDestroy(): unknown };

interface Link {
  readonly number: number;
  readonly sockets: Readonly<Record<Side, FarEnd>>;
  /** What is read from and written to: the sockets, or TLS over them. */
  readonly streams: Readonly<Record<Side, Duplex>>;
  readonly pieces: Record<Side, number>;
  readonly stalled: Record<Side, boolean>;
  /** Writes byte by byte to the stream of that side, while `slices` is set. */
  readonly slicers: Readonly<Record<Side, (bytes: Buffer, sent: () => void) => void>>;
  /** Set once the request whose answer is to be lost has passed. */
  awaiting: { readonly id: number | undefined; readonly resetAfterMs: number } | undefined;
  deaf: boolean;
  /** Pieces handed to a stream that are not on the wire yet. */
  unsent: number;
}

export class TcpProxy {
  /** Decide about each piece that the client, or the server, sends; without one everything passes. */
  onClientData: Hook | undefined;
  onServerData: Hook | undefined;
  /** Connections accepted so far. */
  accepted = 0;
  /** Answers swallowed by `loseAnswer` so far. */
  lostAnswers = 0;
  /** One byte per write, both ways. */
  slices = false;
  /** Bytes that each side has sent and that passed, since `countAnew`; of a message of LDAP, all or what passed of it. */
  passed: Record<Side, number> = { client: 0, server: 0 };
  /** Cuts that have struck, since `countAnew`. */
  struck = 0;
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #cut: (Cut & { left: number }) | undefined;
  #losing: (Required<LostAnswer> & { left: number }) | undefined;
  #deafAfterMs: number | undefined;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  get host(): string {
    return this.#options.listenHost ?? this.#options.host;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.');
    return address.port;
  }

  /** Connections open now. */
  get connections(): number {
    return this.#links.size;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.host, port: 0 }, resolve);
    });
  }

  /** Cuts traffic after a number of bytes, until `passEverything`. */
  cutAfter(cut: Cut): void {
    this.#cut = { ...cut, left: cut.bytes };
  }

  /** From now on requests reach the server and no answer comes back; each connection is reset a while after one came. */
  dropResponses(resetAfterMs = 50): void {
    this.#deafAfterMs = resetAfterMs;
  }

  /**
   * Lets one request reach the server, swallows its answer (so the server has done what was asked), and resets that
   * connection. With `ldaps` exactly this answer and all later ones are lost, otherwise all that come after the request.
   */
  loseAnswer(lost: LostAnswer = {}): void {
    const request = lost.request ?? 1;
    this.#losing = { request, of: lost.of ?? (() => true), resetAfterMs: lost.resetAfterMs ?? 0, left: request };
  }

  /** Forgets every cut, loss and hook; connections that were stalled or are already lost stay so. */
  passEverything(): void {
    this.#cut = undefined;
    this.#losing = undefined;
    this.#deafAfterMs = undefined;
    this.onClientData = undefined;
    this.onServerData = undefined;
  }

  countAnew(): void {
    this.passed = { client: 0, server: 0 };
    this.struck = 0;
  }

  /** Resets all connections; new ones are accepted as before. */
  resetConnections(): void {
    for (const link of this.#links) this.#reset(link);
  }

  /** Stops listening and resets what is open. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.resetConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #accept(client: Socket): void {
    const { ldaps, tls = ldaps } = this.#options;
    const { socket, stream } = this.#farEnd();
    const sockets = { client, server: socket };
    const streams = { client: tls === undefined ? client : tlsServer(client, tls), server: stream };
    const link: Link = {
      number: this.accepted,
      sockets,
      streams,
      slicers: { client: inSlices(streams.client), server: inSlices(streams.server) },
      pieces: { client: 0, server: 0 },
      stalled: { client: false, server: false },
      awaiting: undefined,
      deaf: false,
      unsent: 0,
    };
    this.accepted += 1;
    this.#links.add(link);
    this.#pump(link, 'client');
    this.#pump(link, 'server');
  }

  #farEnd(): { readonly socket: FarEnd; readonly stream: Duplex } {
    const { host, port, ldaps, tls = ldaps, answerer } = this.#options;
    if (answerer !== undefined) {
      const socket = answerer();
      return { socket, stream: socket };
    }
    // Without Nagle's delay, as a reset would throw away what the delay holds back.
    const socket = connect({ host, port, noDelay: true });
    return { socket, stream: tls === undefined ? socket : tlsClient(socket, host, tls) };
  }

  #pump(link: Link, from: Side): void {
    const source = link.streams[from];
    const socket = link.sockets[from];
    const target = link.streams[other(from)];
    let rest: Buffer = Buffer.alloc(0);
    source.on('data', (chunk: Buffer) => {
      if (this.#options.ldaps === undefined) return this.#judge(link, from, chunk, undefined);
      const split = splitLdapMessages(Buffer.concat([rest, chunk]));
      rest = Buffer.from(split.rest);
      for (const message of split.messages) this.#judge(link, from, message, readLdapMessage(message));
    });
    source.on('end', () => target.end());
    const broken = () => this.#reset(link);
    source.on('error', broken);
    if (source !== socket) socket.on('error', broken);
    socket.on('close', (hadError?: boolean) => {
      if (hadError === true) broken();
      else target.end();
      if (link.sockets[other(from)].destroyed) this.#links.delete(link);
    });
  }

  #judge(link: Link, from: Side, bytes: Buffer, ldap: LdapMessage | undefined): void {
    if (link.stalled[from] || link.sockets[from].destroyed) return;
    const place = { bytes, index: link.pieces[from], connection: link.number };
    const piece: Piece = ldap === undefined ? place : { ...place, ldap };
    link.pieces[from] += 1;
    const hook = from === 'client' ? this.onClientData : this.onServerData;
    const verdict = hook?.(piece) ?? 'pass';
    if (verdict === 'reset') this.#reset(link);
    else if (verdict === 'stall') link.stalled[from] = true;
    else if (verdict === 'pass' && !(from === 'server' && this.#swallows(link, piece)))
      this.#forward(link, from, piece);
  }

  #forward(link: Link, from: Side, piece: Piece): void {
    if (from === 'client') this.#countRequest(link, piece);
    const cut = this.#cut;
    if (cut === undefined || cut.from !== from || piece.bytes.length < cut.left) {
      if (cut?.from === from) cut.left -= piece.bytes.length;
      this.#write(link, from, piece.bytes, () => undefined);
      return;
    }
    const passing = piece.bytes.subarray(0, cut.left);
    cut.left = 0;
    this.struck += 1;
    if (cut.once === true) this.#cut = undefined;
    link.stalled[from] = true;
    // What comes after the end of a connection goes nowhere.
    if (cut.action === 'end') link.stalled[other(from)] = true;
    this.#write(link, from, passing, () => {
      if (cut.action === 'reset') this.#reset(link);
      else if (cut.action === 'end') for (const side of ['client', 'server'] as const) link.streams[side].end();
    });
  }

  #write(link: Link, from: Side, bytes: Buffer, sent: () => void): void {
    const to = other(from);
    this.passed[from] += bytes.length;
    link.unsent += 1;
    const done = () => {
      link.unsent -= 1;
      sent();
    };
    if (this.slices) link.slicers[to](bytes, done);
    else link.streams[to].write(bytes, done);
  }

  #countRequest(link: Link, piece: Piece): void {
    const losing = this.#losing;
    if (losing === undefined || !losing.of(piece)) return;
    losing.left -= 1;
    if (losing.left > 0) return;
    this.#losing = undefined;
    link.awaiting = { id: piece.ldap?.id, resetAfterMs: losing.resetAfterMs };
  }

  #swallows(link: Link, piece: Piece): boolean {
    if (link.deaf) return true;
    const awaited = link.awaiting;
    if (awaited !== undefined && awaited.id === piece.ldap?.id) {
      this.lostAnswers += 1;
      this.#goDeaf(link, awaited.resetAfterMs);
    } else if (this.#deafAfterMs !== undefined) this.#goDeaf(link, this.#deafAfterMs);
    return link.deaf;
  }

  #goDeaf(link: Link, resetAfterMs: number): void {
    link.deaf = true;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      // Answers to earlier requests may still be on their way out; a reset would lose them too.
      if (link.unsent > 0 && !link.sockets.client.destroyed) setImmediate(() => this.#goDeaf(link, 0));
      else this.#reset(link);
    }, resetAfterMs);
    this.#timers.add(timer);
  }

  #reset(link: Link): void {
    this.#links.delete(link);
    for (const side of ['client', 'server'] as const) {
      const socket = link.sockets[side];
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  }
}

/** Starts a proxy on a free port in front of `host:port`. The caller closes it. */
export async function startProxy(options: ProxyOptions): Promise<TcpProxy> {
  const proxy = new TcpProxy(options);
  await proxy.listen();
  return proxy;
}

function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
