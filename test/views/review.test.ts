/** A review as Markdown: within the limit, readable when it is cut, and inert whatever people wrote. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { Review } from '../../src/core/review.ts';
import { reviewHeadline, reviewMarkdown } from '../../src/views/review.ts';
import { expectInert, HOSTILE } from '../support/hostile-markdown.ts';
import { cause, disable, origin, update } from './sample-report.ts';

const ZONE = 'Europe/Copenhagen';
/** As GitLab has it for the text of a comment. */
const CHARACTERS = 1_000_000;

function reviewOf(changes: readonly Change[], more: Partial<Review> = {}): Review {
  return {
    format: 1,
    how: 'plan',
    head: 'a'.repeat(40),
    target: 'b'.repeat(40),
    result: 'c'.repeat(40),
    at: Date.UTC(2026, 2, 1, 13, 5),
    state: 'changes',
    conflicts: [],
    diagnostics: [],
    standing: 0,
    items: changes.map((change, nth) => ({ change, digest: nth.toString(16).padStart(64, '0'), heldBy: null })),
    spared: [],
    anyway: { changes: 0, people: 0 },
    holds: [],
    consequences: [],
    heldEntries: [],
    notices: [],
    trouble: [],
    read: [],
    files: [],
    digest: 'd'.repeat(64),
    ...more,
  };
}

function many(count: number): readonly Change[] {
  return Array.from({ length: count }, (_, nth) => {
    const person = `Anna Jensen (p${nth})`;
    if (nth % 2 === 0)
      return disable(
        person,
        cause('institution-blocked', 'Northlake is blocked', origin('blocked-institutions.yaml', 3)),
      );
    const why = cause('declared', `the repository says so`, origin(`users/northlake/p${nth}.yaml`, 4));
    return update(person, { mobile: '+4520000000' }, { mobile: `+45${20_000_001 + nth}` }, why);
  });
}

describe('10,000 changes', () => {
  test.each([1_000_000, 60_000, 20_000, 4_000, 600])(
    'fit into %i characters, and begin with the whole of it in figures',
    (characters) => {
      const text = reviewMarkdown(reviewOf(many(10_000)), {
        characters,
        link: new URL('https://muster.example.org/plan'),
        timeZone: ZONE,
      });
      expect(text.length).toBeLessThanOrEqual(characters);
      expect(text).toContain('5,000 people lose access, 5,000 phone numbers change.');
      expect(text).toContain('[The full plan](<https://muster.example.org/plan>)');
      expect(text.match(/^ *`{3,}/gm)?.length ?? 0).toBe(0);
    },
  );

  test('that share one reason name it once', () => {
    const text = reviewMarkdown(reviewOf(many(10_000)), { characters: 60_000, link: null, timeZone: ZONE });
    expect(text.match(/Northlake is blocked/g)).toHaveLength(1);
    expect(text).toContain('5,000 people: Northlake is blocked (`blocked-institutions.yaml:3`)');
    expect(text).toMatch(/… and 4,?\d+ more; they are in the full plan\./);
  });
});

test('what is cut in the middle of lines to copy leaves none of them open', () => {
  const diagnostics = Array.from({ length: 400 }, (_, nth) => ({
    severity: 'error' as const,
    file: `users/p${nth}.yaml`,
    line: 3,
    message: 'This is no state.',
    fix: 'state: active\n```\nstate: closed',
    holds: 'entry' as const,
  }));
  for (let characters = 400; characters < 4_000; characters += 97) {
    const text = reviewMarkdown(reviewOf([], { diagnostics, state: 'errors' }), {
      characters,
      link: null,
      timeZone: ZONE,
    });
    expect(text.length).toBeLessThanOrEqual(characters);
    expect((text.match(/^ *````$/gm)?.length ?? 0) % 2).toBe(0);
  }
});

describe('text that people wrote', () => {
  test.each(HOSTILE)('%j is inert wherever a review shows it', (hostile) => {
    const why = cause('declared', hostile, origin(hostile, 1));
    const review = reviewOf(
      [disable(hostile, why), update(`${hostile} (b)`, { mail: hostile }, { mail: `x${hostile}` }, why)],
      {
        state: 'errors',
        conflicts: [hostile],
        consequences: [{ text: hostile, origin: origin(hostile, 2) }],
        holds: [{ rule: 'disable', because: hostile, people: 1 }],
        diagnostics: [{ severity: 'error', file: hostile, line: 1, message: hostile, fix: hostile, holds: 'entry' }],
        notices: [{ kind: 'foreign', person: hostile, text: hostile, next: hostile, origin: null, urgent: false }],
        spared: [disable(hostile, why)],
      },
    );
    const text = reviewMarkdown(review, { characters: CHARACTERS, link: null, timeZone: ZONE });
    expectInert(text);
  });
});

test('the headline is one line', () => {
  expect(reviewHeadline(reviewOf(many(3)))).toBe('2 people lose access, 1 phone number changes.');
  expect(reviewHeadline(reviewOf([], { state: 'unknown' }))).toBe(
    'What would happen is not known: not everything could be read.',
  );
});
