/** Whether a notice of a push is genuine: signatures of GitHub, Forgejo and Gitea, the token of GitLab. */
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
 * - `repeated`: signed, but the same content came before.
 * - `forged`: the signature or token is wrong, or there is none.
 */
export type Judgement = 'genuine' | 'repeated' | 'forged';

/** Contents remembered: a replay of one that is older finds nothing new in the repository either. */
const REMEMBERED_MAX = 1_000;

/** Headers that carry `HMAC-SHA256(secret, raw body)` in hex: GitHub's with `sha256=` before it, Forgejo's and Gitea's without. */
const SIGNATURE_HEADERS = ['x-hub-signature-256', 'x-forgejo-signature', 'x-gitea-signature'] as const;
/** GitLab sends the secret itself. */
const TOKEN_HEADER = 'x-gitlab-token';

/** A judge that remembers what it has let through. */
export function noticeJudge(secret: Secret): (notice: Notice) => Judgement {
  const seen = new Set<string>();
  return (notice) => {
    if (!isSigned(notice, secret)) return 'forged';
    const content = createHash('sha256').update(notice.body).digest('base64');
    if (seen.has(content)) return 'repeated';
    seen.add(content);
    const [oldest] = seen;
    if (seen.size > REMEMBERED_MAX && oldest !== undefined) seen.delete(oldest);
    return 'genuine';
  };
}

function isSigned({ headers, body }: Notice, secret: Secret): boolean {
  const token = headers[TOKEN_HEADER];
  if (typeof token === 'string') return same(token, secret.reveal());
  const expected = createHmac('sha256', secret.reveal()).update(body).digest('hex');
  return SIGNATURE_HEADERS.some((name) => {
    const given = headers[name];
    return typeof given === 'string' && same(given.replace(/^sha256=/, '').toLowerCase(), expected);
  });
}

/** In a time that tells nothing of where they differ, nor of their lengths. */
function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
