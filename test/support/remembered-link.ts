/** A connection to a remembered controller, in clear: takes LDAP messages as they come, in pieces or several at once, and answers in order. */
import { Duplex } from 'node:stream';
import { readLdapMessage, splitLdapMessages } from './ldap-messages.ts';
import type { DirectoryState, RememberedController } from './remembered-controller.ts';

/** Where one bench stands, whatever connections it has: each write moves it on. */
export class RememberedPlace {
  state: DirectoryState;
  readonly controller: RememberedController;
  /** A controller that is one process does one thing after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;

  constructor(controller: RememberedController) {
    this.controller = controller;
    this.state = controller.beginning;
  }

  connect(): RememberedLink {
    return new RememberedLink(this);
  }

  /** Resolves when every request that arrived whole has been done. Throws where the controller could not be asked. */
  async settled(): Promise<void> {
    await this.#last;
    if (this.#failure === undefined) return;
    const failure = this.#failure;
    this.#failure = undefined;
    throw failure;
  }

  answer(login: Buffer | null, request: Buffer): Promise<readonly Buffer[]> {
    const answered = this.#last.then(async () => {
      const { messages, next } = await this.controller.answer(this.state, { login, request });
      this.state = next;
      return messages;
    });
    this.#last = answered.catch((error: Error) => {
      this.#failure = error;
    });
    return answered;
  }
}

class RememberedLink extends Duplex {
  readonly #place: RememberedPlace;
  #rest: Buffer = Buffer.alloc(0);
  #login: Buffer | null = null;
  #over = false;

  constructor(place: RememberedPlace) {
    super({ allowHalfOpen: false });
    this.#place = place;
  }

  resetAndDestroy(): this {
    this.#over = true;
    return this.destroy();
  }

  override _read(): void {
    // Answers come when they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { messages, rest } = splitLdapMessages(Buffer.concat([this.#rest, chunk]));
    this.#rest = Buffer.from(rest);
    for (const message of messages) this.#take(Buffer.from(message));
    done();
  }

  override _final(done: () => void): void {
    this.#hangUp();
    done();
  }

  #take(message: Buffer): void {
    const { operation } = readLdapMessage(message);
    if (operation === 'unbind') this.#hangUp();
    // Neither has an answer (RFC 4511 4.3, 4.11).
    if (operation === 'unbind' || operation === 'abandon') return;
    const login = this.#login;
    if (operation === 'bind') this.#login = message;
    this.#place.answer(login, message).then(
      (messages) => {
        if (!this.#over) this.push(Buffer.concat(messages));
      },
      (error: Error) => this.destroy(error),
    );
  }

  /** What was asked before is done all the same; nobody hears of it. */
  #hangUp(): void {
    this.#over = true;
    this.push(null);
  }
}
