/** Connections that are kept open for the next request, which servers close when they like. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Outgoing, openWire } from '../src/exchange.ts';

/** Servers close theirs after five seconds or so. */
const IDLE_MS = 1_200;

test('one is used for the next request, unless it has been idle: its server may be closing it at that moment', async () => {
  let connections = 0;
  const server = createServer((_, response) => response.end(String(connections)));
  server.on('connection', () => {
    connections += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // as of any server on TCP
  const wire = openWire({ isSecure: false, authorities: null, sockets: 1 });
  const ask: Outgoing = {
    method: 'GET',
    url: new URL(`http://127.0.0.1:${port}/`),
    credentials: {},
    complaints: { unreached: (what) => new Error(what), strange: () => new Error(), untrusted: () => new Error() },
    connectSeconds: 5,
    answerSeconds: 5,
  };
  const asked = async () => Number((await wire.exchange(ask)).body);
  try {
    expect([await asked(), await asked()]).toEqual([1, 1]);
    await wait(IDLE_MS);
    expect([await asked(), await asked()]).toEqual([2, 2]);
  } finally {
    wire.close();
    server.close();
  }
});
