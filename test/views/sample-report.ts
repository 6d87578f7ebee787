/** Reports with invented people, for the views' tests: every kind of thing that a report can say. */
import type { Attributes, Cause, Change, Create, Disable, Enable, Update } from '../../src/core/change.ts';
import { digestOf } from '../../src/core/change.ts';
import type { Applied, Report } from '../../src/core/report.ts';
import type { Origin } from '../../src/diagnostic.ts';

const at = Date.UTC(2026, 2, 1, 13, 5);

export const options = { all: false, timeZone: 'Europe/Copenhagen' };

export function origin(file: string, line: number): Origin {
  return { file, line };
}

export function cause(kind: string, text: string, from: Origin | null = null): Cause {
  return { kind, text, origin: from, institutions: [] };
}

function about(label: string) {
  const key = /\((.*)\)/.exec(label)?.[1] ?? label;
  return { address: { system: 'directory', kind: 'account', key }, person: { key, label }, dated: false } as const;
}

function existing(label: string) {
  const { address } = about(label);
  return {
    ...about(label),
    handle: `0f1e2d3c-0000-4000-8000-${address.key.padStart(12, '0')}`,
    location: `CN=${address.key},OU=Researchers,DC=example,DC=org`,
    raw: {},
  };
}

export function disable(label: string, why: Cause): Disable {
  return {
    ...existing(label),
    kind: 'disable',
    effect: 'takes',
    classes: ['disable'],
    cause: why,
    before: { enabled: true, attributes: {} },
    after: { enabled: false, attributes: {} },
  };
}

export function enable(label: string, why: Cause): Enable {
  return {
    ...existing(label),
    kind: 'enable',
    effect: 'gives',
    classes: ['lift'],
    cause: why,
    before: { enabled: false, attributes: {} },
    after: { enabled: true, attributes: {} },
  };
}

export function update(label: string, before: Attributes, after: Attributes, why: Cause): Update {
  return {
    ...existing(label),
    kind: 'update',
    effect: 'neither',
    classes: 'mobile' in after ? ['phone'] : ['update'],
    cause: why,
    before: { enabled: true, attributes: before },
    after: { enabled: true, attributes: after },
  };
}

export function create(label: string, attributes: Attributes, why: Cause): Create {
  return {
    ...about(label),
    kind: 'create',
    handle: null,
    effect: 'gives',
    classes: ['create'],
    cause: why,
    after: { enabled: true, attributes },
    blueprint: {},
  };
}

export const sampleChanges: readonly Change[] = [
  disable(
    'Anna Jensen (ajensen)',
    cause(
      'institution-blocked',
      'Copenhagen Business Studies is blocked since 2026-03-01: rent not paid',
      origin('blocked-institutions.yaml', 3),
    ),
  ),
  disable('Bo Madsen (bmadsen)', cause('ended', 'access ended on 2026-02-28', origin('users/cbs/bmadsen.yaml', 8))),
  create(
    'Dora Lund (dlund)',
    { displayName: 'Dora Lund', mobile: '+4520123456', accountExpires: '2027-12-31T23:00:00.000Z' },
    cause('declared', 'is declared and has no account yet', origin('users/cbs/dlund.yaml', 1)),
  ),
  update(
    'Erik Holm (eholm)',
    { mobile: '+4520123456' },
    { mobile: '+4520123457' },
    cause('declared', 'the repository says so', origin('users/cbs/eholm.yaml', 5)),
  ),
  update(
    'Freja Kjær (fkjaer)',
    { displayName: 'Freja Skov', company: null },
    { displayName: 'Freja Kjær', company: 'Copenhagen Business Studies' },
    cause('drift', 'somebody changed it in the directory', origin('users/cbs/fkjaer.yaml', 2)),
  ),
  enable(
    'Gustav Brandt (gbrandt)',
    cause('declared', 'the block of 2026-01-10 was lifted on 2026-03-01', origin('blocked-users.yaml', 7)),
  ),
];

