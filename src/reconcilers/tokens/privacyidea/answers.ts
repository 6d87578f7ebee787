/** What privacyIDEA answers (REST, 3.12), taken apart at the edge: only what is named here gets any further. */
import * as z from 'zod';
import { MusterError } from '../../../errors.ts';

/** More than any site has; a larger count is a mistake of whoever says so. */
const TOKENS_MAX = 10_000_000;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const envelope = z.object({
  /** Seconds since 1970, by the server's clock. */
  time: z.number().positive().optional(),
  result: z.union([
    z.object({ status: z.literal(true), value: z.unknown() }),
    z.object({
      status: z.literal(false),
      error: z.object({ code: z.number(), message: z.string().catch('') }),
    }),
  ]),
});

const storedToken = z.object({
  serial: z.string().min(1),
  tokentype: z.string(),
  active: z.boolean(),
  revoked: z.boolean(),
  locked: z.boolean(),
  description: text,
  realms: z.array(z.string()),
  username: text,
  user_realm: text,
  rollout_state: text,
  // The seed is no part of it, and hidden details are absent.
  info: z.object({ phone: z.string().nullish(), dynamic_phone: z.unknown().optional() }),
});

const page = z.object({
  count: z.number().int().min(0).max(TOKENS_MAX),
  next: z.number().int().nullable(),
  tokens: z.array(storedToken),
});

export type StoredToken = z.output<typeof storedToken>;
export type Page = z.output<typeof page>;

/** An answer in the shape of all answers. */
export type Answer =
  | { readonly ok: true; readonly value: unknown; readonly timeMs: number | null }
  | { readonly ok: false; readonly code: number; readonly message: string };

/** Null: the body is no answer of privacyIDEA. */
export function readAnswer(body: string): Answer | null {
  let plain: unknown;
  try {
    plain = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = envelope.safeParse(plain);
  if (!parsed.success) return null;
  const { result, time } = parsed.data;
  if (!result.status) return { ok: false, code: result.error.code, message: result.error.message };
  return { ok: true, value: result.value, timeMs: time === undefined ? null : time * 1000 };
}

export function readPage(value: unknown, where: string): Page {
  return read(page, value, where);
}

/** Types of token that may be made; an empty list says nothing else than an empty object. */
export function readRights(value: unknown, where: string): ReadonlySet<string> {
  const rights = read(z.union([z.record(z.string(), z.unknown()), z.array(z.unknown()).length(0)]), value, where);
  return new Set(Object.keys(rights));
}

/** What a log-on gives; `rights` where it tells them. */
export function readLogOn(
  value: unknown,
  where: string,
): { readonly token: string; readonly rights: readonly string[] | null } {
  const { token, rights } = read(
    z.object({ token: z.string().min(1), rights: z.array(z.string()).optional() }),
    value,
    where,
  );
  return { token, rights: rights ?? null };
}

function read<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new MusterError({
    remedy: 'person',
    where,
    // Where it is wrong, and never what stands there: an answer may hold the seed of a token.
    what: `The answer is not as documented for privacyIDEA 3.12 (at ${issue?.path.map(String).join('.') || 'its top'}).`,
    next: 'Check the version of the server, and whether something between changes its answers.',
  });
}
