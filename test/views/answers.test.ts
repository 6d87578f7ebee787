import { describe, expect, test } from 'vitest';
import type { Notice } from '../../src/core/plan.ts';
import type { Waiting } from '../../src/core/waiting.ts';
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
import { blockedPerson } from './sample-person.ts';
import { cause, donePass, fullPlan, options, origin, sampleChanges, update } from './sample-report.ts';

const zone = options.timeZone;
const at = Date.UTC(2026, 2, 1, 13, 5);

function text(page: Page): string {
  return pageAsText(page, plainStyle);
}

describe('why', () => {
  test('gives what a person may, every reason with its author, what systems hold, and the last changes', () => {
    expectGolden(text(whyPage(blockedPerson(), zone)), 'why.txt');
    expectGolden(pageAsMarkdown(whyPage(blockedPerson(), zone)), 'why.md');
  });

  test('says once what is still to be done: at the top where something alarms, else beside the channels', () => {
    const alarm: Notice = {
      system: 'directory',
      kind: 'still-enabled',
      person: 'Anna Jensen (ajensen)',
      text: 'Anna Jensen (ajensen) may not log in, but the account is enabled.',
      next: 'Disable the account by hand now.',
      origin: null,
      urgent: true,
    };
    const shown = text(whyPage({ ...blockedPerson(), outstanding: [alarm] }, zone));
    expect(shown).toContain('Disable the account by hand now.');
    expect(shown).toContain('NOT blocked yet: log in is open on ldaps://dc2.example.org (enabled).');
    expect(shown).not.toContain('Still to be done');
    const ofMail = text(whyPage({ ...blockedPerson(), outstanding: [{ ...alarm, system: 'mail' }] }, zone));
    expect(ofMail).toContain('Still to be done');
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

  test('names a person whose entry stands still as everywhere else, and any other entry by its key', () => {
    const entry = { condition: 'vanished', text: 'It is gone.', fix: null } as const;
    const heldEntries = [
      { ...entry, kind: 'user', key: 'hdahl', label: 'Hanne Dahl (hdahl)', origin: origin('users/hdahl.yaml', 1) },
      { ...entry, kind: 'server', key: 'gpu7', origin: origin('servers/gpu7.yaml', 1) },
    ] as const;
    const shown = text(heldPage({ ...nothing, heldEntries }, options));
    expect(shown).toContain('person Hanne Dahl (hdahl) (users/hdahl.yaml:1)');
    expect(shown).toContain('hosted server gpu7 (servers/gpu7.yaml:1)');
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

  const wording = { timeZone: zone, again: 'muster adopt eholm', all: true };

  test('an adoption shows first what would follow, and the command that does it', () => {
    const refused = [{ person: 'Jens Friis (jfriis)', because: 'the account is protected: adminCount is set.' }];
    const page = adoptionPage({ adopts: [taken], refused, aside: [], wouldChange: [phone], applied: [] }, wording);
    expectGolden(text(page), 'adopt.txt');
  });

  test('an adoption that failed is none, and nothing follows from it', () => {
    const outcome = {
      status: 'failed',
      error: 'The account may not be written.',
      next: 'Give the right.',
    } as const;
    const applied = [{ change: taken, outcome, approved: true, lane: false }];
    const shown = text(
      adoptionPage({ adopts: [taken], refused: [], aside: [], wouldChange: [phone], applied }, wording),
    );
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
