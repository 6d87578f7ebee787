/**
 * A small domain controller over TLS for what Samba does not do as Windows does: pages of 1,000 entries, empty pages, ranges of values, limits,
 * busy and unavailable, referrals, withheld attributes, slow and cut answers, restored servers.
 *
 * Follows RFC 4511 (the protocol), RFC 2696 (paging), RFC 4514 (names), RFC 4532 ("Who am I?") and MS-ADTS 3.1.1.3 (root entry, naming contexts,
 * ranges, extended names, limits) and 3.1.1.5 (writes). It leaves out: access rights other than withheld attributes and hidden objects, the
 * schema (but for attribute names), renames over LDAP, compare, abandon, sorting, DirSync, SASL, StartTLS, replication, every control but
 * paging, extended DN and show-deleted.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { element, textOf } from './ber.ts';
import type { Asked, Manners, SearchAnswer } from './directory-simulator-manners.ts';
import * as messages from './directory-simulator-messages.ts';
import { type LdapRequest, type LdapResult, SUCCESS } from './directory-simulator-messages.ts';
import { answerSearch, nothing, type Pending, pageOf } from './directory-simulator-search.ts';
import { SimulatedTree } from './directory-simulator-tree.ts';
import { addObject, deleteObject, modifyObject } from './directory-simulator-writes.ts';
import { splitLdapMessages } from './ldap-messages.ts';

export const LOGIN = 'muster@example.org';
/** Password of the login, to look for in what was sent. */
export const LOGIN_PASSWORD = 'Must3r-in-clear';

const OPERATIONS: Readonly<Record<number, Asked['operation']>> = {
  [messages.BIND]: 'bind',
  [messages.SEARCH]: 'search',
  [messages.MODIFY]: 'modify',
  [messages.ADD]: 'add',
  [messages.DELETE]: 'delete',
  [messages.EXTENDED]: 'extended',
};

const NOT_BOUND: LdapResult = {
  code: 1,
  text: '000004DC: LdapErr: DSID-0C090A5E, comment: In order to perform this operation a successful bind must be completed on the connection., data 0',
};
const WRONG_PASSWORD: LdapResult = {
  code: 49,
  text: '80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 52e, v2580',
};

interface Session {
  readonly socket: TLSSocket;
  readonly pending: Pending;
  login: string | null;
}

export interface SimulatorOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly tls?: TlsOptions;
}

export class DirectorySimulator {
  /** What a test changes by hand. */
  readonly tree: SimulatedTree;
  /** How it behaves from now on. */
  manners: Manners = {};
  readonly asked: Asked[] = [];
  /** Bytes that came in after the handshakes. */
  heardBytes = 0;
  readonly #passwords = new Map<string, string>();
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();
  readonly #counts = new Map<Asked['operation'], number>();
  #whoAmIs = 0;

