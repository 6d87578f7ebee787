/** An installation with a past, invented: what a status page has to show, in a real store. */
import type { AuditEvent, ChangeEvent } from '../../src/core/audit.ts';
import type { AnyEntry, Day } from '../../src/model/document.ts';
import { openStore } from '../../src/store/store.ts';
import {
  COMMIT,
  labelOf,
  PEOPLE,
  REVISION,
  SAMPLE_NOW,
  type SamplePerson,
  type SampleWords,
  sampleCause,
} from './status-sample-people.ts';
import { reportOf, type SampleState } from './status-sample-report.ts';
import { sampleServers, sampleTasks } from './status-sample-work.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Makes the store at that path and closes it again. */
export async function fillStatusSample(
  path: string,
  state: SampleState,
  words: SampleWords = (plain) => plain,
): Promise<void> {
  let now = SAMPLE_NOW - 13 * DAY_MS;
  const store = await openStore({ sqlite: path }, () => now);
  const write = async (event: AuditEvent, at: number) => {
    now = at;
    await store.audit.append(event, at);
  };
  for (const { at, event } of past(words)) await write(event, at);
  now = SAMPLE_NOW - 12 * MINUTE_MS;
  await store.lease.acquire('sample');
  const entries = PEOPLE.map((person) => userEntry(person, words)).concat(
    institutions(words),
    blocks(words),
    sampleServers(words),
  );
  const opened = sampleTasks(words);
  await store.tasks.record({ opened, closed: [], held: [], met: [] }, now);
  await store.memory.remember({ revision: REVISION, at: now, entries, forget: [], files: new Map() });
  await store.ledger.put(
    PEOPLE.map(({ key }) => ({
      system: 'directory',
      key,
      handle: `guid-${key}`,
      state: { enabled: key !== 'ebakke', attributes: { displayName: words(labelOf(key)), mobile: '+4520123456' } },
      disabledFor:
        key === 'ebakke' ? sampleCause('institution-blocked', words(FJORD), 'blocked-institutions.yaml', 12) : null,
      goneAt: null,
    })),
  );
  const read = { person: 'ebakke', system: 'directory', at: now } as const;
  await store.shutOuts.replace(
    ['ebakke'],
    [
      { ...read, server: words('ldaps://dc1.example.org'), found: 'shut', what: 'disabled', shutSince: now },
      { ...read, server: words('ldaps://dc2.example.org'), found: 'open', what: 'enabled', shutSince: null },
    ],
  );
  await store.reports.save(reportOf(now, state, words));
  if (state !== 'good') await operators(store, words, now - 2 * HOUR_MS);
  await store.close();
}

const FJORD = 'Fjord Institute is blocked since 2026-11-21: Results were passed on without a permit';

async function operators(store: Awaited<ReturnType<typeof openStore>>, words: SampleWords, at: number): Promise<void> {
  const by = words('nils@ops1');
  const block = { id: 'b1', scope: 'user', target: 'tvirtanen', reason: words('Phone stolen, case 4712'), by } as const;
  await store.orders.block({ ...block, at, until: null });
  await store.approvals.approve({
    digest: 'c090383718fd4be1c7f02a93c090383718fd4be1c7f02a93',
    fingerprints: [],
    people: [],
    by,
    reason: words('New faculty, case 4711'),
    at: at + HOUR_MS,
    expires: SAMPLE_NOW + 22 * HOUR_MS,
  });
}

function past(words: SampleWords): readonly { readonly at: number; readonly event: AuditEvent }[] {
  const rows: { at: number; event: AuditEvent }[] = [];
  for (let day = 13; day >= 0; day -= 1) {
    const morning = SAMPLE_NOW - day * DAY_MS - 11 * HOUR_MS;
    // Figures of an ordinary fortnight: a quiet weekend, a busy Monday, one bad night.
    const changes = [3, 1, 0, 0, 9, 4, 2, 5, 1, 0, 7, 3, 12, 4][13 - day] ?? 0;
    for (let n = 0; n < changes; n += 1)
      rows.push({ at: morning + n * 7 * MINUTE_MS, event: changeEvent(day + n, words) });
    for (let hour = 0; hour < 11; hour += 1) {
      const result = day === 5 && hour < 3 ? 'failed' : day === 0 || day === 1 || day === 9 ? 'waiting' : 'done';
      rows.push({ at: morning + hour * HOUR_MS, event: runEvent(morning + hour * HOUR_MS, result) });
    }
  }
  return rows.sort((a, b) => a.at - b.at);
}

