import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { summaryOf } from '../../src/views/changes.ts';
import { pageAsMarkdown } from '../../src/views/markdown.ts';
import { NOTHING_TO_DO, type ReportOptions, reportPage } from '../../src/views/report.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { expectGolden } from './golden-file.ts';
import {
  cause,
  disable,
  donePass,
  emptyReport,
  fullPlan,
  options,
  origin,
  sampleChanges,
  update,
  withChanges,
} from './sample-report.ts';

function text(report: Report, how: ReportOptions = options): string {
  return pageAsText(reportPage(report, how), plainStyle);
}

test('a change of the phone number does not hide that other details change with it', () => {
  const change = update(
    'Erik Holm (eholm)',
    { mobile: '+4520123456', displayName: 'Erik Holm' },
    { mobile: '+4520123457', displayName: 'Erik Holm Lund' },
    cause('declared', 'the repository says so'),
  );
  const both = { ...change, classes: ['phone', 'update'] } as const;
  const phoneOnly = { ...change, classes: ['phone'] } as const;
  expect(summaryOf([both], 'future')).toBe('1 phone number changes, 1 person has details changed');
  expect(summaryOf([phoneOnly], 'future')).toBe('1 phone number changes');
});

test('a number that changes in two systems is told once, under one name', () => {
  const why = cause('declared', 'the repository says so');
  const inDirectory = update('Erik Holm (eholm)', { mobile: '+4520123456' }, { mobile: '+4520123457' }, why);
  const phone = { ...inDirectory, classes: ['phone'] } as const;
  const inTokens = { ...phone, address: { ...phone.address, system: 'tokens', kind: 'token' } };
  const shown = text(withChanges(emptyReport(), [phone, inTokens]));
  expect(shown.match(/Erik Holm/g)).toHaveLength(1);
  expect(shown.match(/\+4520123457/g)).toHaveLength(1);
});

describe('a plan', () => {
  test('begins with a summary and then names each person with the reason and the line behind it', () => {
    expectGolden(text(withChanges(emptyReport(), sampleChanges)), 'plan.txt');
  });

  test('shows holds, mistakes, held entries and notices with what to do about each', () => {
    expectGolden(text(fullPlan()), 'plan-full.txt');
  });

  test('reads the same as Markdown', () => {
    expectGolden(pageAsMarkdown(reportPage(fullPlan(), options)), 'plan-full.md');
  });

  test('says so when there is nothing to do', () => {
    expect(text(emptyReport())).toContain(NOTHING_TO_DO);
  });

  test('does not claim that the directory matches when it could not be read', () => {
    const report = emptyReport();
    const unread = {
      system: 'directory',
      remedy: 'retry',
      where: 'ldaps://dc1.example.org, reading OU=Researchers',
      what: 'The server did not answer within 10 s.',
      next: 'Check that the server is up and that the firewall lets port 636 through.',
    } as const;
    const shown = text({ ...report, plan: { ...report.plan, read: [], unread: [unread] } });
    expect(shown).not.toContain(NOTHING_TO_DO);
    expectGolden(shown, 'plan-unread.txt');
  });

  test('says a reason shared by a thousand people once and shortens the list, until --all is given', () => {
    const why = cause('institution-blocked', 'CBS is blocked', origin('blocked-institutions.yaml', 3));
    const changes = Array.from({ length: 1000 }, (_, n) => disable(`Person ${n} (p${n})`, why));
    const short = text(withChanges(emptyReport(), changes));
    expect(short).toContain('1,000 people: CBS is blocked (blocked-institutions.yaml:3)');
    expect(short.match(/CBS is blocked/g)).toHaveLength(1);
    expect(short).toContain('… and 980 more; --all shows them.');
    expect(short.split('\n').length).toBeLessThan(40);
    const long = text(withChanges(emptyReport(), changes), { ...options, all: true });
    expect(long).toContain('Person 999 (p999)');
    expect(long).not.toContain('--all');
  });

  test('does not list a held change among those that go through', () => {
    const shown = text(fullPlan());
    const [before] = shown.split('Held: 120 people');
    expect(before).not.toContain('Person 1 (p1)');
  });

  test('tells held changes apart from the others after it was stored as JSON', () => {
    const stored = JSON.parse(JSON.stringify(fullPlan()));
    expect(text(stored)).toBe(text(fullPlan()));
  });
});

describe('a pass', () => {
  test('tells in the past tense what was done, and what failed with what to do', () => {
    expectGolden(text(donePass()), 'pass.txt');
  });

  test('in observe mode says that nothing was written', () => {
    const report: Report = { ...withChanges(emptyReport(), sampleChanges), dryRun: false, mode: 'observe' };
    expect(text(report)).toContain('The mode is "observe", so nothing was written.');
    expect(text(report)).toContain('1 person gets an account');
  });
});

describe('hostile text from the directory', () => {
  const hostile = 'Eve\u001b[31m\u202egnp.exe\r\nNothing to do';

  test('cannot move the cursor, reverse the text or forge a line', () => {
    const shown = text(withChanges(emptyReport(), [disable(hostile, cause('closed', 'closed'))]));
    expect(shown).toContain('Eve\\u{1b}[31m\\u{202e}gnp.exe\\u{d}\\u{a}Nothing to do');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  });

  test('cannot become a link, markup, a mention or HTML in a merge request', () => {
    const name = '<img src=x onerror=alert(1)> [click](https://example.net) **bold** @everyone `code`';
    const shown = pageAsMarkdown(
      reportPage(withChanges(emptyReport(), [disable(name, cause('closed', name))]), options),
    );
    expect(shown).toContain(
      '\\<img src=x onerror=alert(1)\\> `[click](https://example.net`) \\*\\*bold\\*\\* `@everyone` \\`code\\`',
    );
  });
});
