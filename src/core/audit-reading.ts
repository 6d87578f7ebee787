/** Reading rows of the audit chain: whether an event of its kind stands in one, with everything that such an event says. */
import { z } from 'zod';
import type { AuditEvent, AuditKind, AuditRow, StoredRow } from './audit.ts';

/** The furthest moment that a date can name, in milliseconds from 1970 (ECMA-262, section 21.4.1.1). */
const FURTHEST_MS = 8.64e15;

const text = z.string();
const instant = z.int().min(-FURTHEST_MS).max(FURTHEST_MS);
const count = z.int().min(0);
const state = z.object({ enabled: z.boolean(), attributes: z.record(text, text.nullable()) });
const origin = z.object({ file: text, line: z.int(), column: z.int().optional() });
const names = z.array(text).optional();
const commit = z.object({ author: text, committer: text, signedBy: names, approvedBy: names }).nullable();
const written = z.object({ commit: text, author: text, at: instant });
const operator = { by: text, reason: text };

const handChange = z.object({
  attribute: text,
  changed: z.object({ at: instant, server: text.nullable() }).optional(),
});

const cause = z.object({
  kind: text,
  text,
  origin: origin.nullable(),
  furtherOrigins: z.array(origin).optional(),
  institutions: z.array(text),
  byHand: z.array(handChange).optional(),
});

const outcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('applied') }),
  z.object({ status: z.literal('failed'), error: text, next: text }),
  z.object({ status: z.literal('skipped'), because: text }),
]);

const change = z.object({
  kind: z.literal('change'),
  trigger: text,
  revision: text,
  commit,
  line: written.nullable(),
  furtherLines: z.array(written).optional(),
  operator: z.object(operator).nullable(),
  lane: z.boolean(),
  runId: text,
  intent: text,
  attempt: text,
  intendedAt: instant,
  system: text,
  server: text,
  person: z.object({ key: text, label: text, username: text }),
  change: z.enum(['create', 'adopt', 'update', 'enable', 'disable']),
  anew: z.literal(true).optional(),
  effect: z.enum(['takes', 'neither', 'gives']),
  classes: z.array(text),
  handle: text.nullable(),
  location: text.nullable(),
  before: state.nullable(),
  after: state,
  cause,
  approved: z.boolean(),
  outcome,
});

const decision = z.object({
  kind: z.literal('decision'),
  verdict: z.enum(['approved', 'rejected', 'step-allowed']),
  subject: text,
  changes: count,
  people: z.array(text),
  from: instant.nullable(),
  expires: instant.nullable(),
  ...operator,
});

const block = z.object({ id: text, scope: z.enum(['user', 'institution']), target: text, until: instant.nullable() });

const order = z.discriminatedUnion('order', [
  z.object({ kind: z.literal('order'), order: z.enum(['block', 'unblock']), by: text, reason: text.nullable(), block }),
  z.object({
    kind: z.literal('order'),
    order: z.enum(['pause', 'resume']),
    by: text,
    reason: text.nullable(),
    block: z.null(),
  }),
]);

const run = z.object({
  kind: z.literal('run'),
  runId: text,
  trigger: text,
  mode: z.enum(['enforce', 'observe']),
  laneOnly: z.boolean(),
  revision: text.nullable(),
  commit,
  startedAt: instant,
  finishedAt: instant,
  result: z.enum(['done', 'failed', 'waiting', 'broken-off']),
  counts: z.record(text, z.object({ applied: count, failed: count, skipped: count })),
  held: z.object({ changes: count, people: count, entries: count }),
  trouble: z.array(z.object({ remedy: z.enum(['retry', 'person', 'bug']), where: text, what: text, next: text })),
  durationsMs: z.record(text, z.number()),
});

const act = z.object({
  kind: z.literal('act'),
  act: z.enum(['ledger-rebuild', 'account-forgotten', 'credentials-reissue', 'history-accepted', 'task-done']),
  person: text.nullable(),
  phase: z.enum(['begun', 'done', 'failed']),
  detail: z.record(text, z.union([text, z.number()])),
  ...operator,
});

const FORMS: Readonly<Record<AuditKind, z.ZodType>> = { change, decision, order, run, act };

type Reading = { readonly event: AuditEvent } | { readonly fault: string };

/** The event of a row; else what is wrong with its text, as in `"person.label" is missing, or not what stands there otherwise`. */
export function readEvent({ kind, eventJson }: Pick<StoredRow, 'kind' | 'eventJson'>): Reading {
  const form = Object.hasOwn(FORMS, kind) ? FORMS[kind as AuditKind] : undefined;
  if (form === undefined) return { fault: `there is no kind "${kind}"` };
  let value: unknown;
  try {
    value = JSON.parse(eventJson);
  } catch {
    return { fault: 'its text is no JSON' };
  }
  const { success, error } = form.safeParse(value);
  // Just judged by the form of its kind; as it stands, and not what the form gives: fields of a newer version come along.
  if (success) return { event: value as AuditEvent };
  const path = error.issues[0]?.path.join('.') ?? '';
  return { fault: path === '' ? 'it holds no event' : `"${path}" is missing, or not what stands there otherwise` };
}

/** Null: somebody changed the row, so that no event of its kind can be read in it. */
export function readRow(row: StoredRow): AuditRow | null {
  const { seq, at, kind, runId, person, hash } = row;
  const reading = readEvent(row);
  if (!('event' in reading) || !instant.safeParse(at).success) return null;
  // The form of that kind has judged the event.
  return { seq, at, kind: kind as AuditKind, runId, person, event: reading.event, hash };
}
