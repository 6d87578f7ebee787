/** Reserves loopback addresses, and excludes other processes, with listening ports that the kernel frees by itself. */
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const FIRST_HOST = 2;
const LAST_HOST = 250;

/** Whoever listens here has the address. Below the range that the kernel takes for outgoing connections. */
const RESERVATION_PORT = 1636;
const EXCLUSION_PORT = 1637;

/** Ports that a domain controller needs for itself. */
const NEEDED_PORTS = [389, 636, 3268, 3269];

const EXCLUSION_POLL_MS = 50;

export interface Reservation {
  readonly address: string;
  readonly release: () => Promise<void>;
}

/**
 * Takes a free address of 127.0.0.2 to 127.0.0.250 that no other process of this machine has reserved and on which
 * nothing listens on the ports of a directory. Nothing goes stale: the reservation ends with this process.
 * Throws when all are taken.
 */
export async function reserveLoopbackAddress(): Promise<Reservation> {
  for (let host = FIRST_HOST; host <= LAST_HOST; host += 1) {
    const address = `127.0.0.${host}`;
    const held = await listen(address, RESERVATION_PORT);
    if (held === undefined) continue;
    const used = await Promise.all(NEEDED_PORTS.map((port) => answers(address, port)));
    if (!used.includes(true)) return { address, release: () => closed(held) };
    await closed(held);
  }
  throw new Error(`No free loopback address between 127.0.0.${FIRST_HOST} and 127.0.0.${LAST_HOST}.`);
}

/** Runs `work` while no other process of this machine runs work under this function. */
export async function excludingOthers<T>(work: () => Promise<T>): Promise<T> {
  let held = await listen('127.0.0.1', EXCLUSION_PORT);
  while (held === undefined) {
    await wait(EXCLUSION_POLL_MS);
    held = await listen('127.0.0.1', EXCLUSION_PORT);
  }
  try {
    return await work();
  } finally {
    await closed(held);
  }
}

/** Whether something accepts connections at this address and port. */
export function answers(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A server that listens there, or undefined when another process does. */
function listen(address: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ host: address, port, exclusive: true }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