  constructor({ certFile, keyFile, tls }: SimulatorOptions, tree: SimulatedTree) {
    this.tree = tree;
    this.#passwords.set(tree.musterGuid, LOGIN_PASSWORD);
    this.#server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile), ...tls }, (socket) =>
      this.#accept(socket),
    );
    // A client that does not like the certificate breaks the handshake off; that is what such a test is about.
    this.#server.on('tlsClientError', () => undefined);
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The simulator does not listen.');
    return `ldaps://127.0.0.1:${address.port}`;
  }

  /** @param port a free one by default. */
  async listen(port = 0): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Whether this is the password in force. */
  passwordIs(username: string, password: string): boolean {
    const object = [...this.tree.all()].find(
      ({ values }) => values.get('samaccountname')?.values[0]?.toString() === username,
    );
    return object !== undefined && this.#passwords.get(object.guid) === password;
  }

  #accept(socket: TLSSocket): void {
    const session: Session = { socket, pending: new Map(), login: null };
    let rest: Buffer = Buffer.alloc(0);
    let turn: Promise<void> = Promise.resolve();
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.heardBytes += chunk.length;
      const split = splitLdapMessages(Buffer.concat([rest, chunk]));
      rest = Buffer.from(split.rest);
      for (const bytes of split.messages) turn = turn.then(() => this.#serve(session, messages.readRequest(bytes)));
    });
  }

  async #serve(session: Session, request: LdapRequest): Promise<void> {
    const { socket, pending } = session;
    if (request.tag === messages.UNBIND) return void socket.end();
    const asked = this.#askedOf(request, pageOf(request, pending));
    this.asked.push(asked);
    this.manners.meanwhile?.(asked, this.tree);
    const delayMs = this.manners.delayMs?.(asked) ?? 0;
    if (delayMs > 0) await wait(delayMs);
    const answer = this.#answer(session, request, asked);
    const cutAt = this.manners.cutsAt?.(asked);
    if (cutAt === undefined) return void socket.write(answer);
    socket.write(answer.subarray(0, cutAt), () => socket.destroy());
  }

  #askedOf(request: LdapRequest, page: number): Asked {
    const operation = OPERATIONS[request.tag];
    if (operation === undefined) throw new Error(`The simulator does not know operation ${request.tag}.`);
    const nth = this.#counts.get(operation) ?? 0;
    this.#counts.set(operation, nth + 1);
    if (operation !== 'search') {
      const name =
        operation === 'bind'
          ? textOf(request.parts[1])
          : operation === 'delete'
            ? request.content.toString()
            : textOf(request.parts[0]);
      return { operation, nth, dn: name, scope: '', page: 0, attributes: [], deref: 0 };
    }
    const { base, scope, attributes, deref } = messages.searchOf(request);
    return { operation, nth, dn: base, scope, page, attributes, deref };
  }

  #answer(session: Session, request: LdapRequest, asked: Asked): Buffer {
    const refused = this.manners.refuses?.(asked);
    if (asked.operation === 'search') return this.#searchAnswer(session, request, asked, refused);
    const answerTag = request.tag === messages.DELETE ? 0x6b : request.tag + 1;
    if (asked.operation === 'extended') {
      const answer = this.manners.whoAmI?.(this.#whoAmIs) ?? '';
      this.#whoAmIs += 1;
      return messages.message(
        request.id,
        messages.resultPart(answerTag, refused ?? SUCCESS, element(0x8b, Buffer.from(answer))),
      );
    }
    const result =
      refused ?? (asked.operation === 'bind' ? this.#bind(session, request) : this.#write(session, request, asked));
    return messages.message(request.id, messages.resultPart(answerTag, result));
  }

  #searchAnswer(session: Session, request: LdapRequest, asked: Asked, refused: LdapResult | undefined): Buffer {
    const { tree, manners } = this;
    const search = messages.searchOf(request);
    const isAllowed = session.login !== null || search.base === '';
    const desk = { tree, manners, pending: session.pending };
    const plain = !isAllowed ? nothing(NOT_BOUND.code, NOT_BOUND.text) : answerSearch(desk, request, search, asked);
    const given: SearchAnswer =
      refused === undefined ? plain : { ...plain, entries: [], references: [], result: refused };
    const { entries, references, result, cookie } = manners.answers?.(asked, given) ?? given;
    const done = messages.searchDonePart(result);
    return Buffer.concat([
      ...entries.map((entry) => messages.message(request.id, messages.entryPart(entry.dn, entry.attributes))),
      ...references.map((url) => messages.message(request.id, messages.referencePart(url))),
      messages.message(request.id, done, ...(cookie === null ? [] : [messages.pagingPart(cookie)])),
    ]);
  }

  /** Simple bind (RFC 4513 5.1); a name without a password is anonymous, and succeeds. */
  #bind(session: Session, request: LdapRequest): LdapResult {
    const [, name, password] = request.parts.map(textOf);
    session.login = null;
    if (password === '') return SUCCESS;
    const object = [...this.tree.all()].find(
      (one) => one.dn === name || one.values.get('userprincipalname')?.values[0]?.toString() === name,
    );
    if (object === undefined || this.#passwords.get(object.guid) !== password) return WRONG_PASSWORD;
    session.login = object.guid;
    return SUCCESS;
  }

  #write(session: Session, request: LdapRequest, asked: Asked): LdapResult {
    if (session.login === null) return NOT_BOUND;
    const accounts = { tree: this.tree, passwords: this.#passwords };
    if (asked.operation === 'delete') return deleteObject(accounts, asked.dn);
    if (asked.operation === 'modify') return modifyObject(accounts, asked.dn, messages.modifyOf(request).changes);
    return addObject(accounts, asked.dn, messages.addOf(request).attributes, this.manners.takenElsewhere ?? []);
  }
}

/** Starts a simulator on a free port of 127.0.0.1. The caller closes it. */
export async function startDirectorySimulator(
  options: SimulatorOptions,
  tree = new SimulatedTree(),
): Promise<DirectorySimulator> {
  const simulator = new DirectorySimulator(options, tree);
  await simulator.listen();
  return simulator;
}
