/** Sample events of every kind of the audit chain, and the rows that they become. */
import { type AuditEvent, type ChangeEvent, EMPTY_CHAIN, nextRow, type StoredRow } from '../../src/core/audit.ts';
import { plainSettled } from '../../src/store/plain-records.ts';
import {
  NOON,
  SAMPLE_FAILURE,
  sampleApplied,
  sampleCreate,
  sampleDisable,
  sampleIntent,
} from '../contracts/store-samples.ts';

const disable = sampleIntent('i1', sampleDisable('ajensen'));
const create = sampleIntent('i2', sampleCreate('bmadsen'), { approved: true });
const operator = { by: 'oda', reason: 'stolen laptop' };

/** A phone number that changed by an approval. */
export const PHONE_CHANGE: ChangeEvent = {
  ...plainSettled(disable, sampleApplied(disable.change)),
  operator: { by: 'oda', reason: 'called them back' },
  approved: true,
  change: 'update',
  effect: 'neither',
  classes: ['phone'],
  before: { enabled: true, attributes: { mobile: '+4520123456', title: null } },
  after: { enabled: true, attributes: { mobile: '+4528901234', title: null } },
  cause: {
    kind: 'declared',
    text: 'the repository says so',
    origin: { file: 'users/cbs/ajensen.yaml', line: 4 },
    institutions: [],
  },
};

const run = {
  kind: 'run',
  runId: 'run-1',
  trigger: 'push',
  mode: 'enforce',
  laneOnly: false,
  revision: 'b068e40986b068e40986b068e40986b068e40986',
  commit: { author: 'Rita Service <rita@example.org>', committer: 'Rita Service <rita@example.org>' },
  startedAt: NOON,
  finishedAt: NOON + 1_200,
} as const;

export const SAMPLE_EVENTS: readonly AuditEvent[] = [
  plainSettled(disable, sampleApplied(disable.change)),
  plainSettled(create, SAMPLE_FAILURE),
  PHONE_CHANGE,
  plainSettled(disable, { status: 'skipped', because: 'dc1 does not answer' }),
  {
    kind: 'decision',
    verdict: 'approved',
    subject: 'c090383718fd',
    changes: 12,
    people: ['ajensen', 'bmadsen'],
    from: null,
    expires: NOON + 86_400_000,
    by: 'oda',
    reason: 'looked at all of them',
  },
  {
    kind: 'decision',
    verdict: 'step-allowed',
    subject: `${'a'.repeat(40)}..${'b'.repeat(40)}`,
    changes: 0,
    people: [],
    from: null,
    expires: null,
    by: 'oda',
    reason: 'history was rewritten on purpose',
  },
  { kind: 'order', order: 'block', ...operator, block: { id: 'o1', scope: 'user', target: 'ajensen', until: null } },
  { kind: 'order', order: 'resume', by: 'oda', reason: null, block: null },
  {
    ...run,
    result: 'waiting',
    counts: { disable: { applied: 1, failed: 0, skipped: 0 }, create: { applied: 0, failed: 1, skipped: 2 } },
    held: { changes: 3, people: 2, entries: 0 },
    trouble: [],
    durationsMs: { load: 12, apply: 40 },
  },
  {
    ...run,
    revision: null,
    commit: null,
    result: 'broken-off',
    counts: {},
    held: { changes: 0, people: 0, entries: 0 },
    trouble: [{ remedy: 'person', where: 'the store', what: 'the disk is full.', next: 'Make room.' }],
    durationsMs: {},
  },
  { kind: 'act', act: 'credentials-reissue', person: 'bmadsen', phase: 'begun', ...operator, detail: {} },
  {
    kind: 'act',
    act: 'ledger-rebuild',
    person: null,
    phase: 'failed',
    ...operator,
    detail: { learned: 3, error: 'it was late' },
  },
];

/** A chain of these events, a minute apart. */
export function chainOf(events: readonly AuditEvent[]): readonly StoredRow[] {
  let head: StoredRow | typeof EMPTY_CHAIN = EMPTY_CHAIN;
  return events.map((event, nth) => {
    const row = nextRow(head, event, NOON + nth * 60_000);
    head = row;
    return row;
  });
}
