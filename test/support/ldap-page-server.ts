/**
 * A minimal LDAP server over TLS whose pages a test writes line by line: for answers that are legal, or wrong, and that
 * no server at hand gives. It knows bind, "Who am I?" and search (RFC 4511, RFC 4532, RFC 2696).
 */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type TLSSocket } from 'node:tls';
import { type BerElement, berInteger, berText, element, readElements } from './ber.ts';
import { splitLdapMessages } from './ldap-messages.ts';

export interface FakeEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly (string | Buffer)[]>>;
}

/** One answer to a search below a unit. */
export interface Page {
  readonly entries?: readonly FakeEntry[];
  /** Sent with it, to ask for the next page; `''` ends the search; null leaves the paging control out. */
  readonly cookie: string | null;
  /** LDAP result code; 0 by default. */
  readonly code?: number;
  /** URLs of search references. */
  readonly references?: readonly string[];
}

export interface PageServerOptions {
  readonly certFile: string;
  readonly keyFile: string;
  /** Everything that base reads, and searches of no scripted unit, find. */
  readonly entries: readonly FakeEntry[];
  /** What a subtree search of this unit gives, page by page. */
  readonly pages: Readonly<Record<string, readonly Page[]>>;
  /** Answer to the n-th "Who am I?", from 0; `u:EXAMPLE\muster` by default. */
  readonly whoAmI?: (nth: number) => string;
}

export interface PageServer {
  readonly url: string;
  /** What came in, in order: `bind`, `whoami`, `search DN`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const BIND = 0x60;
const UNBIND = 0x42;
const SEARCH = 0x63;
const EXTENDED = 0x77;
const PAGED_RESULTS = '1.2.840.113556.1.4.319';
const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';
const UNWILLING = 53;
const NO_SUCH_OBJECT = 32;

/** Starts the server on a free port of 127.0.0.1. The caller closes it. */
export async function startLdapPageServer(options: PageServerOptions): Promise<PageServer> {
  const requests: string[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer(
    { cert: readFileSync(options.certFile), key: readFileSync(options.keyFile) },
    (socket) => {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
      serve(socket, options, requests);
    },
  );
  // A client that does not like the certificate breaks the handshake off; that is what such a test is about.
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The page server does not listen.');
  return {
    url: `ldaps://127.0.0.1:${address.port}`,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(socket: TLSSocket, options: PageServerOptions, requests: string[]): void {
  let rest: Buffer = Buffer.alloc(0);
  let whoAmIs = 0;
  socket.on('data', (chunk: Buffer) => {
    const split = splitLdapMessages(Buffer.concat([rest, chunk]));
    rest = Buffer.from(split.rest);
    for (const bytes of split.messages) {
      const [id, operation, controls] = children(readElements(bytes)[0]);
      if (id === undefined || operation === undefined) throw new Error('Not an LDAP message.');
      const reply = (...parts: readonly Buffer[]) => socket.write(element(0x30, element(0x02, id.content), ...parts));
      if (operation.tag === UNBIND) return void socket.end();
      if (operation.tag === BIND) {
        requests.push('bind');
        reply(result(0x61, 0));
      } else if (operation.tag === EXTENDED) {
        const oid = children(operation)[0]?.content.toString();
        requests.push(oid === WHO_AM_I ? 'whoami' : `extended ${oid}`);
        reply(result(0x78, 0, element(0x8b, Buffer.from(options.whoAmI?.(whoAmIs) ?? 'u:EXAMPLE\\muster'))));
        whoAmIs += 1;
      } else if (operation.tag === SEARCH) answerSearch(operation, controls, options, requests, reply);
      else reply(result(operation.tag + 1, UNWILLING));
    }
  });
}

type Reply = (...parts: readonly Buffer[]) => void;

function answerSearch(
  operation: BerElement,
  controls: BerElement | undefined,
  options: PageServerOptions,
  requests: string[],
  reply: Reply,
): void {
  const [baseDn, scope, , , , , filter] = children(operation);
  const base = baseDn?.content.toString() ?? '';
  requests.push(`search ${base}`);
  if (scope?.content[0] === 0) {
    const found = base === '' ? rootEntry : options.entries.find(({ dn }) => dn === base);
    if (found !== undefined) reply(searchEntry(found));
    reply(result(0x65, found === undefined ? NO_SUCH_OBJECT : 0));
    return;
  }
  const pages = options.pages[base];
  if (pages === undefined) {
    for (const entry of options.entries) if (filter !== undefined && matches(filter, entry)) reply(searchEntry(entry));
    reply(result(0x65, 0), pagingControl(''));
    return;
  }
  const cookie = cookieOf(controls);
  const at = cookie === '' ? 0 : pages.findIndex((page) => page.cookie === cookie) + 1;
  const page = at === 0 && cookie !== '' ? undefined : pages[at];
  if (page === undefined) {
    reply(result(0x65, UNWILLING), pagingControl(''));
    return;
  }
  for (const entry of page.entries ?? []) reply(searchEntry(entry));
  for (const url of page.references ?? []) reply(element(0x73, berText(url)));
  const done = result(0x65, page.code ?? 0);
  if (page.cookie === null) reply(done);
  else reply(done, pagingControl(page.cookie));
}

const rootEntry: FakeEntry = {
  dn: '',
  attributes: { supportedExtension: [WHO_AM_I], currentTime: ['20261121191347.0Z'] },
};

function matches(filter: BerElement, entry: FakeEntry): boolean {
  if (filter.tag === 0xa0) return children(filter).every((part) => matches(part, entry));
  if (filter.tag === 0xa1) return children(filter).some((part) => matches(part, entry));
  const [name, value] = filter.tag === 0xa3 ? children(filter) : [];
  const attribute = name?.content.toString() ?? filter.content.toString();
  const values = entry.attributes[attribute] ?? [];
  if (filter.tag === 0x87) return values.length > 0;
  return value !== undefined && values.some((held) => Buffer.from(held).equals(value.content));
}

function cookieOf(controls: BerElement | undefined): string {
  for (const control of children(controls)) {
    const parts = children(control);
    if (parts[0]?.content.toString() !== PAGED_RESULTS) continue;
    const value = parts.at(-1)?.content ?? Buffer.alloc(0);
    return children(readElements(value)[0])[1]?.content.toString() ?? '';
  }
  return '';
}

function pagingControl(cookie: string): Buffer {
  const value = element(0x30, berInteger(0x02, 0), berText(cookie));
  return element(0xa0, element(0x30, berText(PAGED_RESULTS), element(0x04, value)));
}

function searchEntry({ dn, attributes }: FakeEntry): Buffer {
  const list = Object.entries(attributes).map(([name, values]) =>
    element(0x30, berText(name), element(0x31, ...values.map((value) => element(0x04, Buffer.from(value))))),
  );
  return element(0x64, berText(dn), element(0x30, ...list));
}

function result(tag: number, code: number, ...more: readonly Buffer[]): Buffer {
  return element(tag, berInteger(0x0a, code), berText(''), berText(''), ...more);
}

function children(parent: BerElement | undefined): readonly BerElement[] {
  return parent === undefined ? [] : readElements(parent.content);
}
