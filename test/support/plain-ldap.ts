/** Sends single LDAP messages to a test controller, byte for byte, and gives the bytes of the answers. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { readLdapMessage, splitLdapMessages } from './ldap-messages.ts';
import type { SambaDc } from './samba.ts';

/** What comes before the last message of an answer (RFC 4511 4.5.2). */
const NOT_LAST = ['search entry', 'search reference'];

export class PlainLdap {
  readonly #socket: TLSSocket;
  #waiting: { readonly messages: Buffer[]; readonly done: (answer: readonly Buffer[]) => void } | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      const split = splitLdapMessages(Buffer.concat([rest, chunk]));
      rest = Buffer.from(split.rest);
      for (const message of split.messages) this.#hear(Buffer.from(message));
    });
    // Whoever waits for an answer hears of it by `close`.
    socket.on('error', () => undefined);
  }

  /** The caller closes it. */
  static async open(dc: SambaDc): Promise<PlainLdap> {
    const socket = connect({ host: dc.address, port: 636, ca: readFileSync(dc.caFile) });
    await once(socket, 'secureConnect');
    return new PlainLdap(socket);
  }

  /** One request at a time; all messages of its answer. Throws where the controller breaks off. */
  async ask(request: Buffer): Promise<readonly Buffer[]> {
    const answer = new Promise<readonly Buffer[]>((resolve, reject) => {
      this.#waiting = { messages: [], done: resolve };
      this.#socket.once('close', () => reject(new Error('the controller broke off before it had answered')));
    });
    this.#socket.write(request);
    try {
      return await answer;
    } finally {
      this.#waiting = undefined;
      this.#socket.removeAllListeners('close');
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(message: Buffer): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    waiting.messages.push(message);
    if (!NOT_LAST.includes(readLdapMessage(message).operation)) waiting.done(waiting.messages);
  }
}
