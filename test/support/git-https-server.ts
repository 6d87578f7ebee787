/** A real Git server over https (git-http-backend(1)), and the way for Git to trust its test certificate. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer as createClearServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { duplexPair } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FarEnd } from './tcp-proxy.ts';
import { type CertificateFiles, makeAuthority, makeCertificate } from './test-certificates.ts';

export interface GitHttpsServer {
  readonly port: number;
  /** For a proxy that ends TLS in front of it. */
  readonly tls: CertificateFiles & { readonly caFile: string };
  /** A connection to it in clear, within this process. */
  connect(): FarEnd;
  /** The repositories change no more: what was asked once from now on is answered the same way, byte for byte. */
  remember(): void;
  /** They may change again. */
  forget(): void;
  close(): Promise<void>;
}

/** Serves every repository below `folder`, read-only, on a free port of 127.0.0.1. Its certificate is made in `keys`. */
export async function startGitHttpsServer(folder: string, keys: string): Promise<GitHttpsServer> {
  await mkdir(keys, { recursive: true });
  const authority = await makeAuthority(keys);
  const files = await makeCertificate(keys, 'server', authority);
  let known: Map<string, Promise<Buffer>> | null = null;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    // Whoever broke the request off hears nothing of it either.
    serve(folder, known, request, response).catch(() => response.destroy());
  };
  const server = createServer({ cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) }, listener);
  const inClear = createClearServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    tls: { ...files, caFile: authority.certFile },
    connect: () => {
      const [near, far] = duplexPair();
      near.once('close', () => far.destroy());
      inClear.emit('connection', far);
      return Object.assign(near, { resetAndDestroy: () => near.destroy() });
    },
    remember: () => {
      known = new Map();
    },
    forget: () => {
      known = null;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One request and its answer as a whole, so that an undisturbed session always has the same bytes. */
async function serve(
  folder: string,
  known: Map<string, Promise<Buffer>> | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const key = JSON.stringify([request.method, request.url, request.headers['git-protocol'], body.toString('latin1')]);
  const answered = known?.get(key) ?? answerOf(folder, request, body);
  known?.set(key, answered);
  const answer = await answered;
  const end = answer.indexOf('\r\n\r\n');
  const fields = answer.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
  const status = fields.find((line) => /^Status:/i.test(line))?.slice('Status:'.length) ?? '200';
  response.sendDate = false;
  response.statusCode = end < 0 ? 500 : Number.parseInt(status, 10);
  for (const line of fields) {
    const colon = line.indexOf(':');
    if (colon > 0 && !/^Status:/i.test(line)) response.setHeader(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  response.end(answer.subarray(end + 4));
}

/** What Git answers to one request as CGI (RFC 3875): fields and body. */
async function answerOf(folder: string, request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const url = new URL(request.url ?? '/', 'https://127.0.0.1');
  const header = (name: string) => String(request.headers[name] ?? '');
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH ?? '',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      // Several threads find other deltas each time, and the same objects then have other bytes.
      GIT_CONFIG_KEY_1: 'pack.threads',
      GIT_CONFIG_VALUE_1: '1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
    },
  });
  child.stdin.on('error', () => undefined); // it ended early: its answer says why
  child.stdin.end(body);
  return await buffer(child.stdout);
}

/**
 * Puts a `git` first on the path of this process that trusts `caFile` and is otherwise the machine's own; Muster itself
 * takes no such setting, since a site's authority is among its machines' trusted ones. Gives what takes it away again.
 */
export async function trustForGit(folder: string, caFile: string): Promise<() => void> {
  const before = process.env.PATH ?? '';
  const bin = join(folder, 'bin');
  // Reading all authorities of the machine as well takes longer than the whole rest of a fetch.
  const others = join(folder, 'no-authorities');
  await mkdir(bin, { recursive: true });
  await mkdir(others, { recursive: true });
  const script = join(bin, 'git');
  const trust = `-c http.sslCAInfo='${caFile}' -c http.sslCAPath='${others}'`;
  await writeFile(script, `#!/bin/sh\nPATH='${before}' exec git ${trust} "$@"\n`);
  await chmod(script, 0o755);
  process.env.PATH = [bin, before].join(delimiter);
  return () => {
    process.env.PATH = before;
  };
}