function changeEvent(n: number, words: SampleWords): ChangeEvent {
  const person = PEOPLE[n % PEOPLE.length] ?? PEOPLE[0];
  if (person === undefined) throw new TypeError('the sample has people');
  const { key } = person;
  const kinds = [
    ['update', 'neither', 'phone', 'the repository says so'],
    ['disable', 'takes', 'block', FJORD],
    ['create', 'gives', 'create', 'is declared and has no account yet'],
    ['update', 'neither', 'update', 'somebody changed it in the directory'],
    ['disable', 'takes', 'disable', 'access ended on 2026-11-25'],
    ['enable', 'gives', 'lift', 'the block of 2026-10-10 was lifted on 2026-11-20'],
  ] as const;
  const [change, effect, kind, why] = kinds[n % kinds.length] ?? kinds[0];
  return {
    kind: 'change',
    runId: `run-${n}`,
    intent: `intent-${n}`,
    attempt: 'k7f2',
    intendedAt: SAMPLE_NOW,
    system: 'directory',
    server: 'ldaps://dc1.example.org',
    person: { key, label: words(labelOf(key)), username: key },
    change,
    effect,
    classes: [kind],
    handle: `guid-${key}`,
    location: `CN=${key},OU=Researchers,DC=example,DC=org`,
    before: null,
    after: { enabled: true, attributes: {} },
    cause: sampleCause(kind, words(why), words(`users/${person.institution}/${key}.yaml`), 4),
    approved: false,
    outcome:
      n % 11 === 5
        ? { status: 'failed', error: words('The server refused it.'), next: 'Look.' }
        : { status: 'applied' },
    trigger: 'push',
    revision: REVISION,
    commit: COMMIT,
    line: { commit: REVISION, author: words('Rita Service'), at: SAMPLE_NOW - DAY_MS },
    operator: null,
    lane: false,
  };
}

function runEvent(at: number, result: 'done' | 'waiting' | 'failed'): AuditEvent {
  return {
    kind: 'run',
    runId: `run-${at}`,
    trigger: 'schedule',
    mode: 'enforce',
    laneOnly: false,
    revision: REVISION,
    commit: COMMIT,
    startedAt: at - 1_400,
    finishedAt: at,
    result,
    counts: {},
    held: { changes: 0, people: 0, entries: 0 },
    trouble: [],
    durationsMs: {},
  };
}

function userEntry({ key, given, family, institution }: SamplePerson, words: SampleWords): AnyEntry {
  return {
    kind: 'user',
    key,
    document: {
      username: key,
      name: { given: words(given), family: words(family) },
      email: `${key}@${institution}.example.org`,
      phone: '+4520123456',
      institution,
      state: 'active',
      starts: null,
      // As the model brands days once they are checked.
      ends: '2027-12-31' as Day,
    },
    origin: { file: words(`users/${institution}/${key}.yaml`), line: 1 },
    condition: 'declared',
    knownSince: null,
    rivals: [],
  };
}

function institutions(words: SampleWords): readonly AnyEntry[] {
  const names = [
    ['northlake', 'Northlake University', null],
    ['northlake-medicine', 'Northlake Medicine', 'northlake'],
    ['fjord-institute', 'Fjord Institute', null],
    ['harbour-lab', 'Harbour Laboratory', null],
  ] as const;
  return names.map(([id, name, partOf]) => ({
    kind: 'institution',
    key: id,
    document: { id, name: words(name), contacts: ['it@example.org'], partOf },
    origin: { file: `institutions/${id}.yaml`, line: 1 },
    condition: 'declared',
    knownSince: null,
    rivals: [],
  }));
}

function blocks(words: SampleWords): readonly AnyEntry[] {
  return [
    {
      kind: 'blocked-institution',
      key: 'fjord-institute@2026-11-21',
      document: {
        target: 'fjord-institute',
        reason: words('Results were passed on without a permit'),
        from: '2026-11-21' as Day,
        until: null,
        lifted: null,
      },
      origin: { file: 'blocked-institutions.yaml', line: 12 },
      condition: 'declared',
      knownSince: null,
      rivals: [],
    },
  ];
}
