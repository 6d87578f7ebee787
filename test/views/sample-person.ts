/** A sample person for views: blocked by institution and by hand, shut out of one of two servers, with a task that is over. */
import { type SystemAsked, shutOutOf } from '../../src/core/shut-out.ts';
import type { Task } from '../../src/core/tasks.ts';
import { thingOf } from '../../src/core/thing.ts';
import type { WhyAnswer } from '../../src/core/why.ts';
import type { Day } from '../../src/model/document.ts';
import { origin } from './sample-report.ts';

const at = Date.UTC(2026, 2, 1, 13, 5);

const mailShut: SystemAsked = {
  system: 'mail',
  thing: thingOf('mail-permission'),
  afterShutting: [
    { text: 'what was under way counts up to 10 hours', lasts: 36_000_000 },
    { text: 'mail that was taken in before still leaves', lasts: null },
  ],
  answers: [{ server: 'control file', at, found: 'shut', what: 'blocked', shutSince: at - 3_600_000 }],
};

/** Disabled on one of two servers. */
const halfShut: SystemAsked = {
  system: 'directory',
  thing: thingOf('account'),
  afterShutting: [],
  answers: [
    { server: 'ldaps://dc1.example.org', at, found: 'shut', what: 'disabled', shutSince: at - 3_600_000 },
    { server: 'ldaps://dc2.example.org', at, found: 'open', what: 'enabled', shutSince: null },
  ],
};

const taskOver: Task = {
  id: 'k7q2m4',
  subject: { kind: 'person', system: 'badge', person: 'ajensen', act: 'take' },
  title: 'Take a badge back',
  text: 'Anna Jensen (ajensen) gives the badge back',
  about: 'Anna Jensen (ajensen)',
  entry: null,
  to: ['gate@example.org'],
  openedAt: at - 86_400_000,
  openings: 1,
  dueAt: at,
  status: 'done',
  closedAt: at - 3_600_000,
  doneBy: 'command',
  doneOn: '2026-03-01' as Day,
  by: 'oda',
  reason: 'in the drawer',
  toldAt: at,
  reminders: 0,
  remindedAt: null,
  escalatedAt: null,
  withdrawalToldAt: null,
};

/** Blocked by institution and by hand, with an older block over and a mistake in the file. */
export function blockedPerson(): WhyAnswer {
  const authorship = {
    commit: '58ec0606719f0c2b7d6a4e3f2a1b0c9d8e7f6a5b',
    author: 'Rita Service',
    at: at - 86_400_000,
    summary: 'Rent is due',
  };
  const reason = {
    kind: 'institution-blocked',
    text: 'Copenhagen Business Studies is blocked since 2026-03-01: rent not paid',
    origin: origin('blocked-institutions.yaml', 3),
    institution: 'cbs',
    since: at,
    knownSince: null,
  } as const;
  const byOperator = {
    kind: 'operator-blocked',
    text: 'Anna Jensen (ajensen) is blocked by oda since 2026-03-01 12:00: stolen laptop',
    origin: null,
    institution: null,
    since: at,
    knownSince: at,
  } as const;
  const ended = {
    kind: 'person-blocked',
    text: 'the block of Anna Jensen (ajensen) since 2025-10-01 was lifted on 2025-10-19',
    origin: origin('blocked-users.yaml', 2),
    endedAt: at - 1,
    knownSince: at - 2,
  } as const;
  const verdict = { allowed: false, reasons: [byOperator, reason], ended: [ended], ahead: [] };
  const standing = {
    mayLogIn: verdict,
    maySendMail: verdict,
    token: verdict,
    nextDue: at + 86_400_000,
    expires: null,
  };
  return {
    format: 1,
    user: 'ajensen',
    at,
    revision: '3f2a91c04d5e6f708192a3b4c5d6e7f801234567',
    declared: {
      label: 'Anna Jensen (ajensen)',
      document: {
        username: 'ajensen',
        name: { given: 'Anna', family: 'Jensen' },
        email: 'anna.jensen@example.org',
        phone: '+4520123456',
        institution: 'cbs',
        state: 'active',
        starts: null,
        ends: '2027-12-31' as Day,
      },
      origin: origin('users/cbs/ajensen.yaml', 1),
      condition: 'held',
      authorship,
    },
    standing,
    reasons: [
      { ...byOperator, authorship: null },
      { ...reason, authorship },
    ],
    ended: [{ ...ended, authorship: null }],
    diagnostics: [
      {
        file: 'users/cbs/ajensen.yaml',
        line: 5,
        column: 8,
        severity: 'error',
        message: 'This phone number has no country code.',
        fix: 'phone: +45 20 12 34 56',
        holds: 'entry',
      },
    ],
    systems: [
      {
        system: 'directory',
        server: 'ldaps://dc1.example.org',
        things: [
          {
            address: { system: 'directory', kind: 'account', key: 'ajensen' },
            location: 'CN=ajensen,OU=Researchers,DC=example,DC=org',
            ownership: 'ours',
            enabled: false,
            usable: false,
            attributes: { mobile: '+4520123456', accountExpires: '2027-12-31T23:00:00.000Z', company: null },
            protectedBecause: null,
          },
        ],
      },
    ],
    shutOut: shutOutOf(standing, [halfShut, mailShut], at),
    tasks: [taskOver],
    outstanding: [],
    held: [],
    history: [
      { at, runId: 'k3v9', system: 'directory', kind: 'disable', cause: 'stolen laptop', status: 'applied' },
      {
        at: at - 9e9,
        runId: 'a1b2',
        system: 'directory',
        kind: 'update',
        cause: 'the repository says so',
        status: 'failed',
      },
      { at: at - 9e10, runId: 'c3d4', system: 'directory', kind: 'create', cause: 'is declared', status: 'unknown' },
    ],
    trouble: [],
  };
}
