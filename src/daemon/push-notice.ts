/** Whether a notice of a push is genuine: signatures of GitHub, Forgejo, Gitea and GitLab, and GitLab's older token. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../secret.ts';

/** A notice as it came: its content is proof of who sent it, and is never looked into. */
export interface Notice {
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/**
 * - `genuine`: signed with the secret, and new.
 * - `repeated`: signed, but the same content or the same delivery came before.
 * - `forged`: the signature or token is wrong or too old, or there is none.
 */
export type Judgement = 'genuine' | 'repeated' | 'forged';

/** Contents and deliveries remembered: a replay of one that is older finds nothing new in the repository either. */
const REMEMBERED_MAX = 2_000;

/** Headers that carry `HMAC-SHA256(secret, raw body)` in hex: GitHub's with `sha256=` before it, Forgejo's and Gitea's without. */
const SIGNATURE_HEADERS = ['x-hub-signature-256', 'x-forgejo-signature', 'x-gitea-signature'] as const;
/** GitLab sends the secret itself, where it is configured as a secret token. */
const TOKEN_HEADER = 'x-gitlab-token';
/** Where it is configured as a signing token: by Standard Webhooks 1.0, which also bounds the age. */
const STANDARD_HEADER = 'webhook-signature';
const STANDARD_KEY_PREFIX = 'whsec_';
const AGE_SECONDS_MAX = 5 * 60;

/**
 * Headers that name a delivery, the same when it is sent again. GitLab's event id comes last: it is shared by events that a webhook
 * itself set off, and so counts only where nothing else tells deliveries apart.
 */
const DELIVERY_HEADERS = [
  'webhook-id',
  'idempotency-key',
  'x-github-delivery',
  'x-forgejo-delivery',
  'x-gitea-delivery',
  'x-gitlab-event-uuid',
] as const;

/** A judge that remembers what it has let through. `now` gives milliseconds since 1970. */
export function noticeJudge(secret: Secret, now: () => number): (notice: Notice) => Judgement {
  const seen = new Set<string>();
  return (notice) => {
    if (!isSigned(notice, secret, now())) return 'forged';
    const marks = [digest(notice.body), ...deliveryOf(notice)];
    const repeated = marks.some((mark) => seen.has(mark));
    for (const mark of marks) seen.add(mark);
    for (const oldest of seen) {
      if (seen.size <= REMEMBERED_MAX) break;
      seen.delete(oldest);
    }
    return repeated ? 'repeated' : 'genuine';
  };
}

/** False: nothing in the headers could prove who sent it, so that its content need not be read. */
export function bearsProof(headers: IncomingHttpHeaders): boolean {
  return [STANDARD_HEADER, TOKEN_HEADER, ...SIGNATURE_HEADERS].some((name) => typeof headers[name] === 'string');
}

/** Hashed, for its length is the sender's to choose. */
function deliveryOf({ headers }: Notice): readonly string[] {
  const name = DELIVERY_HEADERS.find((header) => typeof headers[header] === 'string' && headers[header] !== '');
  return name === undefined ? [] : [`${name} ${digest(String(headers[name]))}`];
}

function digest(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('base64');
}

function isSigned(notice: Notice, secret: Secret, now: number): boolean {
  const { headers, body } = notice;
  // Whoever sends several proofs is held to each kind in this order: a wrong one is not made good by another.
  if (typeof headers[STANDARD_HEADER] === 'string') return isSignedByStandard(notice, secret, now);
  const token = headers[TOKEN_HEADER];
  if (typeof token === 'string') return same(token, secret.reveal());
  const expected = createHmac('sha256', secret.reveal()).update(body).digest('hex');
  return SIGNATURE_HEADERS.some((name) => {
    const given = headers[name];
    return typeof given === 'string' && same(given.replace(/^sha256=/, '').toLowerCase(), expected);
  });
}

/** `v1,` and the base64 of `HMAC-SHA256(key, id.timestamp.body)`, perhaps several with a space between; the key is base64 as well. */
function isSignedByStandard({ headers, body }: Notice, secret: Secret, now: number): boolean {
  const [id, seconds] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (typeof id !== 'string' || typeof seconds !== 'string' || !/^\d{1,12}$/.test(seconds)) return false;
  if (Math.abs(now / 1000 - Number(seconds)) > AGE_SECONDS_MAX) return false;
  const text = secret.reveal();
  if (!text.startsWith(STANDARD_KEY_PREFIX)) return false;
  const key = Buffer.from(text.slice(STANDARD_KEY_PREFIX.length), 'base64');
  const signed = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64');
  const given = String(headers[STANDARD_HEADER]).split(' ');
  return given.filter((one) => same(one, `v1,${signed}`)).length > 0;
}

/** In a time that tells nothing of where they differ, nor of their lengths. */
function same(given: string, expected: string): boolean {
  const fingerprint = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(fingerprint(given), fingerprint(expected));
}
