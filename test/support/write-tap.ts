/** Stands between Muster and a domain controller, counts the writes, and strikes at one of them: before the server gets it, or after it is done. */
import { isLdapWrite } from './ldap-messages.ts';
import type { Piece, Verdict } from './proxy-orders.ts';
import type { SambaDc } from './samba.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

export interface Strike {
  /** Which write, from 1. */
  readonly write: number;
  /** `before`: the server never gets it. `after`: the server has done it, and nobody hears of that. */
  readonly when: 'before' | 'after';
  /** Called in the instant of the strike, when nothing passes any more. */
  readonly act: () => void;
  /** Called when the server has answered everything it got before; the connection is reset after it, unless it gives false. */
  readonly done: () => boolean;
}

/**
 * A proxy that counts writes over all connections. From the instant of a strike its connection is dead in both
 * directions, but is kept open towards the server until everything that went out has been answered, so that what was
 * forwarded is what was done.
 */
export class WriteTap {
  /** Write requests that the server got. */
  forwarded = 0;
  /** Answers to them: as many, once nothing is under way. */
  answered = 0;
  readonly #proxy: TcpProxy;
  #seen = 0;
  #strike: Strike | null = null;
  #struck: { readonly connection: number; readonly strike: Strike; finished: boolean } | null = null;
  readonly #pending = new Map<string, number>();

  constructor(proxy: TcpProxy) {
    this.#proxy = proxy;
    proxy.onClientData = (piece) => this.#request(piece);
    proxy.onServerData = (piece) => this.#answer(piece);
  }

  get url(): string {
    return `ldaps://${this.#proxy.host}:${this.#proxy.port}`;
  }

  /** Begins to count anew; `strike` null: everything passes. */
  arm(strike: Strike | null): void {
    this.#proxy.resetConnections();
    this.#seen = 0;
    this.#strike = strike;
    this.#struck = null;
    this.#pending.clear();
  }

  async close(): Promise<void> {
    await this.#proxy.close();
  }

  #request(piece: Piece): Verdict {
    if (this.#struck?.connection === piece.connection) return 'drop';
    if (piece.ldap === undefined || !isLdapWrite(piece.ldap)) return 'pass';
    this.#seen += 1;
    if (this.#strike?.when === 'before' && this.#seen === this.#strike.write) return this.#fall(piece, this.#strike);
    this.forwarded += 1;
    this.#pending.set(keyOf(piece), this.#seen);
    return 'pass';
  }

  #answer(piece: Piece): Verdict {
    const write = this.#pending.get(keyOf(piece));
    if (write !== undefined) {
      this.answered += 1;
      this.#pending.delete(keyOf(piece));
    }
    if (this.#struck?.connection === piece.connection) return this.#drained();
    if (this.#strike?.when === 'after' && this.#strike.write === write) return this.#fall(piece, this.#strike);
    return 'pass';
  }

  #fall(piece: Piece, strike: Strike): Verdict {
    this.#strike = null;
    this.#struck = { connection: piece.connection, strike, finished: false };
    strike.act();
    return this.#drained();
  }

  #drained(): Verdict {
    const struck = this.#struck;
    if (struck === null || struck.finished || this.#pending.size > 0) return 'drop';
    struck.finished = true;
    return struck.strike.done() ? 'reset' : 'drop';
  }
}

/** Starts a tap in front of the controller, on its address. The caller closes it. */
export async function startWriteTap(dc: SambaDc): Promise<WriteTap> {
  const { certFile, keyFile, caFile } = dc;
  return new WriteTap(await startProxy({ host: dc.address, port: 636, ldaps: { certFile, keyFile, caFile } }));
}

function keyOf({ connection, ldap }: Piece): string {
  return `${connection} ${ldap?.id}`;
}
