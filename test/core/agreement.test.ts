/** How a comparison is counted, and when an institution is ready. */
import { describe, expect, test } from 'vitest';
import { type Agreement, READY_DAYS, slicesOf } from '../../src/core/agreement.ts';
import { dayAfter } from '../../src/model/day.ts';
import { agreementPage } from '../../src/views/agreement.ts';
import { pageAsMarkdown } from '../../src/views/markdown.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { day } from '../support/model-builder.ts';
import { NOW } from '../support/reconciliation.ts';

const TODAY = day('2026-06-15');

function record(daysAgo: number, more: Partial<Agreement> = {}): Agreement {
  return {
    day: dayAfter(TODAY, -daysAgo),
    system: 'directory',
    institution: 'dtu',
    at: NOW,
    revision: 'r1',
    mode: 'observe',
    people: 200,
    agreeing: 200,
    unexplained: 0,
    gaps: [],
    ...more,
  };
}

const OPEN: Partial<Agreement> = {
  agreeing: 199,
  unexplained: 1,
  gaps: [
    { reason: 'changed-by-hand', attribute: 'mobile', people: 1, first: [{ key: 'dora', label: 'Dora Dam (dora)' }] },
  ],
};
const daysOf = (count: number, more: Partial<Agreement> = {}) =>
  Array.from({ length: count }, (_, ago) => record(ago, more));
const readiness = (rows: readonly Agreement[]) =>
  slicesOf(rows, TODAY).map(({ ready, cleanDays }) => [ready, cleanDays]);

describe('an institution is ready', () => {
  test('after so many recorded days in a row without an open question, and not a day before', () => {
    expect(readiness(daysOf(READY_DAYS - 1))).toEqual([[false, READY_DAYS - 1]]);
    expect(readiness(daysOf(READY_DAYS))).toEqual([[true, READY_DAYS]]);
  });

  test('not while any of its systems has an open question, whichever day was the last with one', () => {
    const rows = daysOf(READY_DAYS);
    expect(readiness([...rows, record(0, { system: 'tokens', ...OPEN })])).toEqual([[false, 0]]);
    expect(readiness([...rows, record(3, { system: 'tokens', ...OPEN })])).toEqual([[false, 3]]);
  });

  test('although people have yet to get an account, for the repository says so', () => {
    const gaps = [{ reason: 'to-make' as const, attribute: null, people: 3, first: [] }];
    expect(readiness(daysOf(READY_DAYS, { agreeing: 197, gaps }))).toEqual([[true, READY_DAYS]]);
  });

  test('not by records that nobody renewed for days', () => {
    expect(readiness(daysOf(READY_DAYS).map((one) => ({ ...one, day: dayAfter(one.day, -3) })))).toEqual([
      [false, READY_DAYS],
    ]);
  });

  test('no more once it is looked after', () => {
    expect(readiness(daysOf(READY_DAYS, { mode: 'enforce' }))).toEqual([[false, READY_DAYS]]);
  });
});

describe('the page', () => {
  const rows = [
    ...daysOf(READY_DAYS),
    record(0, { institution: 'aau', ...OPEN }),
    record(1, { institution: 'aau' }),
    record(0, { institution: 'cbs', mode: 'enforce' }),
  ];
  const page = agreementPage(slicesOf(rows, TODAY), { all: false, unread: [] });

  test('tells who is ready with the lines to write, what stands in the way of the others, and how it came about', () => {
    const text = pageAsText(page, plainStyle);
    expect(text).toContain('Ready to be looked after (1)\n  dtu\n');
    expect(text).toContain('    modes:\n      dtu: enforce\n');
    expect(text).toContain('directory: 199 of 200 people as the repository says (99.5 %), on 2026-06-15');
    expect(text).toContain('1 person: phone number (mobile) was changed by hand\n        Dora Dam (dora)');
    expect(text).toMatch(/2026-06-15 +99\.5 %, 1 open +100 % +100 %/);
    expect(text).toMatch(/2026-06-14 +100 % +100 % +–/);
  });

  test('is the same in Markdown', () => {
    expect(pageAsMarkdown(page)).toContain('| 2026-06-15 | 99\\.5 %, 1 open | 100 % | 100 % |');
  });
});
