/** Sample values that the store's contract writes and reads back. */
import type { Change, ChangeClass, Create, Disable } from '../../src/core/change.ts';
import type { Mandate } from '../../src/core/mandate.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Approval, Intent, LedgerRow } from '../../src/core/ports.ts';
import type { Report } from '../../src/core/report.ts';
import type { AnyEntry, Block, Day, User } from '../../src/model/document.ts';
import type { OperatorBlock } from '../../src/model/model.ts';

export const NOON = Date.parse('2026-03-01T12:00:00Z');
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

const account = (key: string) => ({ system: 'directory', kind: 'account', key });
const ATTRIBUTES = { displayName: 'Anna Jensen', mobile: '+4520123456', title: null };

export const SAMPLE_MANDATE: Mandate = {
  trigger: 'push',
  revision: 'b068e40986b068e40986b068e40986b068e40986',
  commit: { author: 'Rita Service <rita@example.org>', committer: 'Bo Merge <bo@example.org>' },
  line: { commit: '6a3f101669', author: 'Rita Service', at: NOON - MINUTE_MS },
  operator: null,
  lane: false,
};

export function sampleDisable(key: string, more: Partial<Disable> = {}): Disable {
  return {
    kind: 'disable',
    address: account(key),
    person: { key, label: `Anna Jensen (${key})` },
    effect: 'takes',
    classes: ['disable'],
    cause: {
      kind: 'ended',
      text: 'access ended on 2026-02-28',
      origin: { file: `users/cbs/${key}.yaml`, line: 8, column: 1 },
      institutions: [],
    },
    dated: true,
    handle: `guid-${key}`,
    location: `CN=${key},OU=CBS,DC=example,DC=org`,
    before: { enabled: true, attributes: ATTRIBUTES },
    after: { enabled: false, attributes: ATTRIBUTES },
    raw: { userAccountControl: '512', adminDescription: `muster:research:${key}:a1` },
    ...more,
  };
}

/** A change in the given classes, caused by blocks of the given institutions. */
export function sampleBlock(key: string, classes: readonly ChangeClass[], institutions: readonly string[]): Disable {
  const plain = sampleDisable(key);
  return { ...plain, classes, cause: { ...plain.cause, kind: 'institution-blocked', origin: null, institutions } };
}

export function sampleCreate(key: string): Create {
  return {
    kind: 'create',
    address: account(key),
    person: { key, label: `Anna Jensen (${key})` },
    effect: 'gives',
    classes: ['create'],
    cause: { kind: 'declared', text: 'declared', origin: { file: `users/${key}.yaml`, line: 1 }, institutions: [] },
    dated: false,
    handle: null,
    blueprint: { ou: 'OU=CBS,DC=example,DC=org' },
    after: { enabled: true, attributes: ATTRIBUTES },
  };
}

export function sampleIntent(id: string, change: Change, more: Partial<Intent> = {}): Intent {
  const server = 'ldaps://dc1.example.org';
  const shared = { runId: 'run-1', attempt: `attempt-${id}`, approved: false, mandate: SAMPLE_MANDATE };
  return { ...shared, id, server, change, at: NOON, ...more };
}

export function sampleApplied(change: Change): Outcome {
  return { status: 'applied', written: { handle: change.handle ?? `guid-${change.address.key}`, state: change.after } };
}

export const SAMPLE_FAILURE: Outcome = {
  status: 'failed',
  error: 'unwilling to perform (53)',
  next: 'See the event log.',
};

export function sampleRow(key: string, more: Partial<LedgerRow> = {}): LedgerRow {
  const { cause, after } = sampleDisable(key);
  return { system: 'directory', key, handle: `guid-${key}`, state: after, disabledFor: cause, goneAt: null, ...more };
}

export function sampleUser(key: string, more: Partial<User> = {}, line = 1): AnyEntry & { readonly kind: 'user' } {
  const document: User = {
    username: key,
    name: { given: 'Anna', family: 'Jensen' },
    email: `${key}@example.org`,
    phone: '+4520123456',
    institution: 'cbs',
    state: 'active',
    starts: null,
    ends: null,
    ...more,
  };
  const origin = { file: `users/cbs/${key}.yaml`, line };
  return { kind: 'user', key, document, origin, condition: 'declared', knownSince: null, rivals: [] };
}

export function sampleBlockEntry(target: string): AnyEntry & { readonly kind: 'blocked-user' } {
  // A literal of the right form: the brand only marks that a day was checked.
  const from = '2026-02-01' as Day;
  const document: Block = { target, reason: 'abuse of output', from, until: null, lifted: null };
  return {
    kind: 'blocked-user',
    key: `${target}@${from}`,
    document,
    origin: { file: 'blocked-users.yaml', line: 3, column: 3 },
    condition: 'held',
    knownSince: null,
    rivals: [{ document: { ...document, reason: 'theft' }, origin: { file: 'blocked-users.yaml', line: 9 } }],
  };
}

export function sampleApproval(digest: string, more: Partial<Approval> = {}): Approval {
  const by = 'bo@admin.example.org';
  const fingerprints = ['f1', 'f2'];
  return {
    digest,
    fingerprints,
    people: ['ajensen'],
    by,
    reason: 'checked',
    at: NOON,
    expires: NOON + DAY_MS,
    ...more,
  };
}

export function sampleOrder(id: string, more: Partial<OperatorBlock> = {}): OperatorBlock {
  return { id, scope: 'user', target: 'ajensen', reason: 'stolen laptop', by: 'bo', at: NOON, until: null, ...more };
}

export function sampleReport(runId: string): Report {
  return {
    format: 1,
    runId,
    trigger: 'command',
    mode: 'enforce',
    dryRun: false,
    startedAt: NOON,
    finishedAt: NOON + 1200,
    plan: {
      format: 1,
      revision: 'abc',
      at: NOON,
      changes: [sampleCreate('ajensen')],
      notices: [],
      heldEntries: [],
      read: [],
      unread: [],
    },
    holds: [],
    applied: [],
    diagnostics: [],
    trouble: [],
    durationsMs: { load: 12 },
  };
}
