/** An installation with a past, invented: what a status page has to show, in a real store. */
import type { AuditEvent, ChangeEvent } from '../../src/core/audit.ts';
import type { Cause, Disable, Update } from '../../src/core/change.ts';
import type { Report } from '../../src/core/report.ts';
import type { AnyEntry, Day } from '../../src/model/document.ts';
import { openStore } from '../../src/store/store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A quarter past eight in the evening, in Copenhagen. */
export const SAMPLE_NOW = Date.UTC(2026, 10, 26, 19, 15);
export const SAMPLE_ZONE = 'Europe/Copenhagen';
export const SAMPLE_SITE = {
  instance: 'research-service',
  mode: 'enforce',
  systems: ['directory'],
  timeZone: SAMPLE_ZONE,
} as const;

const REVISION = 'b068e40986f1d2c3b4a5968778695a4b3c2d1e0f';
const COMMIT = { author: 'Rita Service', committer: 'Bo Merge' };

/** Turns a plain name, reason or place into what is stored: people wrote it, or somebody else's directory said it. */
export type SampleWords = (plain: string) => string;

interface SamplePerson {
  readonly key: string;
  readonly given: string;
  readonly family: string;
  readonly institution: string;
}

const PEOPLE: readonly SamplePerson[] = [
  { key: 'ajensen', given: 'Anna', family: 'Jensen', institution: 'northlake' },
  { key: 'ebakke', given: 'Eirik', family: 'Bakke', institution: 'fjord-institute' },
  { key: 'hnakata', given: 'Haruka', family: 'Nakata', institution: 'northlake' },
  { key: 'jvandenberg', given: 'Joris', family: 'van den Berg', institution: 'northlake-medicine' },
  { key: 'lnygaard', given: 'Lone', family: 'Nygaard', institution: 'northlake-medicine' },
  { key: 'mholm', given: 'Mads', family: 'Holm', institution: 'northlake' },
  { key: 'sobrien', given: 'Sinéad', family: 'O’Brien', institution: 'northlake' },
  { key: 'tvirtanen', given: 'Tuuli', family: 'Virtanen', institution: 'harbour-lab' },
];

export type SampleState = 'good' | 'waiting' | 'failing';

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
  const entries = PEOPLE.map((person) => userEntry(person, words)).concat(institutions(words), blocks(words));
  await store.memory.remember({ revision: REVISION, at: now, entries, forget: [], files: new Map() });
  await store.ledger.put(
    PEOPLE.map(({ key }) => ({
      system: 'directory',
      key,
      handle: `guid-${key}`,
      state: { enabled: key !== 'ebakke', attributes: { displayName: words(labelOf(key)), mobile: '+4520123456' } },
      disabledFor:
        key === 'ebakke' ? cause('institution-blocked', words(FJORD), 'blocked-institutions.yaml', 12) : null,
      goneAt: null,
    })),
  );
  await store.reports.save(reportOf(now, state, words));
  if (state !== 'good') await operators(store, words, now - 2 * HOUR_MS);
  await store.close();
}

const FJORD = 'Fjord Institute is blocked since 2026-11-21: Results were passed on without a permit';

function labelOf(key: string): string {
  const person = PEOPLE.find((one) => one.key === key);
  return person === undefined ? key : `${person.given} ${person.family} (${key})`;
}

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