export function emptyReport(): Report {
  return {
    format: 1,
    runId: 'k3v9',
    trigger: 'command',
    mode: 'enforce',
    dryRun: true,
    startedAt: at,
    finishedAt: at + 1234,
    plan: {
      format: 1,
      revision: '3f2a91c04d5e6f708192a3b4c5d6e7f801234567',
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
    durationsMs: {},
  };
}

export function withChanges(report: Report, changes: readonly Change[]): Report {
  return { ...report, plan: { ...report.plan, changes } };
}

/** A plan with every part filled: changes, a hold, held entries, diagnostics, notices. */
export function fullPlan(): Report {
  const blocked = Array.from({ length: 120 }, (_, n) =>
    disable(
      `Person ${n + 1} (p${n + 1})`,
      cause('ended', 'Roskilde Laboratory is no longer declared active', origin('institutions/ruc.yaml', 2)),
    ),
  );
  const report = withChanges(emptyReport(), [...blocked, ...sampleChanges]);
  return {
    ...report,
    holds: [
      {
        rule: 'disable',
        because: '120 people would lose access in one run; the limit is 25 (limits.disable.people).',
        release: `Look at them, then run "muster approve ${digestOf(blocked).slice(0, 12)} --reason …".`,
        digest: digestOf(blocked),
        changes: blocked,
      },
    ],
    diagnostics: [
      {
        file: 'users/cbs/hdahl.yaml',
        line: 4,
        column: 8,
        severity: 'error',
        message: 'This phone number has no country code.',
        fix: 'phone: +45 20 12 34 56',
        holds: 'entry',
      },
      {
        file: 'notes.yaml',
        line: 1,
        severity: 'warning',
        message: 'This file is not read; put it under users/, institutions/ or one of the block lists.',
        holds: 'nothing',
      },
    ],
    plan: {
      ...report.plan,
      heldEntries: [
        {
          kind: 'blocked-user',
          key: 'iberg@2026-01-10',
          condition: 'vanished',
          origin: origin('blocked-users.yaml', 12),
          text: 'This block left the file without being lifted, so it still holds.',
          fix: '- user: iberg\n  reason: "phishing"\n  from: 2026-01-10\n  lifted: 2026-03-01',
        },
        {
          kind: 'user',
          key: 'hdahl',
          condition: 'held',
          origin: origin('users/cbs/hdahl.yaml', 1),
          text: 'The entry has a mistake and counts as it last was.',
          fix: null,
        },
      ],
      notices: [
        {
          kind: 'protected',
          person: 'Jens Friis (jfriis)',
          text: 'Jens Friis (jfriis) is protected (adminCount=1) and is never changed by Muster, although they should not have access: closed.',
          next: 'Disable the account by hand now.',
          origin: origin('users/it/jfriis.yaml', 6),
          urgent: true,
        },
        {
          kind: 'disabled-by-hand',
          person: 'Karen Toft (ktoft)',
          text: 'The account of Karen Toft (ktoft) was disabled by hand and stays so.',
          next: 'muster enable ktoft --reason "…"',
          origin: origin('users/cbs/ktoft.yaml', 1),
          urgent: false,
        },
        {
          kind: 'drift',
          person: 'Lars Winther (lwinther)',
          text: 'The company of Lars Winther (lwinther) differs in the directory; the configuration says to leave it.',
          next: null,
          origin: null,
          urgent: false,
        },
      ],
    },
  };
}

/** The same as a pass: two changes done, one failed, one passed over. */
export function donePass(): Report {
  const [first, second, third, fourth] = sampleChanges;
  if (first === undefined || second === undefined || third === undefined || fourth === undefined) throw new Error();
  const ok = (change: Change): Applied => ({
    change,
    outcome: { status: 'applied', written: { handle: change.handle ?? 'new', state: change.after } },
    approved: false,
    lane: false,
  });
  const applied: readonly Applied[] = [
    ok(first),
    ok(third),
    {
      change: second,
      outcome: {
        status: 'failed',
        error: 'ldaps://dc1.example.org refused it: the account may not be written (insufficientAccessRights).',
        next: 'Give the bind account the right to write userAccountControl on OU=Researchers.',
      },
      approved: false,
      lane: false,
    },
    {
      change: fourth,
      outcome: { status: 'skipped', because: 'The phone number changed in the directory since it was read.' },
      approved: false,
      lane: false,
    },
  ];
  return { ...withChanges(emptyReport(), [first, second, third, fourth]), dryRun: false, applied };
}
