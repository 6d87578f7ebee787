/** The last report of the invented installation: all well, something waiting, or failing. */
import type { Disable, Update } from '../../src/core/change.ts';
import type { Report } from '../../src/core/report.ts';
import type { Day } from '../../src/model/document.ts';
import { labelOf, PEOPLE, REVISION, type SamplePerson, type SampleWords, sampleCause } from './status-sample-people.ts';

const DAY_MS = 24 * 60 * 60_000;

export type SampleState = 'good' | 'waiting' | 'failing';

export function reportOf(at: number, state: SampleState, words: SampleWords): Report {
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
    repository: { readAt: at - 1_400, committedAt: at - 26 * 60 * 60_000 },
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
    cause: sampleCause('ended', words('access ended on 2026-11-25'), words(`users/${institution}/${key}.yaml`), 8),
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
