import { describe, expect, test } from 'vitest';
import { type SystemAsked, shutOutOf } from '../../src/core/shut-out.ts';
import type { Task } from '../../src/core/tasks.ts';
import { thingOf } from '../../src/core/thing.ts';
import type { Waiting } from '../../src/core/waiting.ts';
import type { WhyAnswer } from '../../src/core/why.ts';
import type { Day } from '../../src/model/document.ts';
import { adoptionPage } from '../../src/views/acts.ts';
import { approvedPage, rejectedPage } from '../../src/views/decisions.ts';
import { doctorPage } from '../../src/views/doctor.ts';
import { heldPage } from '../../src/views/held.ts';
import { pageAsMarkdown } from '../../src/views/markdown.ts';
import type { Page } from '../../src/views/page.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { validatePage } from '../../src/views/validate.ts';
import { whyPage } from '../../src/views/why.ts';
import { expectGolden } from './golden-file.ts';
import { cause, donePass, fullPlan, options, origin, sampleChanges, update } from './sample-report.ts';

const zone = options.timeZone;
const at = Date.UTC(2026, 2, 1, 13, 5);

function text(page: Page): string {
  return pageAsText(page, plainStyle);
}

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
function blockedPerson(): WhyAnswer {
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

describe('why', () => {
  test('gives what a person may, every reason with its author, what systems hold, and the last changes', () => {
    expectGolden(text(whyPage(blockedPerson(), zone)), 'why.txt');
    expectGolden(pageAsMarkdown(whyPage(blockedPerson(), zone)), 'why.md');
  });

  test('shows a system that did not answer, and somebody who is declared nowhere', () => {
    const trouble = {
      remedy: 'retry',
      where: 'ldaps://dc1.example.org',
      what: 'No answer.',
      next: 'Check it.',
    } as const;
    const shown = text(
      whyPage(
        {
          ...blockedPerson(),
          declared: null,
          standing: null,
          reasons: [],
          systems: [{ system: 'directory', trouble }],
        },
        zone,
      ),
    );
    expect(shown).toContain('Nobody of this username is declared in the repository.');
    expect(shown).toContain('ldaps://dc1.example.org: No answer.');
    expect(shown).toContain('Check it.');
  });
});

describe('held', () => {
  const nothing: Waiting = {
    format: 1,
    since: null,
    paused: null,
    holds: [],
    heldEntries: [],
    notices: [],
    failed: [],
    diagnostics: [],
    trouble: [],
    count: 0,
  };

  test('lists everything that waits, what releases it, and since when', () => {
    const { plan, holds, diagnostics } = fullPlan();
    const { heldEntries } = plan;
    const waiting: Waiting = {
      ...nothing,
      since: { runId: 'k3v9', at, revision: plan.revision },
      paused: { by: 'oda', reason: 'the domain is being moved', at },
      holds,
      heldEntries,
      notices: plan.notices.filter(({ next }) => next !== null),
      failed: donePass().applied.filter(({ outcome }) => outcome.status !== 'applied'),
      diagnostics: diagnostics.filter(({ severity }) => severity === 'error'),
      count: 9,
    };
    expectGolden(text(heldPage(waiting, options)), 'held.txt');
  });

  test('says so when nothing waits', () => {
    const since = { runId: 'k3v9', at, revision: 'folder-383d940301' };
    expect(text(heldPage({ ...nothing, since }, options))).toContain('Nothing is held.');
  });
});

describe('decisions', () => {
  const hold = fullPlan().holds[0];
  if (hold === undefined) throw new Error('the sample holds nothing');

  test('an approval says how long it counts and what has to stay the same', () => {
    const approval = {
      digest: 'd0',
      fingerprints: [],
      people: [],
      by: 'oda',
      reason: '',
      at,
      expires: at + 86_400_000,
    };
    expect(text(approvedPage({ hold, approval }, zone))).toMatchInlineSnapshot(`
      "Approved: 120 people lose access

      The next pass until 2026-03-02 14:05 (Europe/Copenhagen) does this, where it is still exactly the same; what differs by then stays held.
      To have it done now, run "muster sync".
      "
    `);
  });

  test('a rejection names what was taken back', () => {
    const digest = 'd0aeb3809a9d9d4267fb1cfbc4021151d3061846fb22ca85d26577f4d7a2e594';
    expect(text(rejectedPage({ digest, hold: null }))).toContain('Rejected: the approval of d0aeb3809a9d');
    expect(text(rejectedPage({ digest, hold }))).toContain('Rejected: 120 people lose access');
  });
});

describe('acts', () => {
  const taken = { ...update('Erik Holm (eholm)', {}, {}, cause('operator', 'is taken over')), kind: 'adopt' } as const;
  const phone = sampleChanges.find(({ person }) => person.key === 'eholm');
  if (phone === undefined) throw new Error('the sample has no Erik Holm');

  test('an adoption shows first what would follow, and the command that does it', () => {
    const refused = [{ person: 'Jens Friis (jfriis)', because: 'the account is protected: adminCount is set.' }];
    const page = adoptionPage({ adopts: [taken], refused, wouldChange: [phone], applied: [] }, zone);
    expectGolden(text(page), 'adopt.txt');
  });

  test('an adoption that failed is none, and nothing follows from it', () => {
    const outcome = {
      status: 'failed',
      error: 'The account may not be written.',
      next: 'Give the right.',
    } as const;
    const applied = [{ change: taken, outcome, approved: true, lane: false }];
    const shown = text(adoptionPage({ adopts: [taken], refused: [], wouldChange: [phone], applied }, zone));
    expect(shown).toMatch(/^No account was taken over\n/);
    expect(shown).not.toContain('With the next pass then');
    expect(shown).not.toContain('+4520123457');
    expect(shown).toContain('The account may not be written.');
  });
});

describe('checks', () => {
  test('doctor gives one line for each check, and what to do', () => {
    const shown = text(
      doctorPage({
        format: 1,
        findings: [
          { check: 'store', status: 'ok', text: 'Opened.', next: null },
          { check: 'mode', status: 'warn', text: 'observe.', next: 'Set "mode: enforce" once the plans are right.' },
          { check: 'ldaps://dc2.example.org', status: 'fail', text: 'No answer.', next: 'Check that it runs.' },
        ],
      }),
    );
    expect(shown).toMatchInlineSnapshot(`
      "Doctor

      ok   store: Opened.
      warn mode: observe.
        Set "mode: enforce" once the plans are right.
      FAIL ldaps://dc2.example.org: No answer.
        Check that it runs.

      To mend: 1.
      "
    `);
  });

  test('validate counts what is there and shows every mistake with the corrected line', () => {
    const { diagnostics, plan } = fullPlan();
    const blocks = { 'blocked-institution': 1, 'blocked-user': 0, 'mail-block': 2 };
    const entries = { institution: 2, user: 1412, ...blocks, server: 0, 'confirmed-task': 0 };
    const checked = { format: 1, revision: plan.revision, trusted: true, entries, diagnostics } as const;
    expectGolden(text(validatePage(checked, { all: false })), 'validate.txt');
    expect(text(validatePage({ ...checked, diagnostics: [] }, { all: false }))).toContain('No mistakes.');
  });
});
