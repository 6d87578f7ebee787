/** Whether an address to listen on, or to come from, is this machine's own business. */
import { isIP } from 'node:net';

/** 127.0.0.0/8 and ::1 (RFC 6890), or the name that stands for them (RFC 6761). */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