function cause(kind: string, text: string, file: string, line: number): Cause {
  return { kind, text, origin: { file, line }, institutions: [] };
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
    cause: cause(kind, words(why), words(`users/${person.institution}/${key}.yaml`), 4),
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

function reportOf(at: number, state: SampleState, words: SampleWords): Report {
  const good: Report = {
    format: 1,
    runId: 'k3v9',
    trigger: 'schedule',
    mode: 'enforce',
    dryRun: false,
    startedAt: at - 1_400,
    finishedAt: at,
    plan: {
      format: 1,
      revision: REVISION,
      at,
      changes: [],
      notices: [],
      heldEntries: [],
      read: [{ system: 'directory', server: 'ldaps://dc1.example.org', digest: 'ab'.repeat(32), ours: 1412 }],
      unread: [],
    },
    holds: [],
    applied: [],
    diagnostics: [],
    trouble: [],
    forecast: forecastOf(at),
    durationsMs: { load: 120, observe: 1_020, apply: 210 },
  };
  return state === 'good' ? good : withNeeds(good, state, words);
}

function forecastOf(at: number): NonNullable<Report['forecast']> {
  const coming = (key: string, gains: boolean) => ({
    person: { key, label: labelOf(key) },
    at: at + 4 * DAY_MS,
    gains,
    why: 'access ends on 2026-11-30',
    origin: null,
    classes: ['due'] as const,
    cause: { institutions: [] },
  });
  const people = PEOPLE.map(({ key }) => coming(key, false));
  const over = [{ class: 'due' as const, because: '96 people of 412 accounts; the limit of "due" is 20 %.' }];
  return {
    format: 1,
    from: at,
    until: at + 14 * DAY_MS,
    days: [
      {
        day: '2026-12-01' as Day,
        at: at + 4 * DAY_MS,
        coming: [coming('mholm', false), coming('hnakata', true)],
        over: [],
      },
      { day: '2026-12-08' as Day, at: at + 11 * DAY_MS, coming: people, over },
    ],
  };
}

function withNeeds(report: Report, state: SampleState, words: SampleWords): Report {
  const changes = PEOPLE.concat(PEOPLE, PEOPLE, PEOPLE).map((person, n) => heldDisable(person, n, words));
  const release = 'Look at them, then run "muster approve 4be1c7f02a93 --reason …".';
  const because = '32 people would lose access in one run; the limit is 25 (limits.disable.people).';
  const trouble = {
    remedy: 'retry' as const,
    where: words('ldaps://dc1.example.org, reading OU=Researchers'),
    what: words('The server does not answer.'),
    next: words('Check the server and the firewall; Muster goes on by itself.'),
  };
  const failing = state === 'failing';
  return {
    ...report,
    holds: [{ rule: 'disable', because, release, digest: '4be1c7f02a93', changes }],
    trouble: failing ? [trouble] : [],
    applied: [refusedPhone(words)],
    diagnostics: [
      {
        file: words('users/northlake/bmadsen.yaml'),
        line: 4,
        column: 8,
        severity: 'error',
        message: words('The country code is missing. A number begins with + and the country, as in +45 for Denmark.'),
        fix: words('phone: +… 20 12 34 56'),
        holds: 'entry',
      },
    ],
    plan: {
      ...report.plan,
      read: failing ? [] : report.plan.read,
      unread: failing ? [{ system: 'directory', ...trouble }] : [],
      heldEntries: [
        {
          kind: 'blocked-user',
          key: 'mholm@2026-10-10',
          condition: 'vanished',
          origin: { file: words('blocked-users.yaml'), line: 12 },
          text: words('This block left the file without being lifted, so it still holds.'),
          fix: words('- user: mholm\n  reason: "phishing"\n  from: 2026-10-10\n  lifted: 2026-11-26'),
        },
      ],
      notices: noticesOf(failing, words),
    },
  };
}

function noticesOf(failing: boolean, words: SampleWords): Report['plan']['notices'] {
  const urgent = {
    kind: 'protected',
    person: words(labelOf('sobrien')),
    text: words(
      `${labelOf('sobrien')} is protected and is never changed by Muster, although they should not have access: closed.`,
    ),
    next: 'Disable the account by hand now.',
    origin: { file: words('users/northlake/sobrien.yaml'), line: 6 },
    urgent: true,
  } as const;
  return [
    ...(failing ? [urgent] : []),
    {
      kind: 'disabled-by-hand',
      person: words(labelOf('lnygaard')),
      text: words(`The account of ${labelOf('lnygaard')} was disabled by hand and stays so.`),
      next: 'muster enable lnygaard --reason "…"',
      origin: { file: words('users/northlake-medicine/lnygaard.yaml'), line: 1 },
      urgent: false,
    },
  ];
}

function existing({ key, institution }: SamplePerson, words: SampleWords) {
  return {
    address: { system: 'directory', kind: 'account', key },
    person: { key, label: words(labelOf(key)) },
    handle: `guid-${key}`,
    location: `CN=${key},OU=Researchers,DC=example,DC=org`,
    dated: false,
    raw: {},
    cause: cause('ended', words('access ended on 2026-11-25'), words(`users/${institution}/${key}.yaml`), 8),
  };
}

function heldDisable(person: SamplePerson, n: number, words: SampleWords): Disable {
  const before = { enabled: true, attributes: {} };
  const { person: who, ...rest } = existing(person, words);
  const key = `${who.key}${n}`;
  return {
    ...rest,
    person: { key: n < PEOPLE.length ? who.key : key, label: who.label },
    kind: 'disable',
    effect: 'takes',
    classes: ['disable'],
    before,
    after: { ...before, enabled: false },
  };
}

function refusedPhone(words: SampleWords): Report['applied'][number] {
  const [person] = PEOPLE;
  if (person === undefined) throw new TypeError('the sample has people');
  const change: Update = {
    ...existing(person, words),
    kind: 'update',
    effect: 'neither',
    classes: ['phone'],
    before: { enabled: true, attributes: { mobile: '+4520123456' } },
    after: { enabled: true, attributes: { mobile: '+4520123457' } },
  };
  const error = words('ldaps://dc1.example.org refused it: the account may not be written (insufficientAccessRights).');
  const next = 'Give the bind account the right to write mobile on OU=Researchers.';
  return { change, outcome: { status: 'failed', error, next }, approved: false, lane: false };
}
