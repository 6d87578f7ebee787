/** Passwords of the embedded directory: kept only as a salted hash, refused when too simple. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Active Directory's default policy for new domains: at least 7 characters of three kinds (MS-SAMR 3.1.1.7.2). */
const PASSWORD_LENGTH_MIN = 7;
const KINDS_MIN = 3;
const KINDS: readonly RegExp[] = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/**
 * scrypt (RFC 7914) cost: about 3 ms. Far less than for chosen passwords, because these are random and long, and a demo
 * makes hundreds of them.
 */
const COST = { N: 1024, r: 8, p: 1 } as const;

/** Whether the policy takes it. */
export function isAcceptable(password: string): boolean {
  return password.length >= PASSWORD_LENGTH_MIN && KINDS.filter((kind) => kind.test(password)).length >= KINDS_MIN;
}

/** @returns `scrypt$<salt>$<hash>`, both base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt);
  return `scrypt$${salt.toString('base64')}$${hash.toString('base64')}`;
}

export async function matchesHash(password: string, stored: string): Promise<boolean> {
  const [scheme, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, 'base64');
  const given = await derive(password, Buffer.from(salt, 'base64'));
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  });
}
